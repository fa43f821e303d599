package io.robustmq.samples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import java.util.concurrent.CountDownLatch;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * Prints what it receives, each message in a span that is the child of the broker's delivery:
 * {@code <filter> [messages]}.
 */
public final class TracedSubscriber implements MqttCallback {
    private final Tracer tracer;
    private final CountDownLatch wanted;

    private TracedSubscriber(Tracer tracer, CountDownLatch wanted) {
        this.tracer = tracer;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 1 || arguments.length > 2) {
            System.err.println("usage: samples/run TracedSubscriber <filter> [messages]");
            System.exit(64);
        }
        String filter = arguments[0];
        int messages = arguments.length == 2 ? Integer.parseInt(arguments[1]) : Integer.MAX_VALUE;
        String url = System.getenv().getOrDefault("MQTT_URL", "tcp://127.0.0.1:1883");
        CountDownLatch wanted = new CountDownLatch(messages);
        MqttClient client = new MqttClient(url, "", new MemoryPersistence());
        try (Spans spans = Spans.of("sample-subscriber")) {
            client.setCallback(new TracedSubscriber(spans.tracer(), wanted));
            client.connect();
            client.subscribe(filter, 1);
            System.out.println("subscribed to " + filter);
            wanted.await();
            client.disconnect();
        } finally {
            client.close(true);
        }
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        Span span =
                tracer.spanBuilder("process " + topic)
                        .setParent(TraceProperties.extract(message.getProperties()))
                        .setSpanKind(SpanKind.CONSUMER)
                        .setAttribute("messaging.destination.name", topic)
                        .setAttribute("messaging.operation.name", "process")
                        .setAttribute("messaging.operation.type", "process")
                        .startSpan();
        try {
            System.out.println(
                    topic
                            + " "
                            + new String(message.getPayload(), UTF_8)
                            + ", trace "
                            + span.getSpanContext().getTraceId());
        } finally {
            span.end();
            wanted.countDown();
        }
    }

    @Override
    public void disconnected(MqttDisconnectResponse response) {
        System.err.println("disconnected: " + response);
        System.exit(69);
    }

    @Override
    public void mqttErrorOccurred(MqttException exception) {
        System.err.println(exception.getMessage());
    }

    @Override
    public void deliveryComplete(IMqttToken token) {}

    @Override
    public void connectComplete(boolean reconnect, String serverUri) {}

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {}
}
