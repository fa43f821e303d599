package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those deliveries of one publish that have no span of their own: one span for all that are under
 * way together, from the begin of the first until the end of the last. Any thread.
 */
final class GroupedDeliveries {
    private final SpanTracing tracing;
    private final TraceContext publish;
    private final String topicName;
    private final List<SpanRef> links;
    private final SpanTracing.Anchor anchor;
    private @Nullable Group group;

    GroupedDeliveries(
            SpanTracing tracing,
            TraceContext publish,
            String topicName,
            List<SpanRef> links,
            SpanTracing.Anchor anchor) {
        this.tracing = tracing;
        this.publish = publish;
        this.topicName = topicName;
        this.links = links;
        this.anchor = anchor;
    }

    synchronized Tracing.DeliveryTrace begin(int qos, long beganNanos) {
        Group current = group;
        if (current == null) {
            current = new Group(tracing.childOf(publish), beganNanos);
            group = current;
        }
        current.open++;
        current.all++;
        return new One(current, qos > 0);
    }

    private synchronized void ended(Group of, @Nullable String failure, long nanos) {
        of.open--;
        if (failure != null) {
            of.failed++;
            of.failure = failure;
        }
        if (of.open == 0) {
            group = null;
            emit(of, nanos);
        }
    }

    private void emit(Group ended, long nanos) {
        SpanAttributes attributes = tracing.grouped(topicName);
        attributes.put("robustmq.deliveries", ended.all);
        StatusData status = StatusData.unset();
        String failure = ended.failure;
        if (failure != null) {
            attributes.put("robustmq.deliveries_failed", ended.failed);
            attributes.put("error.type", failure);
            status = StatusData.create(StatusCode.ERROR, ended.failed + " not delivered");
        }
        tracing.ended(
                new FinishedSpan.Shape(
                        Tracing.Receiver.CLIENT.spanName(),
                        SpanKind.PRODUCER,
                        ended.context,
                        SpanRef.local(publish),
                        attributes,
                        links),
                anchor.from(ended.beganNanos, nanos),
                status);
    }

    private static final class Group {
        private final TraceContext context;
        private final long beganNanos;
        private long open;
        private long all;
        private long failed;
        private @Nullable String failure;

        private Group(TraceContext context, long beganNanos) {
            this.context = context;
            this.beganNanos = beganNanos;
        }
    }

    private final class One implements Tracing.DeliveryTrace {
        private final Group of;
        private final boolean acknowledged;
        private boolean over;

        private One(Group of, boolean acknowledged) {
            this.of = of;
            this.acknowledged = acknowledged;
        }

        @Override
        public TraceContext context() {
            return of.context;
        }

        @Override
        public void written(long nanos) {
            if (!acknowledged) {
                end(null, nanos);
            }
        }

        @Override
        public void acknowledged(int reasonCode, long nanos) {
            boolean failed = reasonCode >= DeliverySpan.FIRST_ERROR;
            end(failed ? DeliverySpan.hex(reasonCode) : null, nanos);
        }

        @Override
        public void dropped(MessageEvent.DropReason reason, long nanos) {
            end(DeliverySpan.label(reason), nanos);
        }

        private void end(@Nullable String failure, long nanos) {
            if (!over) {
                over = true;
                ended(of, failure, nanos);
            }
        }
    }
}
