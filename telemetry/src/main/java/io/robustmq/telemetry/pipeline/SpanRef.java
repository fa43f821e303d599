package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.TraceStateBuilder;
import io.robustmq.telemetry.event.TraceContext;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A span that another one refers to.
 *
 * @param remote it is not this process's
 */
record SpanRef(TraceContext context, boolean remote) {
    static SpanRef local(TraceContext context) {
        return new SpanRef(context, false);
    }

    static @Nullable SpanRef remote(@Nullable TraceContext context) {
        return context == null ? null : new SpanRef(context, true);
    }

    /** What is well-formed of a {@code tracestate}; {@code ""} if nothing is. */
    static String wellFormed(String traceState) {
        if (traceState.isEmpty()) {
            return traceState;
        }
        StringJoiner members = new StringJoiner(",");
        state(traceState).forEach((key, value) -> members.add(key + "=" + value));
        return members.toString();
    }

    /** {@code key=value,key=value}; the builder leaves out what is not well-formed. */
    private static TraceState state(String text) {
        String[] members = text.split(",", 32);
        TraceStateBuilder state = TraceState.builder();
        for (int i = members.length - 1; i >= 0; i--) { // the builder puts in front
            int equals = members[i].indexOf('=');
            if (equals > 0) {
                state.put(
                        members[i].substring(0, equals).strip(), members[i].substring(equals + 1));
            }
        }
        return state.build();
    }
}
