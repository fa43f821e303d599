package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client does besides publishing. */
final class OperationSpan implements Tracing.OperationTrace {
    private final SpanTracing tracing;
    private final String name;
    private final TraceContext context;
    private final @Nullable SpanRef parent;
    private final SpanAttributes attributes;
    private final SpanTracing.Anchor anchor;
    private boolean ended;

    /**
     * @param client whose it is; the operation's own attributes are added
     */
    OperationSpan(
            SpanTracing tracing,
            Tracing.Operation operation,
            TraceContext context,
            @Nullable SpanRef parent,
            SpanAttributes client,
            SpanTracing.Anchor anchor) {
        this.tracing = tracing;
        this.context = context;
        this.parent = parent;
        this.attributes = client;
        this.anchor = anchor;
        this.name = described(operation, client);
    }

    private static String described(Tracing.Operation operation, SpanAttributes to) {
        return switch (operation) {
            case Tracing.Operation.Connect(boolean cleanStart, long expirySeconds) -> {
                to.put("robustmq.clean_start", cleanStart);
                to.put("robustmq.session_expiry_seconds", expirySeconds);
                yield "connect";
            }
            case Tracing.Operation.Subscribe(int filters, String first) -> {
                filters(filters, first, to);
                yield "subscribe";
            }
            case Tracing.Operation.Unsubscribe(int filters, String first) -> {
                filters(filters, first, to);
                yield "unsubscribe";
            }
            case Tracing.Operation.Disconnect(var ending) -> {
                to.put("robustmq.ending", ending.name().toLowerCase(Locale.ROOT));
                yield "disconnect";
            }
        };
    }

    private static void filters(int filters, String first, SpanAttributes to) {
        to.put("messaging.destination.template", first);
        to.put("robustmq.filters", filters);
    }

    @Override
    public TraceContext context(int reasonCode) {
        return context;
    }

    @Override
    public void resumed(int waiting, int inFlight, long beganNanos, long endedNanos) {
        attributes.put("robustmq.session_present", true);
        tracing.step(
                "resume session",
                context,
                anchor.from(beganNanos, endedNanos),
                new SpanAttributes()
                        .put("robustmq.waiting", waiting)
                        .put("robustmq.in_flight", inFlight),
                List.of());
    }

    @Override
    public void ended(int reasonCode, @Nullable String detail, long nanos) {
        if (ended) {
            return;
        }
        ended = true;
        attributes.put("robustmq.reason_code", reasonCode);
        StatusData status = StatusData.unset();
        if (reasonCode >= DeliverySpan.FIRST_ERROR) {
            attributes.put("error.type", DeliverySpan.hex(reasonCode));
            status = StatusData.create(StatusCode.ERROR, detail == null ? "" : detail);
        }
        tracing.ended(
                new FinishedSpan.Shape(
                        name, SpanKind.SERVER, context, parent, attributes, List.of()),
                anchor.from(anchor.beganNanos(), nanos),
                status);
    }
}
