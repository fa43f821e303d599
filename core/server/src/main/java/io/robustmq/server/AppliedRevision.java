package io.robustmq.server;

import io.robustmq.telemetry.event.Failure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How far this node does as is agreed. Who wants something of all nodes waits until it is agreed
 * on, and until this node does it. Any thread.
 */
final class AppliedRevision {
    /** A healthy disk takes milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private long applied; // guarded by this

    /** What placement answered. */
    sealed interface Answer<T> {
        /** It is agreed on, and so from that revision on. */
        record Agreed<T>(long revision) implements Answer<T> {}

        record Not<T>(LogControl.Outcome<T> outcome) implements Answer<T> {}
    }

    /** This node does as that one says. */
    synchronized void reached(long revision) {
        applied = revision;
        notifyAll();
    }

    static <T> LogControl.Outcome<T> notOpen() {
        return new LogControl.Outcome.Refused<>(503, "placement is not open; nothing was changed");
    }

    /**
     * @param value what is answered when this node does it
     */
    <A, T> LogControl.Outcome<T> await(
            CompletableFuture<A> wish, Function<A, Answer<T>> read, Supplier<T> value) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            switch (read.apply(wish.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS))) {
                case Answer.Not<T>(LogControl.Outcome<T> outcome) -> {
                    return outcome;
                }
                case Answer.Agreed<T>(long revision) -> {
                    if (isReached(revision, deadline)) {
                        return new LogControl.Outcome.Done<>(value.get());
                    }
                }
            }
        } catch (ExecutionException failure) {
            return new LogControl.Outcome.Refused<>(
                    503,
                    "it could not be agreed on, and nothing was changed: "
                            + Failure.of(failure).errorMsg());
        } catch (TimeoutException slow) {
            // said below
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return new LogControl.Outcome.Refused<>(
                503,
                "not within "
                        + PATIENCE.toSeconds()
                        + " s; it holds once the disk of placement has it, or the node has caught up");
    }

    private synchronized boolean isReached(long revision, long deadline)
            throws InterruptedException {
        long left = deadline - System.nanoTime();
        while (applied < revision && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = deadline - System.nanoTime();
        }
        return applied >= revision;
    }
}
