package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span that has ended, as it was noted; what a collector wants of it in another form is made by
 * {@link SpanWriter}, on the thread that exports.
 */
record FinishedSpan(Shape shape, Times times, StatusData status) {
    /**
     * What it is, whenever it began and however it ended.
     *
     * @param parent null if it has none
     */
    record Shape(
            String name,
            SpanKind kind,
            TraceContext context,
            @Nullable SpanRef parent,
            SpanAttributes attributes,
            List<SpanRef> links) {}

    /**
     * Nanoseconds since 1970.
     *
     * @param written when the message was written to its receiver, an event within the span; 0 if
     *     the span has none
     */
    record Times(long began, long written, long ended) {
        Times(long began, long ended) {
            this(began, 0, ended);
        }
    }
}
