package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.util.concurrent.atomic.LongAdder;

/** The series of robustmq_log_events_total of one event: by service and level. Any thread. */
final class EventSeries {
    private static final int LEVELS = Severity.values().length;

    private final LongAdder[] counts = new LongAdder[Service.values().length * LEVELS];

    EventSeries() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void count(Service service, Severity severity) {
        counts[service.ordinal() * LEVELS + severity.ordinal()].increment();
    }

    long occurrences(Service service, Severity severity) {
        return counts[service.ordinal() * LEVELS + severity.ordinal()].sum();
    }
}
