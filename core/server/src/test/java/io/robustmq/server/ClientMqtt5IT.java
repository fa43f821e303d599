package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What MQTT 5 adds to messages and subscriptions, as HiveMQ's client sees it. */
class ClientMqtt5IT {
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
    void no_local_leaves_out_what_the_subscriber_published_itself() throws Exception {
        Mqtt5AsyncClient one = five.client(five.name());
        five.connect(one, five.clean());
        Mqtt5AsyncClient other = five.client(five.name());
        five.connect(other, five.clean());
        five.subscribe(one, five.subscription(five.root() + "/#").noLocal(true).build());
        five.publish(one, five.message("own"));
        five.publish(other, five.message("other's"));

        assertThat(five.inbox().awaitUpTo("other's")).hasSize(1);
    }

    @Test
    void retain_as_published_keeps_the_flag_for_whoever_asks() throws Exception {
        Mqtt5AsyncClient one = five.client(five.name());
        five.connect(one, five.clean());
        five.subscribe(one, five.subscription(five.root() + "/m").retainAsPublished(true).build());
        five.publish(one, five.message("kept").retain(true));
        five.publish(one, five.message("passing"));

        assertThat(five.inbox().await(2))
                .containsExactly(
                        new ClientMessage(five.root() + "/m", "kept", 1, true),
                        new ClientMessage(five.root() + "/m", "passing", 1, false));
        five.publish(one, five.message("").retain(true));
    }

    @Test
    void retain_handling_says_when_retained_messages_come() throws Exception {
        Mqtt5AsyncClient one = five.client(five.name());
        five.connect(one, five.clean());
        five.publish(one, five.message("kept").retain(true));
        Mqtt5Subscription never =
                five.subscription(five.root() + "/m")
                        .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                        .build();
        Mqtt5Subscription onceOnly =
                five.subscription(five.root() + "/m")
                        .retainHandling(Mqtt5RetainHandling.SEND_IF_SUBSCRIPTION_DOES_NOT_EXIST)
                        .build();
        Mqtt5Subscription always = five.subscription(five.root() + "/m").build();

        five.subscribe(one, never);
        five.publish(one, five.message("1"));
        assertThat(five.inbox().awaitUpTo("1")).hasSize(1);
        five.subscribe(one, onceOnly);
        five.publish(one, five.message("2"));
        assertThat(five.inbox().awaitUpTo("2")).hasSize(2);
        five.subscribe(one, always);
        assertThat(five.inbox().await(3).getLast().text()).isEqualTo("kept");
        ClientInbox.get(one.unsubscribeWith().topicFilter(five.root() + "/m").send());
        five.subscribe(one, onceOnly);
        assertThat(five.inbox().await(4).getLast().text()).isEqualTo("kept");
        five.publish(one, five.message("").retain(true));
    }

    @Test
    void properties_are_handed_on_as_they_came() throws Exception {
        Mqtt5AsyncClient one = five.client(five.name());
        five.connect(one, five.clean());
        five.subscribe(one, five.subscription(five.root() + "/m").build());
        five.publish(
                one,
                five.message("properties")
                        .payloadFormatIndicator(Mqtt5PayloadFormatIndicator.UTF_8)
                        .contentType("text/plain")
                        .responseTopic(five.root() + "/answer")
                        .correlationData(new byte[] {0, 1, -1})
                        .messageExpiryInterval(3600)
                        .userProperties()
                        .add("b", "1")
                        .add("a", "2")
                        .add("b", "3")
                        .applyUserProperties());

        five.inbox().await(1);
        Mqtt5Publish received = five.packets().remove();
        assertThat(received.getPayloadFormatIndicator())
                .contains(Mqtt5PayloadFormatIndicator.UTF_8);
        assertThat(received.getContentType()).map(Object::toString).contains("text/plain");
        assertThat(received.getResponseTopic())
                .map(Object::toString)
                .contains(five.root() + "/answer");
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
        Mqtt5AsyncClient slow = five.client(five.name());
        five.connect(slow, five.clean().restrictions().receiveMaximum(2).applyRestrictions());
        Queue<Mqtt5Publish> held = new ConcurrentLinkedQueue<>();
        Queue<Mqtt5Publish> passed = new ConcurrentLinkedQueue<>();
        ClientInbox.get(
                slow.subscribeWith()
                        .topicFilter(five.root() + "/m")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .callback(publish -> {
                            (publish.getQos() == MqttQos.AT_MOST_ONCE ? passed : held).add(publish);
                            five.receive(publish);
                        })
                        .manualAcknowledgement(true)
                        .send());
        Mqtt5AsyncClient publisher = five.client(five.name());
        five.connect(publisher, five.clean());
        for (int i = 0; i < 10; i++) {
            five.publish(publisher, five.message("" + i));
        }
        // QoS 0 is not bounded (MQTT-3.3.4-7): when it has come, a third would have too
        five.publish(publisher, five.message("end").qos(MqttQos.AT_MOST_ONCE));

        assertThat(five.inbox().awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "end");
        passed.remove().acknowledge();
        for (int arrived = 3; arrived < 11; arrived++) {
            held.remove().acknowledge();
            five.inbox().await(arrived + 1);
        }
        assertThat(five.inbox().all())
                .extracting(ClientMessage::text)
                .containsExactly("0", "1", "end", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    @Test
    void what_is_too_large_for_a_subscriber_is_left_out() throws Exception {
        Mqtt5AsyncClient small = five.client(five.name());
        five.connect(small, five.clean().restrictions().maximumPacketSize(200).applyRestrictions());
        five.subscribe(small, five.subscription(five.root() + "/m").build());
        Mqtt5AsyncClient publisher = five.client(five.name());
        five.connect(publisher, five.clean());
        five.publish(publisher, five.message("x".repeat(1000)));
        five.publish(publisher, five.message("small"));

        assertThat(five.inbox().awaitUpTo("small")).hasSize(1);
    }

    @Test
    void topics_are_known_by_their_alias_in_both_directions() throws Exception {
        Mqtt5AsyncClient one = five.client(five.name());
        five.connect(
                one,
                five.clean()
                        .restrictions()
                        .topicAliasMaximum(4)
                        .sendTopicAliasMaximum(4)
                        .applyRestrictions());
        five.subscribe(one, five.subscription(five.root() + "/#").build());
        List<ClientMessage> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            String topic = five.root() + "/" + i % 6;
            expected.add(new ClientMessage(topic, "" + i, 1, false));
            five.publish(one, five.message("" + i).topic(topic));
        }

        assertThat(five.inbox().await(30)).containsExactlyElementsOf(expected);
    }
}
