package io.robustmq.telemetry.pipeline;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Blocking work that may take only so long, and that an interrupt ends. It runs in a thread of its
 * own, for a write to a socket knows no time-out: when the time is over, what it blocks on is
 * closed.
 */
final class TimeLimit {
    private TimeLimit() {}

    /**
     * @param otherwise what to say when the time is over; the limit is added
     */
    static <T extends @Nullable Object> T within(
            Duration limit, Supplier<String> otherwise, Closeable blocking, Callable<T> work)
            throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofVirtual().name("sink-io").start(task);
        boolean done = false;
        try {
            T result = task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            done = true;
            return result;
        } catch (TimeoutException e) {
            throw new IOException(otherwise.get() + " within " + limit.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException defect -> throw defect;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            if (!done) {
                blocking.close();
                task.cancel(true);
            }
        }
    }
}
