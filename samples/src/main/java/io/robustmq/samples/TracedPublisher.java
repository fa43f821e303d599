package io.robustmq.samples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/** Publishes one message, and hands its trace context on with it: {@code <topic> <text>}. */
public final class TracedPublisher {
    private TracedPublisher() {}

    public static void main(String[] arguments) throws MqttException {
        if (arguments.length != 2) {
            System.err.println("usage: samples/run TracedPublisher <topic> <text>");
            System.exit(64);
        }
        String topic = arguments[0];
        String url = System.getenv().getOrDefault("MQTT_URL", "tcp://127.0.0.1:1883");
        MqttClient client = new MqttClient(url, "", new MemoryPersistence());
        try (Spans spans = Spans.of("sample-publisher")) {
            client.connect();
            Span span =
                    spans.tracer()
                            .spanBuilder("publish " + topic)
                            .setSpanKind(SpanKind.PRODUCER)
                            .setAttribute("messaging.destination.name", topic)
                            .setAttribute("messaging.operation.name", "publish")
                            .setAttribute("messaging.operation.type", "send")
                            .startSpan();
            try {
                MqttProperties properties = new MqttProperties();
                TraceProperties.inject(Context.root().with(span), properties);
                MqttMessage message = new MqttMessage(arguments[1].getBytes(UTF_8));
                message.setQos(1);
                message.setProperties(properties);
                // returns when the broker has acknowledged it
                client.publish(topic, message);
            } catch (MqttException e) {
                span.recordException(e);
                throw e;
            } finally {
                span.end();
            }
            System.out.println(
                    "published to " + topic + ", trace " + span.getSpanContext().getTraceId());
            client.disconnect();
        } finally {
            client.close(true);
        }
    }
}
