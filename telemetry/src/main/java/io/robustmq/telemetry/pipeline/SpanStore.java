package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps spans until the collector has them. One thread appends, another reads; what was appended,
 * and how far the other was, outlive the process.
 */
public interface SpanStore {
    /** A record has no more; who wants to append more appends several. */
    int MAX_RECORD_BYTES = 4 << 20;

    /** Is handed records in their order. */
    @FunctionalInterface
    interface Reader {
        /**
         * @param epochMillis when they were stored
         * @return whether more are wanted
         */
        boolean spans(long seq, long epochMillis, StoredSpans spans);
    }

    /** Before the oldest record that is there; it counts all that went before. */
    SpanPlace first() throws IOException;

    /** Behind the last. */
    SpanPlace last() throws IOException;

    /**
     * Returns when they are kept.
     *
     * @throws IOException if that is not known; the same may be appended again, and is then there
     *     once or twice
     */
    void append(StoredSpans spans) throws IOException, InterruptedException;

    /**
     * Hands over what there is from {@code seq} on. What cannot be read is left out: the records
     * behind it tell how many spans there were.
     */
    void read(long seq, Reader reader) throws IOException;

    /** Waits until there is a record at {@code seq} or behind, at most so long. */
    void await(long seq, Duration atMost) throws InterruptedException;

    /** Where the reader was; null if it never was anywhere. */
    @Nullable SpanPlace cursor();

    /**
     * Remembers it as soon as can be, and then lets go of what is before it; a crash may bring back
     * an earlier one.
     */
    void keepCursor(SpanPlace place);
}
