package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import io.robustmq.telemetry.event.TraceContext;
import org.jspecify.annotations.Nullable;

/** A record as OpenTelemetry's exporters read it. */
record OtlpLogRecord(FlatRecord record, Resource resource, Attributes attributes)
        implements LogRecordData {
    @Override
    public Resource getResource() {
        return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return Resources.SCOPE;
    }

    @Override
    public long getTimestampEpochNanos() {
        return Timestamps.epochNanos(record.time());
    }

    @Override
    public long getObservedTimestampEpochNanos() {
        return getTimestampEpochNanos();
    }

    @Override
    public SpanContext getSpanContext() {
        return spanContext(record.trace());
    }

    static SpanContext spanContext(@Nullable TraceContext trace) {
        if (trace == null) {
            return SpanContext.getInvalid();
        }
        return SpanContext.create(
                trace.traceId(),
                trace.spanIdHex(),
                trace.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                TraceState.getDefault());
    }

    @Override
    public Severity getSeverity() {
        return switch (record.severity()) {
            case DEBUG -> Severity.DEBUG;
            case INFO -> Severity.INFO;
            case WARN -> Severity.WARN;
            case ERROR -> Severity.ERROR;
        };
    }

    @Override
    public String getSeverityText() {
        return record.severity().name();
    }

    /** What a person reads where a store keeps only the body. */
    @Override
    public Value<?> getBodyValue() {
        StringBuilder text = new StringBuilder(record.event().name());
        HumanLines.fields(record, text);
        return Value.of(text.toString());
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the interface, so it must be here
    public io.opentelemetry.sdk.logs.data.Body getBody() {
        return io.opentelemetry.sdk.logs.data.Body.string(getBodyValue().asString());
    }

    @Override
    public Attributes getAttributes() {
        return attributes;
    }

    @Override
    public int getTotalAttributeCount() {
        return attributes.size();
    }

    @Override
    public String getEventName() {
        return record.event().name();
    }
}
