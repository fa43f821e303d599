package io.robustmq.placement;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.SnapshotReader;
import io.robustmq.journal.SnapshotWriter;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a member keeps its log: {@link ShardRecords}, or what a simulation has for a disk. */
interface Records {
    /** Of the next record. */
    long next();

    /**
     * Returns when all are durable, in this order. After an exception the first few of them may be.
     */
    void append(List<byte[]> records) throws IOException;

    void read(long from, RecordReader reader) throws IOException;

    /** Durable when it returns. */
    void saveSnapshot(long offset, SnapshotWriter writer) throws IOException;

    /** Null if there is none. */
    <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException;

    /** Records below {@code offset} are not needed any more. */
    void trim(long offset);

    /** Why it takes no records at present; null if it does. */
    @Nullable IOException failure();
}
