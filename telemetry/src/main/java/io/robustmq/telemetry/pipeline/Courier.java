package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Hands batches to a sink for as long as that takes: what it cannot take now is tried again, more
 * and more slowly and not all sinks at once; of what it refuses the half that it takes is found.
 * Its owner's thread, but for {@link #finish} and {@link #up}.
 */
final class Courier<T> {
    /** A sink's trouble, told once when it begins and once when it ends. */
    interface Listener {
        void failed(Sink<?> sink, Throwable cause, int attempts);

        void recovered(Sink<?> sink, long outageMillis, long dropped);
    }

    private static final long FIRST_RETRY_NANOS = 100_000_000L;
    private static final long LAST_RETRY_NANOS = 5_000_000_000L;
    private static final long LOOK_NANOS = 100_000_000L;

    private final Sink<T> sink;
    private final Listener listener;
    private final LongSupplier dropped;
    private volatile boolean up = true;
    private volatile boolean finishing;
    private int attempts;
    private long failedAtNanos;
    private long droppedBefore;

    /**
     * @param dropped how many were so far, for the account of an outage
     */
    Courier(Sink<T> sink, Listener listener, LongSupplier dropped) {
        this.sink = sink;
        this.listener = listener;
        this.dropped = dropped;
    }

    Sink<T> sink() {
        return sink;
    }

    boolean up() {
        return up;
    }

    /** A batch that fails from now on is given up. */
    void finish() {
        finishing = true;
    }

    /**
     * Returns how many were refused, the others being safe where they went; negative if it had to
     * be given up because the end has come.
     */
    long ship(List<T> batch) throws InterruptedException {
        long refused = shipOrHalves(batch);
        if (refused >= 0 && attempts > 0) {
            attempts = 0;
            up = true;
            long outageMillis = (System.nanoTime() - failedAtNanos) / 1_000_000;
            listener.recovered(sink, outageMillis, dropped.getAsLong() - droppedBefore);
        }
        return refused;
    }

    private long shipOrHalves(List<T> batch) throws InterruptedException {
        while (true) {
            try {
                sink.ship(batch);
                return 0;
            } catch (Sink.PartlyRefusedException e) {
                listener.failed(sink, e, attempts + 1);
                return Math.clamp(e.refused(), 0, batch.size());
            } catch (Sink.RefusedException e) {
                if (batch.size() > 1) {
                    int half = batch.size() / 2;
                    long refused = shipOrHalves(batch.subList(0, half));
                    long others =
                            refused < 0 ? -1 : shipOrHalves(batch.subList(half, batch.size()));
                    return others < 0 ? -1 : refused + others;
                }
                listener.failed(sink, e, attempts + 1);
                return 1;
            } catch (Sink.BusyException e) {
                if (!again(e, e.retryAfter().toNanos())) {
                    return -1;
                }
            } catch (IOException | RuntimeException | LinkageError e) {
                if (!again(e, 0)) {
                    return -1;
                }
            }
        }
    }

    private boolean again(Throwable why, long atLeastNanos) throws InterruptedException {
        attempts++;
        if (attempts == 1) {
            up = false;
            failedAtNanos = System.nanoTime();
            droppedBefore = dropped.getAsLong();
            if (!finishing) { // nobody would hear it
                listener.failed(sink, why, attempts);
            }
        }
        if (finishing) {
            return false;
        }
        long nanos = Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(attempts - 1, 10));
        // at least the time and up to half more: sinks that failed together do not come together
        pause(Math.max(nanos, atLeastNanos) + ThreadLocalRandom.current().nextLong(nanos / 2));
        return true;
    }

    private void pause(long nanos) throws InterruptedException {
        long until = System.nanoTime() + nanos;
        while (!finishing && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(this, Math.min(LOOK_NANOS, until - System.nanoTime()));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
