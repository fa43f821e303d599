package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue, a sink, and the thread between them. When the queue is full {@link #offer}
 * returns at once and counts; a batch that the sink cannot take is tried again, more and more
 * slowly, and meanwhile the queue fills.
 */
final class Worker<T> {
    /** A sink's trouble, told once when it begins and once when it ends. The worker's thread. */
    interface Listener {
        void failed(Sink<?> sink, Throwable cause, int attempts);

        void recovered(Sink<?> sink, long outageMillis, long dropped);
    }

    private static final int MAX_BATCH = 512;
    private static final long FIRST_RETRY_NANOS = 100_000_000L;
    private static final long LAST_RETRY_NANOS = 5_000_000_000L;
    private static final long IDLE_NANOS = 500_000_000L;

    private final Sink<T> sink;
    private final Listener listener;
    private final Ring<T> ring;
    private final LongAdder overflowed = new LongAdder();
    private final AtomicLong shipped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final List<T> inHand = new ArrayList<>(MAX_BATCH);
    private volatile int inHandCount;
    private volatile boolean up = true;
    private volatile boolean finishing;
    private volatile long deadlineNanos;
    private @Nullable Thread thread;

    Worker(Sink<T> sink, int queueCapacity, Listener listener) {
        this.sink = sink;
        this.listener = listener;
        this.ring = new Ring<>(queueCapacity);
    }

    Sink<T> sink() {
        return sink;
    }

    int queueCapacity() {
        return ring.capacity();
    }

    /** False if it was dropped, and counted, because the queue is full. Any thread. */
    boolean offer(T item) {
        if (ring.offer(item)) {
            return true;
        }
        overflowed.increment();
        return false;
    }

    long shipped() {
        return shipped.get();
    }

    /** Those for which the queue had no room, and those that the other end refused. */
    long dropped() {
        return overflowed.sum() + refused.get();
    }

    /** At rest exact. */
    int waiting() {
        return ring.size() + inHandCount;
    }

    boolean up() {
        return up;
    }

    void start() {
        Thread worker =
                Thread.ofPlatform().daemon().name("sink-" + sink.name()).unstarted(this::run);
        thread = worker;
        worker.start();
    }

    /** Asks for what waits to be shipped by then; returns at once. */
    void finish(long byNanos) {
        deadlineNanos = byNanos;
        finishing = true;
        ring.wake();
    }

    /** Waits for {@link #finish}; counts what could not be shipped in time as dropped. */
    void awaitFinished() throws InterruptedException {
        Thread worker = thread;
        if (worker == null) {
            return;
        }
        while (worker.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            ring.wake();
            worker.join(10);
        }
        worker.interrupt();
        worker.join(200);
        thread = null;
        refused.addAndGet(waiting());
    }

    private void run() {
        try {
            while (true) {
                int taken = ring.drainTo(inHand, MAX_BATCH);
                inHandCount = taken;
                if (taken > 0) {
                    if (!shipInHand()) {
                        return;
                    }
                } else if (finishing) {
                    return;
                } else {
                    ring.await(IDLE_NANOS);
                }
            }
        } catch (InterruptedException e) {
            // the deadline of finish has passed
        } finally {
            sink.close();
        }
    }

    /** False if it had to be given up because the end has come. */
    private boolean shipInHand() throws InterruptedException {
        int attempts = 0;
        long failedAtNanos = 0;
        long droppedBefore = 0;
        while (true) {
            try {
                sink.ship(inHand);
                shipped.addAndGet(inHand.size());
                break;
            } catch (Sink.RefusedException e) {
                refused.addAndGet(inHand.size());
                listener.failed(sink, e, attempts + 1);
                break;
            } catch (IOException | RuntimeException | LinkageError e) {
                attempts++;
                if (attempts == 1) {
                    up = false;
                    failedAtNanos = System.nanoTime();
                    droppedBefore = dropped();
                    listener.failed(sink, e, attempts);
                }
                if (finishing) {
                    return false;
                }
                pause(attempts);
            }
        }
        inHand.clear();
        inHandCount = 0;
        if (attempts > 0) {
            up = true;
            long outageMillis = (System.nanoTime() - failedAtNanos) / 1_000_000;
            listener.recovered(sink, outageMillis, dropped() - droppedBefore);
        }
        return true;
    }

    private void pause(int attempts) throws InterruptedException {
        long nanos = Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(attempts - 1, 10));
        long until = System.nanoTime() + nanos;
        while (!finishing && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(this, Math.min(100_000_000L, until - System.nanoTime()));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
