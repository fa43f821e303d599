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
        while (true) {
            long full = fullAtNanos.get();
            long next = (full - nowNanos > 0 ? full : nowNanos) + intervalNanos;
            if (next - nowNanos > SECOND) {
                return false;
            }
            if (fullAtNanos.compareAndSet(full, next)) {
                return true;
            }
        }
    }
}
