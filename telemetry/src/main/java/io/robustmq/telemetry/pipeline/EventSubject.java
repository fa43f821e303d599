package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Event;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the events of one type what they are about. Immutable; any thread.
 *
 * @param client null if the type has no such field, as the others
 */
record EventSubject(
        @Nullable MethodHandle client,
        @Nullable MethodHandle topic,
        @Nullable MethodHandle filter,
        @Nullable MethodHandle address) {

    boolean is(TraceMatch match, Event event) {
        return switch (match.kind()) {
            case CLIENT -> match.isClient(text(client, event));
            case ADDRESS -> match.isAddress(text(address, event));
            case TOPIC ->
                    match.isTopic(text(topic, event))
                            || filter != null && match.isFilterWithin(text(filter, event));
        };
    }

    private static String text(@Nullable MethodHandle handle, Event event) {
        if (handle == null) {
            return "";
        }
        try {
            return (Object) handle.invokeExact((Object) event) instanceof String text ? text : "";
        } catch (Throwable e) {
            return ""; // a defect in the event; the dispatcher counts it
        }
    }
}
