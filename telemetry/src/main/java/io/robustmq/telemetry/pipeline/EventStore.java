package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps events until every sink has handed them on, and for questions. One thread appends, any
 * read; each sink has a place that outlives the process.
 */
public interface EventStore {
    /** An event on its way into the store. */
    abstract class Entry {
        private final byte[] record;
        private final int[] keys;

        /**
         * @param record of {@link StoredEvent#encoded}
         * @param keys of {@link EventKeys}
         */
        protected Entry(byte[] record, int[] keys) {
            this.record = record;
            this.keys = keys;
        }

        public final byte[] record() {
            return record;
        }

        public final int[] keys() {
            return keys;
        }

        /** It is kept. Any thread, quickly. */
        public abstract void stored();

        /** It is not. Any thread, quickly. */
        public abstract void failed(IOException why);
    }

    /** Is handed stored events in their order. */
    @FunctionalInterface
    interface Reader {
        /**
         * @return whether more are wanted
         */
        boolean event(long seq, StoredEvent event);
    }

    /** The number of the oldest event that is there; quickly. */
    long firstSeq();

    /** Before the oldest event that is there; its counts are of all that went before. */
    Place first() throws IOException;

    /** Behind the last. */
    Place last() throws IOException;

    /** Never blocks; the entries are told in their order. */
    void append(List<? extends Entry> entries);

    /** Why nothing can be appended at present; null if it can. */
    @Nullable IOException failure();

    /**
     * Hands over what there is from {@code seq} on. What cannot be read is left out: the counts of
     * the events behind it tell how many there were.
     */
    void read(long seq, Reader reader) throws IOException;

    /** Waits until there is an event at {@code seq} or behind, at most so long. */
    void await(long seq, Duration atMost) throws InterruptedException;

    /** Where a sink was; null if it never was anywhere. */
    @Nullable Place cursor(String sink);

    /** Remembers it as soon as can be; a crash may bring back an earlier one. */
    void keepCursor(String sink, Place place);
}
