package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event between the thread that emitted it and the dispatcher.
 *
 * @param traced taken because of a trace on demand, and so for every sink
 * @param local not for collectors: it is about what sends to them, and would feed itself
 */
record Occurrence(
        EventKind kind,
        Event event,
        Severity severity,
        Service service,
        Instant time,
        long suppressed,
        @Nullable TraceContext trace,
        boolean traced,
        boolean local) {
    Counted counted() {
        return Counted.of(severity, traced);
    }
}
