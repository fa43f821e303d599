package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.util.concurrent.atomic.LongAdder;

/** Counts occurrences by what decides who is sent them, so that each sink's share can be told. */
final class Tally {
    private static final Severity[] SEVERITIES = Severity.values();

    private final LongAdder[] counts = new LongAdder[2 * SEVERITIES.length];

    Tally() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void add(Severity severity, boolean local) {
        counts[index(severity, local)].increment();
    }

    long of(Audience audience) {
        long sum = 0;
        for (Severity severity : SEVERITIES) {
            sum += audience.takes(severity, false) ? counts[index(severity, false)].sum() : 0;
            sum += audience.takes(severity, true) ? counts[index(severity, true)].sum() : 0;
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

    private static int index(Severity severity, boolean local) {
        return severity.ordinal() * 2 + (local ? 1 : 0);
    }
}
