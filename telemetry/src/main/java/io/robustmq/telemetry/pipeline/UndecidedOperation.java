package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import org.jspecify.annotations.Nullable;

/** What a client does that was not chosen: recorded only if it fails. */
final class UndecidedOperation implements Tracing.OperationTrace {
    private final SpanTracing tracing;
    private final Tracing.Operation operation;
    private final Peer client;
    private final @Nullable TraceContext parent;
    private final long beganNanos;
    private boolean decided;
    private @Nullable OperationSpan span;

    UndecidedOperation(
            SpanTracing tracing,
            Tracing.Operation operation,
            Peer client,
            @Nullable TraceContext parent,
            long beganNanos) {
        this.tracing = tracing;
        this.operation = operation;
        this.client = client;
        this.parent = parent;
        this.beganNanos = beganNanos;
    }

    @Override
    public @Nullable TraceContext context(int reasonCode) {
        OperationSpan kept = decided(reasonCode);
        return kept == null ? null : kept.context(reasonCode);
    }

    private @Nullable OperationSpan decided(int reasonCode) {
        if (!decided) {
            decided = true;
            if (reasonCode >= DeliverySpan.FIRST_ERROR) {
                span = tracing.keptOperation(operation, client, parent, beganNanos);
            }
        }
        return span;
    }

    @Override
    public void resumed(int waiting, int inFlight, long resumedNanos, long endedNanos) {
        // a session that goes on is no failure
    }

    @Override
    public void ended(int reasonCode, @Nullable String detail, long nanos) {
        OperationSpan kept = decided(reasonCode);
        if (kept != null) {
            kept.ended(reasonCode, detail, nanos);
        }
    }
}
