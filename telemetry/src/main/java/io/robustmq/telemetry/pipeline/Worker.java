package io.robustmq.telemetry.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue, a sink, and the thread between them. When the queue is full {@link #offer}
 * returns at once and counts; while the sink cannot take a batch the queue fills.
 */
final class Worker<T> {
    private static final int MAX_BATCH = 512;
    private static final long IDLE_NANOS = 500_000_000L;

    /** What comes waits so long for more: a request costs as much as some hundred spans. */
    static final long GATHER_NANOS = 1_000_000_000L;

    private final Sink<T> sink;
    private final Courier<T> courier;
    private final Ring<T> ring;
    private final LongAdder overflowed = new LongAdder();
    private final AtomicLong shipped = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final List<T> inHand = new ArrayList<>(MAX_BATCH);
    private final long gatherNanos;
    private volatile int inHandCount;
    private volatile boolean finishing;
    private volatile long deadlineNanos;
    private @Nullable Thread thread;

    Worker(Sink<T> sink, int queueCapacity, Courier.Listener listener) {
        this(sink, queueCapacity, listener, GATHER_NANOS);
    }

    Worker(Sink<T> sink, int queueCapacity, Courier.Listener listener, long gatherNanos) {
        this.sink = sink;
        this.courier = new Courier<>(sink, listener, this::dropped);
        this.ring = new Ring<>(queueCapacity);
        this.gatherNanos = gatherNanos;
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

    /** All that came, dropped or not. */
    long offered() {
        return ring.accepted() + overflowed.sum();
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
        return courier.up();
    }

    void start() {
        Thread worker =
                Thread.ofPlatform()
                        .daemon()
                        .name("sink-" + sink.name())
                        .unstarted(Background.of(this::run));
        thread = worker;
        worker.start();
    }

    /** Asks for what waits to be shipped by then; returns at once. */
    void finish(long byNanos) {
        deadlineNanos = byNanos;
        finishing = true;
        courier.finish();
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
                boolean isLast = finishing; // all there will be was there before that
                int taken = ring.drainTo(inHand, MAX_BATCH);
                inHandCount = taken;
                if (taken > 0) {
                    if (!shipInHand()) {
                        return;
                    }
                } else if (isLast) {
                    return;
                } else if (!finishing) {
                    ring.await(IDLE_NANOS);
                    gather();
                }
            }
        } catch (InterruptedException e) {
            // the deadline of finish has passed
        } finally {
            sink.close();
        }
    }

    /** Until there are enough for a request, or the first has waited long enough. */
    private void gather() throws InterruptedException {
        int enough = Math.min(MAX_BATCH, ring.capacity() / 2);
        long until = System.nanoTime() + gatherNanos;
        long left = gatherNanos;
        while (ring.size() > 0 && ring.size() < enough && !finishing && left > 0) {
            ring.awaitSize(enough, left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            left = until - System.nanoTime();
        }
    }

    /** False if it had to be given up because the end has come. */
    private boolean shipInHand() throws InterruptedException {
        long gone = courier.ship(inHand);
        if (gone < 0) {
            return false;
        }
        shipped.addAndGet(inHand.size() - gone);
        refused.addAndGet(gone);
        inHand.clear();
        inHandCount = 0;
        return true;
    }
}
