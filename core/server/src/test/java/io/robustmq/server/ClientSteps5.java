package io.robustmq.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5SubscriptionBuilder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What tests with HiveMQ's MQTT 5 client do again and again; all clients end with it. */
final class ClientSteps5 implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int port;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final String root = "v5/" + NAMES.incrementAndGet();
    private final ClientInbox inbox = new ClientInbox();
    private final Queue<Mqtt5Publish> packets = new ConcurrentLinkedQueue<>();

    ClientSteps5(int port) {
        this.port = port;
    }

    int port() {
        return port;
    }

    /** Where this test publishes; no other does. */
    String root() {
        return root;
    }

    /**
     * What all clients of the test received, but for subscriptions with a callback of their own.
     */
    ClientInbox inbox() {
        return inbox;
    }

    /** The same, with all properties. */
    Queue<Mqtt5Publish> packets() {
        return packets;
    }

    void endLater(Mqtt5AsyncClient client) {
        opened.push(() -> end(client));
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    Mqtt5AsyncClient client(String clientId) {
        return client(clientId, port);
    }

    Mqtt5AsyncClient client(String clientId, int port) {
        return opened(builder(clientId, port));
    }

    /** One that connects again, within a tenth of a second, whenever the connection is lost. */
    Mqtt5AsyncClient reconnecting(String clientId, int port) {
        return opened(
                builder(clientId, port)
                        .automaticReconnect()
                        .initialDelay(20, TimeUnit.MILLISECONDS)
                        .maxDelay(100, TimeUnit.MILLISECONDS)
                        .applyAutomaticReconnect());
    }

    private static Mqtt5ClientBuilder builder(String clientId, int port) {
        return Mqtt5Client.builder().identifier(clientId).serverHost("127.0.0.1").serverPort(port);
    }

    private Mqtt5AsyncClient opened(Mqtt5ClientBuilder builder) {
        Mqtt5AsyncClient client = builder.buildAsync();
        client.publishes(MqttGlobalPublishFilter.REMAINING, this::receive);
        endLater(client);
        return client;
    }

    void receive(Mqtt5Publish publish) {
        packets.add(publish);
        inbox.add(messageOf(publish));
    }

    ClientMessage messageOf(Mqtt5Publish publish) {
        return ClientMessage.of(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                publish.getQos().getCode(),
                publish.isRetain());
    }

    ClientWire wire() throws Exception {
        ClientWire wire = ClientWire.to(port);
        opened.push(wire);
        return wire;
    }

    private static void end(Mqtt5AsyncClient client) throws Exception {
        if (client.getState() != MqttClientState.DISCONNECTED) {
            ClientInbox.get(client.disconnect().exceptionally(alreadyGone -> null));
        }
    }

    Mqtt5ConnectBuilder clean() {
        return Mqtt5Connect.builder().cleanStart(true);
    }

    Mqtt5ConnAck connect(Mqtt5AsyncClient client, Mqtt5ConnectBuilder connect) throws Exception {
        return ClientInbox.get(client.connect(connect.build()));
    }

    Mqtt5SubscriptionBuilder.Complete subscription(String filter) {
        return Mqtt5Subscription.builder().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE);
    }

    void subscribe(Mqtt5AsyncClient client, Mqtt5Subscription subscription) throws Exception {
        ClientInbox.get(
                client.subscribe(Mqtt5Subscribe.builder().addSubscription(subscription).build()));
    }

    Mqtt5PublishBuilder.Complete message(String text) {
        return Mqtt5Publish.builder()
                .topic(root + "/m")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(text.getBytes(UTF_8));
    }

    void publish(Mqtt5AsyncClient client, Mqtt5PublishBuilder.Complete message) throws Exception {
        ClientInbox.get(client.publish(message.build()));
    }

    String name() {
        return "five-" + NAMES.incrementAndGet();
    }
}
