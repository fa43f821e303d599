package io.robustmq.broker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket that holds one second's worth, as one number: the time at which it would be full
 * again. Any thread.
 */
final class Bucket {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long intervalNanos;
    private final AtomicLong fullAtNanos;

    Bucket(int perSecond, long nowNanos) {
        this.intervalNanos = SECOND / perSecond;
        this.fullAtNanos = new AtomicLong(nowNanos);
    }

    /** False if it is empty. */
    boolean take(long nowNanos) {
        return reserve(nowNanos, 0) == 0;
    }

    /**
     * Takes a token that is there, or will be.
     *
     * @return how long to wait for it; -1 if longer than {@code mostNanos}, then none is taken
     */
    long reserve(long nowNanos, long mostNanos) {
        while (true) {
            long full = fullAtNanos.get();
            long next = (full - nowNanos > 0 ? full : nowNanos) + intervalNanos;
            long wait = Math.max(0, next - nowNanos - SECOND);
            if (wait > mostNanos) {
                return -1;
            }
            if (fullAtNanos.compareAndSet(full, next)) {
                return wait;
            }
        }
    }
}
