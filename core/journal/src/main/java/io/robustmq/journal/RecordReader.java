package io.robustmq.journal;

import java.io.IOException;

/** What {@link Journal#read} hands records to, in the order of their offsets. */
@FunctionalInterface
public interface RecordReader {
    /**
     * @param epochMillis when the record was written, milliseconds since 1970
     * @param payload the reader's own
     * @return whether more records are wanted
     */
    boolean record(long offset, long epochMillis, byte[] payload) throws IOException;
}
