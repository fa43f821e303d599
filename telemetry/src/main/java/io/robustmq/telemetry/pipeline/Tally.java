package io.robustmq.telemetry.pipeline;

import java.util.concurrent.atomic.LongAdder;

/** Counts occurrences by what decides who is sent them, so that each sink's share can be told. */
final class Tally {
    private static final Counted[] ALL = Counted.values();

    private final LongAdder[] counts = new LongAdder[2 * ALL.length];

    Tally() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(Counted counted, boolean local) {
        counts[index(counted, local)].increment();
    }

    long of(Audience audience) {
        long sum = 0;
        for (Counted counted : ALL) {
            sum += audience.takes(counted, false) ? counts[index(counted, false)].sum() : 0;
            sum += audience.takes(counted, true) ? counts[index(counted, true)].sum() : 0;
        }
        return sum;
    }

    long all() {
        long sum = 0;
        for (LongAdder count : counts) {
            sum += count.sum();
        }
        return sum;
    }

    private static int index(Counted counted, boolean local) {
        return counted.ordinal() * 2 + (local ? 1 : 0);
    }
}
