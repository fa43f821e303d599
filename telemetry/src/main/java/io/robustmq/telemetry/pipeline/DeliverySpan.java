package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One subscriber's share of a traced publish, or another broker's. */
final class DeliverySpan implements Tracing.DeliveryTrace {
    static final int FIRST_ERROR = 0x80;

    private final SpanTracing tracing;
    private final Tracing.Receiver receiver;
    private final TraceContext context;
    private final @Nullable SpanRef parent;
    private final List<SpanRef> links;
    private final SpanAttributes attributes;
    private final SpanTracing.Anchor anchor;
    private final boolean acknowledged;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** Epoch nanos; 0 if it is no event of its own. */
    private volatile long written;

    /**
     * @param links to where the message was created, if the publisher said so
     * @param acknowledged whether the subscriber's acknowledgement ends it, not the write
     */
    DeliverySpan(
            SpanTracing tracing,
            Tracing.Receiver receiver,
            TraceContext context,
            @Nullable SpanRef parent,
            List<SpanRef> links,
            SpanAttributes attributes,
            SpanTracing.Anchor anchor,
            boolean acknowledged) {
        this.tracing = tracing;
        this.receiver = receiver;
        this.context = context;
        this.parent = parent;
        this.links = links;
        this.attributes = attributes;
        this.anchor = anchor;
        this.acknowledged = acknowledged;
    }

    @Override
    public TraceContext context() {
        return context;
    }

    @Override
    public void written(long nanos) {
        if (acknowledged) {
            written = anchor.epochNanosAt(nanos);
        } else if (ended.compareAndSet(false, true)) {
            end(StatusData.unset(), nanos);
        }
    }

    @Override
    public void acknowledged(int reasonCode, long nanos) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        attributes.put("robustmq.reason_code", reasonCode);
        if (reasonCode < FIRST_ERROR) {
            end(StatusData.unset(), nanos);
        } else {
            attributes.put("error.type", hex(reasonCode));
            end(StatusData.create(StatusCode.ERROR, "refused by the subscriber"), nanos);
        }
    }

    @Override
    public void dropped(MessageEvent.DropReason reason, long nanos) {
        if (ended.compareAndSet(false, true)) {
            String why = label(reason);
            attributes.put("error.type", why);
            end(StatusData.create(StatusCode.ERROR, "not delivered: " + why), nanos);
        }
    }

    private void end(StatusData status, long nanos) {
        tracing.ended(
                new FinishedSpan.Shape(
                        receiver.spanName(), SpanKind.PRODUCER, context, parent, attributes, links),
                new FinishedSpan.Times(
                        anchor.epochNanosAt(anchor.beganNanos()),
                        written,
                        anchor.epochNanosAt(nanos)),
                status);
    }

    static String label(MessageEvent.DropReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    static String hex(int reasonCode) {
        return "0x" + Integer.toHexString(reasonCode);
    }
}
