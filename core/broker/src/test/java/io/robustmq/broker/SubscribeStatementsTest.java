package io.robustmq.broker;

import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.RawClient.UNSUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** SUBSCRIBE and UNSUBSCRIBE, in both versions. */
@ParameterizedClass
@EnumSource(names = {"V3_1_1", "V5"})
@SuppressWarnings("NullAway.Init")
class SubscribeStatementsTest {
    @Parameter MqttVersion version;
    private TestBroker broker;
    private RawClient client;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
        publisher = broker.connected("publisher");
        client = broker.client(version);
        client.connect("client");
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        publisher.close();
        broker.close();
    }

    private boolean isV5() {
        return version == MqttVersion.V5;
    }

    private Bytes body(int packetId) {
        Bytes body = new Bytes().u16(packetId);
        return isV5() ? body.u8(0) : body;
    }

    @Test
    @Mqtt3({
        "MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-4", "MQTT-3.8.4-5", "MQTT-3.8.4-6",
        "MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT-2.3.1-7", "MQTT-3.8.3-1", "MQTT-3.8.3-2"
    })
    @Mqtt5({
        "MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.8.4-7",
        "MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT-2.2.1-6", "MQTT-2.2.2-1", "MQTT-3.8.3-1",
        "MQTT-3.8.3-2", "MQTT-3.2.2-10"
    })
    void several_filters_are_answered_at_once_in_their_order() throws Exception {
        client.send(
                8,
                2,
                body(4711).text("a").u8(2).text("b/#/c").u8(1).text("c").u8(0).text("+/d").u8(1));
        Packet suback = client.expect(SUBACK);
        assertThat(suback.u16(0)).isEqualTo(4711);
        assertThat(client.codes(suback)).containsExactly(2, isV5() ? 0x8F : 0x80, 0, 1);
        for (String topic : List.of("a", "c", "x/d")) {
            publisher.publish(topic, "x", 0, 0);
            assertThat(client.message().topic()).isEqualTo(topic);
        }
        assertThat(client.untilPong()).isEmpty();

        client.send(8, 2, body(4712).text("e").u8(0));
        byte[] granted = client.expect(SUBACK).body();
        assertThat(granted).hasSize(isV5() ? 4 : 3);
        assertThat(isV5() ? granted[2] : 0).as("property length").isEqualTo((byte) 0);
    }

    @Test
    @Mqtt3({
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-2.3.1-7",
        "MQTT-3.10.3-1"
    })
    @Mqtt5({
        "MQTT-3.10.4-1",
        "MQTT-3.10.4-4",
        "MQTT-3.10.4-5",
        "MQTT-3.10.4-6",
        "MQTT-3.11.3-1",
        "MQTT-3.11.3-2",
        "MQTT-2.2.1-6",
        "MQTT-3.10.3-1",
        "MQTT-2.2.2-1"
    })
    void several_filters_are_unsubscribed_at_once_each_by_its_exact_name() throws Exception {
        client.subscribe("a/+", 0);
        client.subscribe("b", 0);
        client.send(10, 2, body(99).text("a/b").text("b").text("A/+").text("a/#"));
        Packet unsuback = client.expect(UNSUBACK);
        assertThat(unsuback.u16(0)).isEqualTo(99);
        if (isV5()) {
            assertThat(client.codes(unsuback)).containsExactly(0x11, 0, 0x11, 0x11);
        } else {
            assertThat(unsuback.body()).hasSize(2);
        }
        publisher.publish("b", "x", 0, 0);
        publisher.publish("a/b", "y", 0, 0);
        assertThat(client.message().payload()).isEqualTo("y");

        client.send(10, 2, body(100).text("never"));
        assertThat(client.expect(UNSUBACK).u16(0)).isEqualTo(100);
    }

    @Test
    @Mqtt3({"MQTT-3.10.4-2", "MQTT-3.10.4-3"})
    @Mqtt5({"MQTT-3.10.4-2", "MQTT-3.10.4-3"})
    void what_was_begun_before_unsubscribing_is_brought_to_its_end() throws Exception {
        client.subscribe("t", 2);
        publisher.published("t", "begun", 2, 1);
        Message message = client.message();
        client.unsubscribe("t");
        publisher.published("t", "later", 2, 1);
        client.ack(RawClient.PUBREC, message.packetId());
        assertThat(client.expect(RawClient.PUBREL).u16(0)).isEqualTo(message.packetId());
        client.ack(RawClient.PUBCOMP, message.packetId());
        assertThat(client.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3({"MQTT-3.8.4-3", "MQTT-3.3.1-6", "MQTT-3.3.1-8", "MQTT-3.8.4-6"})
    @Mqtt5({"MQTT-3.8.4-3", "MQTT-3.8.4-4", "MQTT-3.3.1-9", "MQTT-3.8.4-8"})
    void the_same_filter_again_replaces_the_first_and_brings_retained_messages_again()
            throws Exception {
        publisher.publish("t", "retained", 1, 0, new Bytes());
        publisher.untilPong();
        client.subscribe("t", 0);
        Message first = client.message();
        assertThat(first.retain()).isTrue();
        client.subscribe("t", 1);
        assertThat(client.message().payload()).isEqualTo("retained");

        publisher.publish("t", "x", 2, 1);
        Message message = client.message();
        assertThat(message.qos()).isEqualTo(1);
        assertThat(client.untilPong()).isEmpty();
        assertThat(broker.broker.measures().subscriptions()).isEqualTo(1);
    }

    @Test
    @Mqtt3({"MQTT-1.5.3-3", "MQTT-4.7.3-4", "MQTT-4.7.3-1"})
    @Mqtt5({"MQTT-1.5.4-3", "MQTT-4.7.3-4", "MQTT-4.7.3-1"})
    void names_are_compared_as_they_are_with_nothing_made_equal() throws Exception {
        String mark = "\uFEFFname";
        for (String topic :
                List.of(mark, "name", "Name", "name/", "/name", "n ame", "ñ", "n\u0303")) {
            client.subscribe(topic, 0);
            publisher.publish(topic, "x", 0, 0);
            assertThat(client.message().topic()).isEqualTo(topic);
            assertThat(client.untilPong()).isEmpty();
            client.unsubscribe(topic);
        }
    }

    @Test
    @Mqtt3("MQTT-4.7.2-1")
    @Mqtt5("MQTT-4.7.2-1")
    void wildcards_in_front_do_not_match_topics_with_a_dollar() throws Exception {
        client.subscribe("#", 0);
        client.subscribe("+/x", 0);
        publisher.published("$other/x", "1", 1, 1);
        client.subscribe("$other/+", 0);
        publisher.publish("$other/x", "2", 0, 0);
        assertThat(client.message().payload()).isEqualTo("2");
        assertThat(client.untilPong()).isEmpty();
    }
}
