package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One publish that is traced. */
final class PublishSpan implements Tracing.PublishTrace {
    private final SpanTracing tracing;
    private final TraceContext context;
    private final @Nullable SpanRef parent;
    private final SpanAttributes attributes;
    private final SpanTracing.Anchor anchor;
    private final String topicName;
    private final AtomicInteger deliveries = new AtomicInteger();
    private final GroupedDeliveries others;
    private final AtomicBoolean ended = new AtomicBoolean();

    PublishSpan(
            SpanTracing tracing,
            TraceContext context,
            @Nullable SpanRef parent,
            SpanAttributes attributes,
            SpanTracing.Anchor anchor,
            String topicName) {
        this.tracing = tracing;
        this.context = context;
        this.parent = parent;
        this.attributes = attributes;
        this.anchor = anchor;
        this.topicName = topicName;
        this.others = new GroupedDeliveries(tracing, context, topicName, creation(), anchor);
    }

    /** Where the message was created, if its publisher sent a context: of each delivery a link. */
    private List<SpanRef> creation() {
        return parent == null ? List.of() : List.of(parent);
    }

    @Override
    public TraceContext context() {
        return context;
    }

    @Override
    public void step(Tracing.Step step, long beganNanos, long endedNanos) {
        tracing.step(
                step.spanName(),
                context,
                anchor.from(beganNanos, endedNanos),
                SpanAttributes.NONE,
                step == Tracing.Step.FSYNC
                        ? tracing.sameSync(beganNanos, endedNanos, context)
                        : List.of());
    }

    @Override
    public void routed(int allDeliveries, long nanos) {
        if (ended.compareAndSet(false, true)) {
            if (allDeliveries >= 0) {
                attributes.put("robustmq.deliveries", allDeliveries);
            }
            end(StatusData.unset(), nanos);
        }
    }

    @Override
    public void refused(int reasonCode, String detail, long nanos) {
        if (ended.compareAndSet(false, true)) {
            attributes.put("robustmq.reason_code", reasonCode);
            attributes.put("error.type", DeliverySpan.hex(reasonCode));
            end(StatusData.create(StatusCode.ERROR, detail), nanos);
        }
    }

    private void end(StatusData status, long nanos) {
        tracing.ended(
                new FinishedSpan.Shape(
                        "publish", SpanKind.SERVER, context, parent, attributes, List.of()),
                anchor.from(anchor.beganNanos(), nanos),
                status);
    }

    @Override
    public Tracing.DeliveryTrace delivery(
            Tracing.Receiver receiver, Peer peer, int qos, long beganNanos) {
        if (deliveries.getAndIncrement() >= tracing.maxDeliveries()) {
            tracing.grouped();
            return others.begin(qos, beganNanos);
        }
        return new DeliverySpan(
                tracing,
                receiver,
                tracing.childOf(context),
                SpanRef.local(context),
                creation(),
                tracing.deliver(receiver, peer, topicName, qos),
                new SpanTracing.Anchor(anchor.epochNanos(), anchor.nanoTime(), beganNanos),
                qos > 0);
    }
}
