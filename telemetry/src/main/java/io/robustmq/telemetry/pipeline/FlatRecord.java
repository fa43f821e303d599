package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An occurrence as it is written.
 *
 * @param seq its place in the store; {@link #UNSTORED} or {@link #PREVIEW} if it has none
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
        Object[] values) {
    /** Not for the store. */
    static final long UNSTORED = -1;

    /** The store does not have it yet; it comes again with its number. */
    static final long PREVIEW = -2;

    FlatRecord numbered(long number) {
        return new FlatRecord(
                number, time, event, severity, service, nodeId, suppressed, trace, values);
    }
}
