package io.robustmq.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MQTT 5 adds to sessions and wills, as HiveMQ's client sees it. */
class ClientMqtt5SessionIT {
    @TempDir private static Path folder;
    private static ClientBroker broker;

    private ClientSteps5 five;

    @BeforeAll
    static void start() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void begin() {
        five = new ClientSteps5(broker.port());
    }

    @AfterEach
    void close_what_was_opened() throws Exception {
        five.close();
    }

    @Test
    void a_session_and_its_will_end_when_the_session_expires() throws Exception {
        Mqtt5AsyncClient watcher = five.client(five.name());
        five.connect(watcher, five.clean());
        five.subscribe(watcher, five.subscription(five.root() + "/#").build());
        ClientWire wire = five.wire();
        String clientId = five.name();
        Mqtt5AsyncClient vanishing = five.client(clientId, wire.port());
        five.connect(
                vanishing,
                five.clean()
                        .cleanStart(false)
                        .sessionExpiryInterval(1)
                        .willPublish()
                        .topic(five.root() + "/will")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("gone".getBytes(UTF_8))
                        .delayInterval(3600)
                        .applyWillPublish());
        long began = System.nanoTime();

        wire.cut();

        // whichever ends first, delay or session (MQTT-3.1.3-9)
        five.inbox().awaitUpTo("gone");
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
        Mqtt5AsyncClient back = five.client(clientId);
        assertThat(five.connect(back, five.clean().cleanStart(false)).isSessionPresent()).isFalse();
    }

    @Test
    void a_client_that_comes_back_in_time_takes_its_will_back() throws Exception {
        Mqtt5AsyncClient watcher = five.client(five.name());
        five.connect(watcher, five.clean());
        five.subscribe(watcher, five.subscription(five.root() + "/#").build());
        ClientWire wire = five.wire();
        String clientId = five.name();
        Mqtt5AsyncClient vanishing = five.client(clientId, wire.port());
        five.connect(
                vanishing,
                five.clean()
                        .cleanStart(false)
                        .sessionExpiryInterval(3600)
                        .willPublish()
                        .topic(five.root() + "/will")
                        .payload("gone".getBytes(UTF_8))
                        .delayInterval(2)
                        .applyWillPublish());
        wire.cut();

        Mqtt5AsyncClient back = five.client(clientId);
        boolean present =
                five.connect(back, five.clean().cleanStart(false).sessionExpiryInterval(3600))
                        .isSessionPresent();

        assertThat(present).isTrue();
        // a will of the same delay that is not taken back comes later than the first would have
        ClientWire second = five.wire();
        Mqtt5AsyncClient other = five.client(five.name(), second.port());
        five.connect(
                other,
                five.clean()
                        .sessionExpiryInterval(3600)
                        .willPublish()
                        .topic(five.root() + "/will")
                        .payload("the other".getBytes(UTF_8))
                        .delayInterval(3)
                        .applyWillPublish());
        second.cut();
        assertThat(five.inbox().awaitUpTo("the other")).hasSize(1);
    }

    @Test
    void a_goodbye_may_ask_for_the_will() throws Exception {
        Mqtt5AsyncClient watcher = five.client(five.name());
        five.connect(watcher, five.clean());
        five.subscribe(watcher, five.subscription(five.root() + "/#").build());
        Mqtt5AsyncClient leaving = five.client(five.name());
        five.connect(
                leaving,
                five.clean()
                        .willPublish()
                        .topic(five.root() + "/will")
                        .payload("gone".getBytes(UTF_8))
                        .applyWillPublish());

        ClientInbox.get(
                leaving.disconnectWith()
                        .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                        .send());

        five.inbox().awaitUpTo("gone");
    }

    @Test
    void a_goodbye_may_end_the_session() throws Exception {
        String clientId = five.name();
        Mqtt5AsyncClient before = five.client(clientId);
        five.connect(before, five.clean().sessionExpiryInterval(3600));
        ClientInbox.get(before.disconnectWith().sessionExpiryInterval(0).send());
        Mqtt5AsyncClient after = five.client(clientId);

        assertThat(five.connect(after, five.clean().cleanStart(false)).isSessionPresent())
                .isFalse();
    }

    @Test
    void a_message_that_expired_while_waiting_is_not_delivered() throws Exception {
        String clientId = five.name();
        Mqtt5AsyncClient before = five.client(clientId);
        five.connect(before, five.clean().sessionExpiryInterval(3600));
        five.subscribe(before, five.subscription(five.root() + "/m").build());
        ClientInbox.get(before.disconnect());
        Mqtt5AsyncClient publisher = five.client(five.name());
        five.connect(publisher, five.clean());
        five.publish(publisher, five.message("short-lived").messageExpiryInterval(1));
        five.publish(publisher, five.message("lasting").messageExpiryInterval(3600));
        awaitExpiryOfASecond(publisher);

        Mqtt5AsyncClient after = five.client(clientId);
        five.connect(after, five.clean().cleanStart(false).sessionExpiryInterval(3600));

        assertThat(five.inbox().awaitUpTo("lasting")).hasSize(1);
        assertThat(five.packets().remove().getMessageExpiryInterval().orElse(0))
                .isBetween(3500L, 3599L);
    }

    @Test
    void a_client_without_an_identifier_is_given_one() throws Exception {
        Mqtt5AsyncClient anonymous =
                Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(five.port()).buildAsync();
        five.endLater(anonymous);
        Mqtt5ConnAck connack = five.connect(anonymous, five.clean());

        assertThat(connack.getAssignedClientIdentifier()).isPresent();
        assertThat(connack.getAssignedClientIdentifier().orElseThrow().toString()).isNotEmpty();
    }

    /** Both clients lose their connection again and again, and take up where they were. */
    @Test
    void qos_2_arrives_once_and_in_order_however_often_the_wires_are_cut() throws Exception {
        ClientWire near = five.wire();
        ClientWire far = five.wire();
        Mqtt5AsyncClient subscriber = five.reconnecting(five.name(), far.port());
        five.connect(subscriber, five.clean().sessionExpiryInterval(3600));
        five.subscribe(
                subscriber,
                five.subscription(five.root() + "/m").qos(MqttQos.EXACTLY_ONCE).build());
        Mqtt5AsyncClient publisher = five.reconnecting(five.name(), near.port());
        five.connect(publisher, five.clean().sessionExpiryInterval(3600));
        List<CompletableFuture<?>> acknowledged = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            acknowledged.add(
                    publisher.publish(five.message("" + i).qos(MqttQos.EXACTLY_ONCE).build()));
            if (i % 250 == 100) {
                five.inbox().await(i - 90);
                near.cut();
            } else if (i % 250 == 200) {
                five.inbox().await(i - 190);
                far.cut();
            }
        }
        ClientInbox.get(CompletableFuture.allOf(acknowledged.toArray(CompletableFuture[]::new)));
        acknowledged.add(publisher.publish(five.message("end").qos(MqttQos.EXACTLY_ONCE).build()));

        assertThat(five.inbox().awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .containsExactlyElementsOf(
                        Stream.concat(
                                        IntStream.range(0, 1000).mapToObj(i -> "" + i),
                                        Stream.of("end"))
                                .toList());
    }

    /** A retained message that lives a second is gone when nobody gets it any more. */
    private void awaitExpiryOfASecond(Mqtt5AsyncClient client) throws Exception {
        ClientInbox probe = new ClientInbox();
        five.publish(
                client,
                five.message("a second")
                        .topic(five.root() + "/probe")
                        .retain(true)
                        .messageExpiryInterval(1));
        int markers = 0;
        List<ClientMessage> seen;
        do {
            seen = probe.all();
            ClientInbox.get(
                    client.subscribeWith()
                            .addSubscription(five.subscription(five.root() + "/probe").build())
                            .addSubscription(five.subscription(five.root() + "/marker").build())
                            .callback(p -> probe.add(five.messageOf(p)))
                            .send());
            markers++;
            five.publish(client, five.message("marker " + markers).topic(five.root() + "/marker"));
            probe.awaitUpTo("marker " + markers);
            ClientInbox.get(client.unsubscribeWith().topicFilter(five.root() + "/probe").send());
        } while (probe.all().subList(seen.size(), probe.all().size()).stream()
                .anyMatch(m -> m.text().equals("a second")));
    }
}
