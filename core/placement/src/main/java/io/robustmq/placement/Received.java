package io.robustmq.placement;

import io.robustmq.journal.RecordReader;
import java.io.IOException;
import java.util.List;

/** Where a member puts the chunks of a snapshot that a leader sends. One thread at a time. */
interface Received {
    /** What was there is not needed any more; returns the number of the next record. */
    long begin() throws IOException;

    /** Returns when all are durable, in this order. */
    void append(List<byte[]> chunks) throws IOException;

    void read(long from, RecordReader reader) throws IOException;
}
