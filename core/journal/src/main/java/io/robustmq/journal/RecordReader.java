package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a {@link Shard} hands records to, in the order of their offsets. */
@FunctionalInterface
public interface RecordReader {
    /**
     * @param epochMillis when the record was written, milliseconds since 1970
     * @param payload valid until this returns
     * @return whether more records are wanted
     */
    boolean record(long offset, long epochMillis, ByteBuffer payload) throws IOException;

    /**
     * Records that cannot be read: they are damaged, or retention removed them.
     *
     * @param fromOffset the first of them
     * @param toOffset the one after the last
     * @return whether to go on behind them
     */
    default boolean gap(long fromOffset, long toOffset, IOException why) throws IOException {
        throw why;
    }
}
