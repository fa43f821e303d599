package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Where records or spans go. Called by its worker's thread only. */
interface Sink<T> extends AutoCloseable {
    /** The label of its metrics. */
    String name();

    /** Where it sends to, for people. */
    String endpoint();

    /**
     * Hands all of {@code batch} on; returns when they are safe where they went.
     *
     * @throws RefusedException if they never will be; they are counted as dropped
     * @throws PartlyRefusedException if some never will be, and the others are safe
     * @throws BusyException if not before some time
     * @throws IOException if not now; the same batch comes again
     */
    void ship(List<T> batch) throws IOException, InterruptedException;

    /** Releases what it holds; twice without harm. */
    @Override
    void close();

    /** The other end has taken the batch, but for some that it will never have. */
    final class PartlyRefusedException extends IOException {
        private final long refused;

        PartlyRefusedException(long refused, String message) {
            super(message);
            this.refused = refused;
        }

        long refused() {
            return refused;
        }
    }

    /** The other end asks to be left alone for a while; the same batch comes again. */
    final class BusyException extends IOException {
        private final Duration retryAfter;

        BusyException(Duration retryAfter, String message) {
            super(message);
            this.retryAfter = retryAfter;
        }

        Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The other end understood the batch and will not have it, now or later. */
    final class RefusedException extends IOException {
        RefusedException(String message) {
            super(message);
        }
    }
}
