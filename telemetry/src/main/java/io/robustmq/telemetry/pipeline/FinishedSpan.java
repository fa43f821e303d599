package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span that has ended, as OpenTelemetry's exporters read it. What they want in another form than
 * it was noted in is made when they ask, on the thread that exports; by one thread at a time.
 */
final class FinishedSpan implements SpanData {
    private final Shape shape;
    private final Times times;
    private final StatusData status;
    private final List<EventData> events;
    private final Resource resource;
    private @Nullable SpanContext spanContext;
    private @Nullable Attributes attributes;

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

    /** Nanoseconds since 1970. */
    record Times(long began, long ended) {}

    FinishedSpan(
            Shape shape,
            Times times,
            StatusData status,
            List<EventData> events,
            Resource resource) {
        this.shape = shape;
        this.times = times;
        this.status = status;
        this.events = events;
        this.resource = resource;
    }

    @Override
    public String getName() {
        return shape.name;
    }

    @Override
    public SpanKind getKind() {
        return shape.kind;
    }

    @Override
    public SpanContext getSpanContext() {
        SpanContext made = spanContext;
        if (made == null) {
            made = SpanRef.local(shape.context).spanContext();
            spanContext = made;
        }
        return made;
    }

    @Override
    public SpanContext getParentSpanContext() {
        SpanRef parent = shape.parent;
        return parent == null ? SpanContext.getInvalid() : parent.spanContext();
    }

    @Override
    public StatusData getStatus() {
        return status;
    }

    @Override
    public long getStartEpochNanos() {
        return times.began();
    }

    @Override
    public long getEndEpochNanos() {
        return times.ended();
    }

    @Override
    public Attributes getAttributes() {
        Attributes made = attributes;
        if (made == null) {
            made = shape.attributes.build();
            attributes = made;
        }
        return made;
    }

    @Override
    public List<EventData> getEvents() {
        return events;
    }

    @Override
    public List<LinkData> getLinks() {
        return shape.links.stream().map(each -> LinkData.create(each.spanContext())).toList();
    }

    @Override
    public boolean hasEnded() {
        return true;
    }

    @Override
    public int getTotalRecordedEvents() {
        return events.size();
    }

    @Override
    public int getTotalRecordedLinks() {
        return shape.links.size();
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
        return resource;
    }
}
