package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** PUBLISH and its acknowledgements, in both directions and both versions. */
@ParameterizedClass
@EnumSource(names = {"V3_1_1", "V5"})
@SuppressWarnings("NullAway.Init")
class PublishStatementsTest {
    @Parameter MqttVersion version;
    private TestBroker broker;
    private RawClient publisher;
    private RawClient subscriber;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
        publisher = broker.client(version);
        publisher.connect("publisher");
        subscriber = broker.client(version);
        subscriber.connect("subscriber", kept());
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    private Options kept() {
        Options options = new Options().keepSession();
        return version == MqttVersion.V5 ? options.expiry(1000) : options;
    }

    private void subscriberComesBack() throws IOException {
        subscriber.close();
        subscriber = broker.client(version);
        assertThat(subscriber.connect("subscriber", kept())).isTrue();
    }

    @Test
    @Mqtt3({"MQTT-3.3.4-1", "MQTT-4.3.2-2", "MQTT-4.3.3-2", "MQTT-2.3.1-6"})
    @Mqtt5({
        "MQTT-3.3.4-1", "MQTT-4.3.2-4", "MQTT-4.3.2-5", "MQTT-4.3.3-8", "MQTT-4.3.3-10",
        "MQTT-4.3.3-11", "MQTT-4.3.3-12", "MQTT-2.2.1-5", "MQTT-3.4.2-1", "MQTT-3.5.2-1",
        "MQTT-3.7.2-1"
    })
    void each_qos_is_answered_and_an_identifier_is_free_again_after_that() throws Exception {
        subscriber.subscribe("t", 0);
        publisher.publish("t", "qos 0", 0, 0);
        assertThat(publisher.untilPong()).isEmpty();
        for (int flags : new int[] {2, 10}) {
            publisher.publish("t", "qos 1 " + flags, flags, 7, new Bytes());
            assertThat(publisher.expect(PUBACK).u16(0)).isEqualTo(7);
        }
        for (int round = 1; round <= 2; round++) {
            publisher.publish("t", "qos 2 " + round, 2, 7);
            assertThat(publisher.expect(PUBREC).u16(0)).isEqualTo(7);
            publisher.publish("t", "qos 2 " + round, 12, 7, new Bytes());
            assertThat(publisher.expect(PUBREC).u16(0)).isEqualTo(7);
            publisher.ack(PUBREL, 7);
            assertThat(publisher.expect(PUBCOMP).u16(0)).isEqualTo(7);
        }
        for (String payload : new String[] {"qos 0", "qos 1 2", "qos 1 10", "qos 2 1", "qos 2 2"}) {
            assertThat(subscriber.message().payload()).isEqualTo(payload);
        }
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3({
        "MQTT-3.3.1-2",
        "MQTT-3.3.1-3",
        "MQTT-2.3.1-4",
        "MQTT-2.3.1-5",
        "MQTT-4.3.1-1",
        "MQTT-4.3.2-1",
        "MQTT-2.3.1-1"
    })
    @Mqtt5({
        "MQTT-3.3.1-2", "MQTT-3.3.1-3", "MQTT-2.2.1-2", "MQTT-2.2.1-4", "MQTT-4.3.1-1",
        "MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-3.3.1-4"
    })
    void what_is_sent_first_has_no_dup_and_an_identifier_of_its_own() throws Exception {
        subscriber.subscribe("t", 2);
        Set<Integer> identifiers = new HashSet<>();
        for (int i = 1; i <= 20; i++) {
            // the publisher's DUP is not handed on
            publisher.publish("t", "x", i % 2 == 0 ? 10 : 12, i, new Bytes());
            Message message = subscriber.message();
            assertThat(message.dup()).isFalse();
            assertThat(message.qos()).isEqualTo(i % 2 == 0 ? 1 : 2);
            assertThat(message.packetId()).isPositive();
            assertThat(identifiers.add(message.packetId())).as("unused").isTrue();
        }
        publisher.publish("t", "plain", 0, 0);
        Packet plain = subscriber.expect(RawClient.PUBLISH);
        assertThat(plain.flags()).isZero();
        assertThat(subscriber.message(plain).payload()).as("no identifier").isEqualTo("plain");
    }

    @Test
    @Mqtt3({"MQTT-3.3.1-1", "MQTT-4.4.0-1", "MQTT-4.3.2-1", "MQTT-4.3.3-1", "MQTT-4.6.0-6"})
    @Mqtt5({
        "MQTT-3.3.1-1",
        "MQTT-4.4.0-1",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-3",
        "MQTT-4.3.3-4",
        "MQTT-4.3.3-5",
        "MQTT-4.3.3-6",
        "MQTT-3.6.2-1"
    })
    void what_is_not_acknowledged_is_sent_again_on_the_next_connection_and_only_then()
            throws Exception {
        subscriber.subscribe("t", 2);
        publisher.publish("t", "1", 1, 1);
        publisher.publish("t", "2", 2, 2);
        Message first = subscriber.message();
        Message second = subscriber.message();
        broker.advance(java.time.Duration.ofMinutes(10));
        assertThat(subscriber.untilPong()).as("not while it is connected").isEmpty();

        subscriberComesBack();
        Message again = subscriber.message();
        assertThat(again.dup()).isTrue();
        assertThat(again.packetId()).isEqualTo(first.packetId());
        assertThat(subscriber.message().packetId()).isEqualTo(second.packetId());
        subscriber.ack(PUBACK, first.packetId());
        subscriber.ack(PUBREC, second.packetId());
        assertThat(subscriber.expect(PUBREL).u16(0)).isEqualTo(second.packetId());

        subscriberComesBack();
        Packet released = subscriber.expect(PUBREL);
        assertThat(released.flags()).isEqualTo(2);
        assertThat(released.u16(0)).isEqualTo(second.packetId());
        subscriber.ack(PUBCOMP, second.packetId());
        assertThat(subscriber.untilPong()).isEmpty();

        subscriberComesBack();
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3({"MQTT-3.3.1-5", "MQTT-3.3.1-7", "MQTT-3.3.1-10", "MQTT-3.3.1-11", "MQTT-3.3.1-12"})
    @Mqtt5({"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-7", "MQTT-3.3.1-8", "MQTT-4.1.0-1"})
    void the_last_retained_message_is_the_one_that_is_kept() throws Exception {
        publisher.publish("t", "1", 3, 1, new Bytes());
        publisher.expect(PUBACK);
        publisher.publish("t", "2", 1, 0, new Bytes());
        publisher.publish("t", "not retained", 0, 0);
        publisher.untilPong();
        publisher.disconnect(0);
        subscriber.subscribe("t", 1);
        Message kept = subscriber.message();
        assertThat(kept.payload()).isEqualTo("2");
        assertThat(kept.retain()).isTrue();
        assertThat(subscriber.untilPong()).isEmpty();

        try (RawClient other = broker.client(version)) {
            other.connect("other");
            other.publish("t", "", 1, 0, new Bytes());
            Message empty = subscriber.message();
            assertThat(empty.payload()).isEmpty();
            assertThat(empty.retain()).isFalse();
            other.subscribe("t", 1);
            assertThat(other.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt3("MQTT-3.3.1-9")
    @Mqtt5("MQTT-3.3.1-12")
    void the_retain_flag_is_not_handed_on_to_those_subscribed() throws Exception {
        subscriber.subscribe("t", 0);
        publisher.publish("t", "x", 1, 0, new Bytes());
        assertThat(subscriber.message().retain()).isFalse();
    }

    @Test
    @Mqtt3({"MQTT-3.3.5-1", "MQTT-3.3.2-3"})
    @Mqtt5({"MQTT-3.3.4-2", "MQTT-3.3.2-3"})
    void overlapping_filters_bring_one_message_with_the_highest_qos() throws Exception {
        subscriber.subscribe("a/#", 0);
        subscriber.subscribe("a/+", 1);
        subscriber.subscribe("a/c", 2);
        publisher.publish("a/b", "x", 2, 1);
        Message message = subscriber.message();
        assertThat(message.topic()).isEqualTo("a/b");
        assertThat(message.qos()).isEqualTo(1);
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3({"MQTT-4.5.0-1", "MQTT-3.1.2-4", "MQTT-3.1.2-5"})
    @Mqtt5({"MQTT-4.5.0-1", "MQTT-3.1.2-23"})
    void what_is_acknowledged_to_the_publisher_is_there_for_who_is_away() throws Exception {
        subscriber.subscribe("t", 1);
        subscriber.close();
        TestBroker.waitUntil(() -> broker.broker.measures().sessionsConnected() == 1);
        publisher.published("t", "x", 1, 1);
        subscriberComesBack();
        assertThat(subscriber.message().payload()).isEqualTo("x");
    }

    @Test
    @Mqtt3({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    @Mqtt5({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void messages_of_a_topic_and_their_answers_keep_their_order() throws Exception {
        subscriber.subscribe("t", 2);
        for (int i = 1; i <= 100; i++) {
            publisher.publish("t", "" + i, 1 + i % 2, i);
        }
        for (int i = 1; i <= 100; i++) {
            assertThat(subscriber.message().payload()).isEqualTo("" + i);
            assertThat(publisher.expect(i % 2 == 0 ? PUBACK : PUBREC).u16(0)).isEqualTo(i);
        }
    }
}
