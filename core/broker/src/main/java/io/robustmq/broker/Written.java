package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A delivery somebody wants to know the sending of: it is traced, or it was picked for a {@code
 * message.delivered}.
 *
 * @param receivedNanos when its PUBLISH was read
 * @param live it did not have to wait for its client, so that its latency says something
 * @param context of the trace it belongs to; also where the trace has no span for it
 */
record Written(
        String topic,
        int qos,
        int payloadBytes,
        long receivedNanos,
        boolean live,
        boolean sampled,
        Tracing.@Nullable DeliveryTrace trace,
        @Nullable TraceContext context) {

    void report(Connection connection, long nowNanos) {
        Loop loop = connection.loop();
        if (trace != null) {
            trace.written(nowNanos);
            if (live && context != null) {
                loop.measures()
                        .latencies()
                        .deliveries(qos)
                        .example(nowNanos - receivedNanos, context, loop.shared().clock().millis());
            }
        }
        if (sampled) {
            MessageEvent.Delivered event =
                    new MessageEvent.Delivered(
                            connection.peer(),
                            topic,
                            qos,
                            payloadBytes,
                            TimeUnit.NANOSECONDS.toMicros(nowNanos - receivedNanos));
            if (context == null) {
                loop.shared().events().emit(event);
            } else {
                loop.shared().events().emit(event, context);
            }
        }
    }
}
