package io.robustmq.telemetry.pipeline;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** So many in each second of the clock; the others are counted. Any thread. */
final class PerSecond {
    private final InstantSource clock;

    /** The second in the upper half, those taken in it in the lower. */
    private final AtomicLong taken = new AtomicLong();

    private final LongAdder refused = new LongAdder();

    PerSecond(InstantSource clock) {
        this.clock = clock;
    }

    boolean take(int most) {
        long second = clock.millis() / 1000;
        while (true) {
            long before = taken.get();
            long count = before >>> 32 == second ? before & 0xffff_ffffL : 0;
            if (count >= most) {
                refused.increment();
                return false;
            }
            if (taken.compareAndSet(before, second << 32 | count + 1)) {
                return true;
            }
        }
    }

    long refused() {
        return refused.sum();
    }
}
