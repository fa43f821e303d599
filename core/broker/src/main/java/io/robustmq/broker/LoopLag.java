package io.robustmq.broker;

import io.robustmq.telemetry.event.Latency;
import java.util.concurrent.TimeUnit;

/**
 * How late an event loop is: it is asked to do nothing at a certain time, again and again, and that
 * is compared with when it does. The loop is the only writer.
 */
final class LoopLag {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Latency lags = new Latency();
    private long dueNanos;

    /** Returns after how long {@link #ran} is to be called. */
    long begin(long nowNanos) {
        dueNanos = nowNanos + EVERY_NANOS;
        return EVERY_NANOS;
    }

    /** The same. */
    long ran(long nowNanos) {
        lags.record(nowNanos - dueNanos, 1);
        return begin(nowNanos);
    }

    Latency lags() {
        return lags;
    }
}
