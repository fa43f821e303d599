package io.robustmq.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClientState;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishBuilder;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5SubscriptionBuilder;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MQTT 5 adds, as HiveMQ's client sees it. */
class ClientMqtt5IT {
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir private static Path folder;
    private static ClientBroker broker;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final String root = "v5/" + NAMES.incrementAndGet();
    private final ClientInbox inbox = new ClientInbox();
    private final Queue<Mqtt5Publish> packets = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void close_what_was_opened() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    @Test
    void no_local_leaves_out_what_the_subscriber_published_itself() throws Exception {
        Mqtt5AsyncClient one = client(name());
        connect(one, clean());
        Mqtt5AsyncClient other = client(name());
        connect(other, clean());
        subscribe(one, subscription(root + "/#").noLocal(true).build());
        publish(one, message("own"));
        publish(other, message("other's"));

        assertThat(inbox.awaitUpTo("other's")).hasSize(1);
    }

    @Test
    void retain_as_published_keeps_the_flag_for_whoever_asks() throws Exception {
        Mqtt5AsyncClient one = client(name());
        connect(one, clean());
        subscribe(one, subscription(root + "/m").retainAsPublished(true).build());
        publish(one, message("kept").retain(true));
        publish(one, message("passing"));

        assertThat(inbox.await(2))
                .containsExactly(
                        new ClientMessage(root + "/m", "kept", 1, true),
                        new ClientMessage(root + "/m", "passing", 1, false));
        publish(one, message("").retain(true));
    }

    @Test
    void retain_handling_says_when_retained_messages_come() throws Exception {
        Mqtt5AsyncClient one = client(name());
        connect(one, clean());
        publish(one, message("kept").retain(true));
        Mqtt5Subscription never =
                subscription(root + "/m").retainHandling(Mqtt5RetainHandling.DO_NOT_SEND).build();
        Mqtt5Subscription onceOnly =
                subscription(root + "/m")
                        .retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                        .build();
        Mqtt5Subscription always = subscription(root + "/m").build();

        subscribe(one, never);
        publish(one, message("1"));
        assertThat(inbox.awaitUpTo("1")).hasSize(1);
        subscribe(one, onceOnly);
        publish(one, message("2"));
        assertThat(inbox.awaitUpTo("2")).hasSize(2);
        subscribe(one, always);
        assertThat(inbox.await(3).getLast().text()).isEqualTo("kept");
        ClientInbox.get(one.unsubscribeWith().topicFilter(root + "/m").send());
        subscribe(one, onceOnly);
        assertThat(inbox.await(4).getLast().text()).isEqualTo("kept");
        publish(one, message("").retain(true));
    }

    @Test
    void properties_are_handed_on_as_they_came() throws Exception {
        Mqtt5AsyncClient one = client(name());
        connect(one, clean());
        subscribe(one, subscription(root + "/m").build());
        publish(
                one,
                message("properties")
                        .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                        .contentType("text/plain")
                        .responseTopic(root + "/answer")
                        .correlationData(new byte[] {0, 1, -1})
                        .messageExpiryInterval(3600)
                        .userProperties()
                        .add("b", "1")
                        .add("a", "2")
                        .add("b", "3")
                        .applyUserProperties());

        inbox.await(1);
        Mqtt5Publish received = packets.remove();
        assertThat(received.getPayloadFormatIndicator())
                .contains(Mqtt5PayloadFormatIndicator.UTF_8);
        assertThat(received.getContentType()).map(Object::toString).contains("text/plain");
        assertThat(received.getResponseTopic()).map(Object::toString).contains(root + "/answer");
        assertThat(received.getCorrelationData())
                .map(ByteBuffer::duplicate)
                .contains(ByteBuffer.wrap(new byte[] {0, 1, -1}));
        assertThat(received.getMessageExpiryInterval().orElse(0)).isBetween(3590L, 3600L);
        // order and repetition count (MQTT-3.3.2-17, -18); the broker may add a trace context
        assertThat(received.getUserProperties().asList())
                .extracting(property -> property.getName() + "=" + property.getValue())
                .filteredOn(property -> !property.startsWith("trace"))
                .containsExactly("b=1", "a=2", "b=3");
    }

    @Test
    void receive_maximum_bounds_what_is_not_acknowledged() throws Exception {
        Mqtt5AsyncClient slow = client(name());
        connect(slow, clean().restrictions().receiveMaximum(2).applyRestrictions());
        Queue<Mqtt5Publish> held = new ConcurrentLinkedQueue<>();
        Queue<Mqtt5Publish> passed = new ConcurrentLinkedQueue<>();
        ClientInbox.get(
                slow.subscribeWith()
                        .topicFilter(root + "/m")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .callback(publish -> {
                            (publish.getQos() == MqttQos.AT_MOST_ONCE ? passed : held).add(publish);
                            receive(publish);
                        })
                        .manualAcknowledgement(true)
                        .send());
        Mqtt5AsyncClient publisher = client(name());
        connect(publisher, clean());
        for (int i = 0; i < 10; i++) {
            publish(publisher, message("" + i));
        }
        // QoS 0 is not bounded (MQTT-3.3.4-7): when it has come, a third would have too
        publish(publisher, message("end").qos(MqttQos.AT_MOST_ONCE));

        assertThat(inbox.awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "end");
        passed.remove().acknowledge();
        for (int arrived = 3; arrived < 11; arrived++) {
            held.remove().acknowledge();
            inbox.await(arrived + 1);
        }
        assertThat(inbox.all())
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "end", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void what_is_too_large_for_a_subscriber_is_left_out() throws Exception {
        Mqtt5AsyncClient small = client(name());
        connect(small, clean().restrictions().maximumPacketSize(200).applyRestrictions());
        subscribe(small, subscription(root + "/m").build());
        Mqtt5AsyncClient publisher = client(name());
        connect(publisher, clean());
        publish(publisher, message("x".repeat(1000)));
        publish(publisher, message("small"));

        assertThat(inbox.awaitUpTo("small")).hasSize(1);
    }

    @Test
    void topics_are_known_by_their_alias_in_both_directions() throws Exception {
        Mqtt5AsyncClient one = client(name());
        connect(
                one,
                clean().restrictions()
                        .topicAliasMaximum(4)
                        .sendTopicAliasMaximum(4)
                        .applyRestrictions());
        subscribe(one, subscription(root + "/#").build());
        List<ClientMessage> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String topic = root + "/" + i % 6;
            expected.add(new ClientMessage(topic, "" + i, 1, false));
            publish(one, message("" + i).topic(topic));
        }

        assertThat(inbox.await(30)).containsExactlyElementsOf(expected);
    }

    @Test
    void a_client_without_an_identifier_is_given_one() throws Exception {
        Mqtt5AsyncClient anonymous =
                Mqtt5Client.builder()
                        .serverHost("127.0.0.1")
                        .serverPort(broker.port())
                        .buildAsync();
        opened.push(() -> end(anonymous));
        Mqtt5ConnAck connack = connect(anonymous, clean());

        assertThat(connack.getAssignedClientIdentifier()).isPresent();
        assertThat(connack.getAssignedClientIdentifier().orElseThrow().toString()).isNotEmpty();
    }

    @Test
    void a_session_and_its_will_end_when_the_session_expires() throws Exception {
        Mqtt5AsyncClient watcher = client(name());
        connect(watcher, clean());
        subscribe(watcher, subscription(root + "/#").build());
        ClientWire wire = wire();
        String clientId = name();
        Mqtt5AsyncClient vanishing = client(clientId, wire.port());
        connect(
                vanishing,
                clean().cleanStart(false)
                        .sessionExpiryInterval(1)
                        .willPublish()
                        .topic(root + "/will")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("gone".getBytes(UTF_8))
                        .delayInterval(3600)
                        .applyWillPublish());
        long began = System.nanoTime();

        wire.cut();

        // whichever ends first, delay or session (MQTT-3.1.3-9)
        inbox.awaitUpTo("gone");
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
        Mqtt5AsyncClient back = client(clientId);
        assertThat(connect(back, clean().cleanStart(false)).isSessionPresent()).isFalse();
    }

    @Test
    void a_client_that_comes_back_in_time_takes_its_will_back() throws Exception {
        Mqtt5AsyncClient watcher = client(name());
        connect(watcher, clean());
        subscribe(watcher, subscription(root + "/#").build());
        ClientWire wire = wire();
        String clientId = name();
        Mqtt5AsyncClient vanishing = client(clientId, wire.port());
        connect(
                vanishing,
                clean().cleanStart(false)
                        .sessionExpiryInterval(3600)
                        .willPublish()
                        .topic(root + "/will")
                        .payload("gone".getBytes(UTF_8))
                        .delayInterval(2)
                        .applyWillPublish());
        wire.cut();

        Mqtt5AsyncClient back = client(clientId);
        boolean present =
                connect(back, clean().cleanStart(false).sessionExpiryInterval(3600))
                        .isSessionPresent();

        assertThat(present).isTrue();
        // a will of the same delay that is not taken back comes later than the first would have
        ClientWire second = wire();
        Mqtt5AsyncClient other = client(name(), second.port());
        connect(
                other,
                clean().sessionExpiryInterval(3600)
                        .willPublish()
                        .topic(root + "/will")
                        .payload("the other".getBytes(UTF_8))
                        .delayInterval(3)
                        .applyWillPublish());
        second.cut();
        assertThat(inbox.awaitUpTo("the other")).hasSize(1);
    }

    @Test
    void a_goodbye_may_ask_for_the_will() throws Exception {
        Mqtt5AsyncClient watcher = client(name());
        connect(watcher, clean());
        subscribe(watcher, subscription(root + "/#").build());
        Mqtt5AsyncClient leaving = client(name());
        connect(
                leaving,
                clean().willPublish()
                        .topic(root + "/will")
                        .payload("gone".getBytes(UTF_8))
                        .applyWillPublish());

        ClientInbox.get(
                leaving.disconnectWith()
                        .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                        .send());

        inbox.awaitUpTo("gone");
    }

    @Test
    void a_goodbye_may_end_the_session() throws Exception {
        String clientId = name();
        Mqtt5AsyncClient before = client(clientId);
        connect(before, clean().sessionExpiryInterval(3600));
        ClientInbox.get(before.disconnectWith().sessionExpiryInterval(0).send());
        Mqtt5AsyncClient after = client(clientId);

        assertThat(connect(after, clean().cleanStart(false)).isSessionPresent()).isFalse();
    }

    @Test
    void a_message_that_expired_while_waiting_is_not_delivered() throws Exception {
        String clientId = name();
        Mqtt5AsyncClient before = client(clientId);
        connect(before, clean().sessionExpiryInterval(3600));
        subscribe(before, subscription(root + "/m").build());
        ClientInbox.get(before.disconnect());
        Mqtt5AsyncClient publisher = client(name());
        connect(publisher, clean());
        publish(publisher, message("short-lived").messageExpiryInterval(1));
        publish(publisher, message("lasting").messageExpiryInterval(3600));
        awaitExpiryOfASecond(publisher);

        Mqtt5AsyncClient after = client(clientId);
        connect(after, clean().cleanStart(false).sessionExpiryInterval(3600));

        assertThat(inbox.awaitUpTo("lasting")).hasSize(1);
        assertThat(packets.remove().getMessageExpiryInterval().orElse(0)).isBetween(3500L, 3599L);
    }

    /** A retained message that lives a second is gone when nobody gets it any more. */
    private void awaitExpiryOfASecond(Mqtt5AsyncClient client) throws Exception {
        ClientInbox probe = new ClientInbox();
        publish(
                client,
                message("a second").topic(root + "/probe").retain(true).messageExpiryInterval(1));
        int markers = 0;
        List<ClientMessage> seen;
        do {
            seen = probe.all();
            ClientInbox.get(
                    client.subscribeWith()
                            .addSubscription(subscription(root + "/probe").build())
                            .addSubscription(subscription(root + "/marker").build())
                            .callback(p -> probe.add(messageOf(p)))
                            .send());
            markers++;
            publish(client, message("marker " + markers).topic(root + "/marker"));
            probe.awaitUpTo("marker " + markers);
            ClientInbox.get(client.unsubscribeWith().topicFilter(root + "/probe").send());
        } while (probe.all().subList(seen.size(), probe.all().size()).stream()
                .anyMatch(m -> m.text().equals("a second")));
    }

    private Mqtt5AsyncClient client(String clientId) {
        return client(clientId, broker.port());
    }

    private Mqtt5AsyncClient client(String clientId, int port) {
        Mqtt5AsyncClient client =
                Mqtt5Client.builder()
                        .identifier(clientId)
                        .serverHost("127.0.0.1")
                        .serverPort(port)
                        .buildAsync();
        client.publishes(MqttGlobalPublishFilter.REMAINING, this::receive);
        opened.push(() -> end(client));
        return client;
    }

    private void receive(Mqtt5Publish publish) {
        packets.add(publish);
        inbox.add(messageOf(publish));
    }

    private static ClientMessage messageOf(Mqtt5Publish publish) {
        return ClientMessage.of(
                publish.getTopic().toString(),
                publish.getPayloadAsBytes(),
                publish.getQos().getCode(),
                publish.isRetain());
    }

    private ClientWire wire() throws Exception {
        ClientWire wire = ClientWire.to(broker.port());
        opened.push(wire);
        return wire;
    }

    private static void end(Mqtt5AsyncClient client) throws Exception {
        if (client.getState() != MqttClientState.DISCONNECTED) {
            ClientInbox.get(client.disconnect().exceptionally(alreadyGone -> null));
        }
    }

    private static Mqtt5ConnectBuilder clean() {
        return Mqtt5Connect.builder().cleanStart(true);
    }

    private static Mqtt5ConnAck connect(Mqtt5AsyncClient client, Mqtt5ConnectBuilder connect)
            throws Exception {
        return ClientInbox.get(client.connect(connect.build()));
    }

    private static Mqtt5SubscriptionBuilder.Complete subscription(String filter) {
        return Mqtt5Subscription.builder().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE);
    }

    private static void subscribe(Mqtt5AsyncClient client, Mqtt5Subscription subscription)
            throws Exception {
        ClientInbox.get(
                client.subscribe(Mqtt5Subscribe.builder().addSubscription(subscription).build()));
    }

    private Mqtt5PublishBuilder.Complete message(String text) {
        return Mqtt5Publish.builder()
                .topic(root + "/m")
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(text.getBytes(UTF_8));
    }

    private static void publish(Mqtt5AsyncClient client, Mqtt5PublishBuilder.Complete message)
            throws Exception {
        ClientInbox.get(client.publish(message.build()));
    }

    private static String name() {
        return "five-" + NAMES.incrementAndGet();
    }
}
