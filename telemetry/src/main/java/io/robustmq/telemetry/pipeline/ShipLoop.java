package io.robustmq.telemetry.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one who ships from a store: its own, so that a sink that hangs costs the others
 * nothing.
 */
final class ShipLoop {
    /** A crash repeats what was shipped in that time. */
    private static final long KEEP_PLACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PAUSE_MILLIS = 5;

    /**
     * What comes soon after the last that was shipped waits so long for more: a thread that is
     * woken for each of a few events takes a core from a client's message each time.
     */
    private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** What it does, on its thread. */
    interface Steps {
        /** False if there was nothing, or it could not be shipped before the end. */
        boolean ship() throws InterruptedException;

        /** Whether there is, or is likely to be, a whole batch to be shipped. */
        boolean isBehind();

        /** Until there may be something, not for long. */
        void await() throws InterruptedException;

        /** For the process that comes next. */
        void keepPlace();

        void close();
    }

    private final Courier<?> courier;
    private final Steps steps;
    private volatile boolean finishing;
    private volatile long deadlineNanos;
    private @Nullable Thread thread;
    private long keptNanos;

    ShipLoop(Courier<?> courier, Steps steps) {
        this.courier = courier;
        this.steps = steps;
    }

    void start() {
        Thread shipper =
                Thread.ofPlatform()
                        .daemon()
                        .name("sink-" + courier.sink().name())
                        .unstarted(Background.of(this::run));
        thread = shipper;
        shipper.start();
    }

    /** Asks for what waits to be shipped by then; returns at once. */
    void finish(long byNanos) {
        deadlineNanos = byNanos;
        finishing = true;
        courier.finish();
        LockSupport.unpark(thread);
    }

    /** Waits for {@link #finish}; what could not be shipped in time waits for the next process. */
    void awaitFinished() throws InterruptedException {
        Thread shipper = thread;
        if (shipper == null) {
            return;
        }
        while (shipper.isAlive() && System.nanoTime() - deadlineNanos < 0) {
            shipper.join(10);
        }
        shipper.interrupt();
        shipper.join(200);
        thread = null;
    }

    private void run() {
        try {
            int idle = 0;
            while (!finishing || System.nanoTime() - deadlineNanos < 0) {
                long began = System.nanoTime();
                boolean isLast = finishing; // all there will be was there before that
                if (steps.ship()) {
                    idle = 0;
                    if (System.nanoTime() - keptNanos > KEEP_PLACE_NANOS) {
                        keepPlace();
                    }
                    gather(began + GATHER_NANOS);
                    continue;
                }
                if (isLast) {
                    break;
                }
                if (finishing) {
                    continue;
                }
                keepPlace();
                if (idle++ > 0) {
                    // it may be there and unreadable: then there is nothing to wait for
                    TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                }
                steps.await();
            }
        } catch (InterruptedException e) {
            // the deadline of finish has passed
        } finally {
            steps.keepPlace();
            steps.close();
        }
    }

    private void gather(long untilNanos) throws InterruptedException {
        long left = untilNanos - System.nanoTime();
        while (left > 0 && !finishing && !steps.isBehind()) {
            LockSupport.parkNanos(this, Math.min(left, LOOK_NANOS));
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            left = untilNanos - System.nanoTime();
        }
    }

    private void keepPlace() {
        steps.keepPlace();
        keptNanos = System.nanoTime();
    }
}
