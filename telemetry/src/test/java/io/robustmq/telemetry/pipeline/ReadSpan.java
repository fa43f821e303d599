package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A span as OpenTelemetry's own exporters read it: what ours writes is held against it. */
record ReadSpan(FinishedSpan span) implements SpanData {
    /** One object, as in a node: by that the exporter knows what belongs together. */
    static final Resource RESOURCE = new Resources(Samples.NODE).of(Service.MQTT_BROKER);

    static List<SpanData> of(List<FinishedSpan> spans) {
        return spans.stream().map(each -> (SpanData) new ReadSpan(each)).toList();
    }

    @Override
    public String getName() {
        return span.shape().name();
    }

    @Override
    public SpanKind getKind() {
        return span.shape().kind();
    }

    @Override
    public SpanContext getSpanContext() {
        return context(SpanRef.local(span.shape().context()));
    }

    @Override
    public SpanContext getParentSpanContext() {
        return context(span.shape().parent());
    }

    private static SpanContext context(@Nullable SpanRef of) {
        if (of == null) {
            return SpanContext.getInvalid();
        }
        TraceFlags flags =
                of.context().sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
        TraceStateBuilder state = TraceState.builder();
        List<String> members =
                List.of(SpanRef.wellFormed(of.context().traceState()).split(",", -1));
        for (String member : members.reversed()) { // the builder puts in front
            if (!member.isEmpty()) {
                String[] pair = member.split("=", 2);
                state.put(pair[0], pair[1]);
            }
        }
        String traceId = of.context().traceId();
        String spanId = of.context().spanIdHex();
        return of.remote()
                ? SpanContext.createFromRemoteParent(traceId, spanId, flags, state.build())
                : SpanContext.create(traceId, spanId, flags, state.build());
    }

    @Override
    public StatusData getStatus() {
        return span.status();
    }

    @Override
    public long getStartEpochNanos() {
        return span.times().began();
    }

    @Override
    public long getEndEpochNanos() {
        return span.times().ended();
    }

    @Override
    public Attributes getAttributes() {
        SpanAttributes noted = span.shape().attributes();
        AttributesBuilder attributes = Attributes.builder();
        for (int i = 0; i < noted.size(); i++) {
            String key = noted.key(i);
            switch (noted.value(i)) {
                case String text -> attributes.put(key, text);
                case Long number -> attributes.put(key, number);
                case Boolean flag -> attributes.put(key, flag);
                default -> throw new AssertionError(key + " is " + noted.value(i));
            }
        }
        return attributes.build();
    }

    @Override
    public List<EventData> getEvents() {
        long written = span.times().written();
        return written == 0
                ? List.of()
                : List.of(EventData.create(written, "written", Attributes.empty()));
    }

    @Override
    public List<LinkData> getLinks() {
        return span.shape().links().stream().map(each -> LinkData.create(context(each))).toList();
    }

    @Override
    public boolean hasEnded() {
        return true;
    }

    @Override
    public int getTotalRecordedEvents() {
        return getEvents().size();
    }

    @Override
    public int getTotalRecordedLinks() {
        return getLinks().size();
    }

    @Override
    public int getTotalAttributeCount() {
        return getAttributes().size();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the interface, so it must be here
    public io.opentelemetry.sdk.common.InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
        return io.opentelemetry.sdk.common.InstrumentationLibraryInfo.create(
                Resources.SCOPE.getName(), null);
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
        return Resources.SCOPE;
    }

    @Override
    public Resource getResource() {
        return RESOURCE;
    }
}
