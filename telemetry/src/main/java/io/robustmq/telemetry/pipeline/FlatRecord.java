package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An occurrence as it is written: made once, read by every sink.
 *
 * @param values one per field of the event, in their order, each {@code Long}, {@code Double},
 *     {@code Boolean} or {@code String}
 */
record FlatRecord(
        long seq,
        Instant time,
        CataloguedEvent event,
        Severity severity,
        Service service,
        String nodeId,
        long suppressed,
        @Nullable TraceContext trace,
        Object[] values) {}
