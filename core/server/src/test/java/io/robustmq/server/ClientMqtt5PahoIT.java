package io.robustmq.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of MQTT 5 Paho shows and HiveMQ's client does not. */
class ClientMqtt5PahoIT {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final int SESSION_TAKEN_OVER = 0x8E;

    @TempDir private static Path folder;
    private static ClientBroker broker;

    private final Deque<MqttAsyncClient> opened = new ArrayDeque<>();
    private final String root = "paho/" + NAMES.incrementAndGet();
    private final ClientInbox inbox = new ClientInbox();
    private final Queue<MqttMessage> packets = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();

    @BeforeAll
    static void start() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void close_what_was_opened() throws MqttException {
        while (!opened.isEmpty()) {
            MqttAsyncClient client = opened.pop();
            if (client.isConnected()) {
                client.disconnect(0).waitForCompletion(ClientInbox.LIMIT.toMillis());
            }
            client.close(true);
        }
    }

    @Test
    void messages_name_the_subscriptions_that_they_match() throws Exception {
        MqttAsyncClient client = connected("identifiers", new MqttConnectionOptions());
        subscribe(client, root + "/#", 7);
        subscribe(client, root + "/a", 268_435_455);
        subscribe(client, root + "/b", 0);
        publish(client, root + "/a", "a", 1);
        publish(client, root + "/c", "c", 1);
        publish(client, root + "/end", "end", 1);
        inbox.awaitUpTo("end");

        assertThat(identifiersOf("a")).containsExactlyInAnyOrder(7, 268_435_455);
        assertThat(identifiersOf("c")).containsExactly(7);
    }

    @Test
    void a_client_that_is_taken_over_is_told_so() throws Exception {
        connected("twin", new MqttConnectionOptions());
        MqttAsyncClient second = client("twin");
        second.connect(new MqttConnectionOptions()).waitForCompletion(ClientInbox.LIMIT.toMillis());

        assertThat(ClientInbox.get(ended)).isEqualTo(SESSION_TAKEN_OVER);
    }

    @Test
    void receive_maximum_bounds_what_is_held_back() throws Exception {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setReceiveMaximum(3);
        MqttAsyncClient slow = client("slow");
        slow.setManualAcks(true);
        slow.setCallback(new Receiver());
        slow.connect(options).waitForCompletion(ClientInbox.LIMIT.toMillis());
        slow.subscribe(root + "/m", 1).waitForCompletion(ClientInbox.LIMIT.toMillis());
        MqttAsyncClient publisher = connected("publisher", new MqttConnectionOptions());
        for (int i = 0; i < 9; i++) {
            publish(publisher, root + "/m", "" + i, 2);
        }
        publish(publisher, root + "/m", "end", 0);

        assertThat(inbox.awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "2", "end");
        for (int arrived = 4; arrived < 10; arrived++) {
            MqttMessage held = packets.remove();
            slow.messageArrivedComplete(held.getId(), held.getQos());
            inbox.await(arrived + 1);
        }
        assertThat(inbox.all())
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "2", "end", "3", "4", "5", "6", "7", "8");
    }

    private List<Integer> identifiersOf(String text) {
        List<Integer> identifiers = new ArrayList<>();
        for (MqttMessage packet : packets) {
            if (new String(packet.getPayload(), UTF_8).equals(text)) {
                identifiers.addAll(packet.getProperties().getSubscriptionIdentifiers());
            }
        }
        return identifiers;
    }

    private MqttAsyncClient client(String name) throws MqttException {
        MqttAsyncClient client =
                new MqttAsyncClient(
                        "tcp://127.0.0.1:" + broker.port(), name, new MemoryPersistence());
        opened.push(client);
        return client;
    }

    private MqttAsyncClient connected(String name, MqttConnectionOptions options)
            throws MqttException {
        MqttAsyncClient client = client(name);
        client.setCallback(new Receiver());
        client.connect(options).waitForCompletion(ClientInbox.LIMIT.toMillis());
        return client;
    }

    /** {@code identifier} 0: none. */
    private static void subscribe(MqttAsyncClient client, String filter, int identifier)
            throws MqttException {
        MqttProperties properties = new MqttProperties();
        if (identifier != 0) {
            properties.setSubscriptionIdentifier(identifier);
        }
        MqttSubscription[] subscriptions = {new MqttSubscription(filter, 1)};
        client.subscribe(subscriptions, null, null, properties)
                .waitForCompletion(ClientInbox.LIMIT.toMillis());
    }

    private static void publish(MqttAsyncClient client, String topic, String text, int qos)
            throws MqttException {
        client.publish(topic, text.getBytes(UTF_8), qos, false)
                .waitForCompletion(ClientInbox.LIMIT.toMillis());
    }

    private final class Receiver implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            if (message.getQos() > 0) {
                packets.add(message);
            }
            inbox.add(
                    ClientMessage.of(
                            topic, message.getPayload(), message.getQos(), message.isRetained()));
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            ended.complete(response.getReturnCode());
        }

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
