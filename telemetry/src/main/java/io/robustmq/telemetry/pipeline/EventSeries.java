package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Severity;
import java.util.concurrent.atomic.LongAdder;

/** The series of robustmq_log_events_total of one event: by service and level. Any thread. */
final class EventSeries {
    private static final int LEVELS = Severity.values().length;

    private final CataloguedEvent event;
    private final LongAdder[] counts = new LongAdder[Service.values().length * LEVELS];

    EventSeries(CataloguedEvent event) {
        this.event = event;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    CataloguedEvent event() {
        return event;
    }

    void count(Service service, Severity severity) {
        counts[service.ordinal() * LEVELS + severity.ordinal()].increment();
    }

    long occurrences(Service service, Severity severity) {
        return counts[service.ordinal() * LEVELS + severity.ordinal()].sum();
    }

    /** Whether it is exported though it is 0. */
    boolean existsFromStart(Service service, Severity severity) {
        return service == Service.ownerOf(event.category())
                && event.severities().contains(severity);
    }
}
