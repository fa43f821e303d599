package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBLISH;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class PublishTest {
    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;
    private RawClient subscriber;

    @BeforeEach
    void open() throws IOException {
        open(settings(loops));
    }

    private void open(BrokerSettings settings) throws IOException {
        broker = TestBroker.open(settings);
        publisher = broker.connected("publisher");
        subscriber = broker.connected("subscriber-1");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    @Test
    @Mqtt5("MQTT-3.8.4-8")
    void each_qos_arrives_as_the_lower_of_publish_and_subscription() throws Exception {
        for (int granted = 0; granted <= 2; granted++) {
            assertThat(subscriber.subscribe("t", granted)).containsExactly(granted);
            for (int qos = 0; qos <= 2; qos++) {
                publisher.publish("t", "p" + qos, qos, 1);
                if (qos == 1) {
                    publisher.expect(PUBACK);
                } else if (qos == 2) {
                    publisher.expect(PUBREC);
                    publisher.ack(PUBREL, 1);
                    publisher.expect(PUBCOMP);
                }
                Message message = subscriber.message();
                assertThat(message.payload()).isEqualTo("p" + qos);
                assertThat(message.qos()).isEqualTo(Math.min(qos, granted));
                if (message.qos() == 1) {
                    subscriber.ack(PUBACK, message.packetId());
                } else if (message.qos() == 2) {
                    subscriber.ack(PUBREC, message.packetId());
                    assertThat(subscriber.expect(PUBREL).u16(0)).isEqualTo(message.packetId());
                    subscriber.ack(PUBCOMP, message.packetId());
                }
            }
        }
        assertThat(subscriber.untilPong()).isEmpty();
        BrokerMeasures measures = broker.broker.measures();
        assertThat(measures.publishReceived(2)).isEqualTo(3);
        assertThat(measures.delivered(0) + measures.delivered(1) + measures.delivered(2))
                .isEqualTo(9);
        assertThat(measures.deliveredBytes()).isEqualTo(18);
    }

    @Test
    void wildcard_subscribers_get_what_matches_in_order() throws Exception {
        subscriber.subscribe("a/+/c", 0);
        publisher.publish("a/1/c", "1", 0, 0);
        publisher.publish("a/1/d", "2", 0, 0);
        publisher.publish("a/2/c", "3", 0, 0);

        assertThat(subscriber.message().payload()).isEqualTo("1");
        assertThat(subscriber.message().payload()).isEqualTo("3");
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt5({"MQTT-3.3.4-2", "MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.4-5"})
    void overlapping_subscriptions_are_one_delivery_with_every_identifier() throws Exception {
        subscriber.subscribe("a/#", 1, 11);
        subscriber.subscribe("a/b", 0, 12);
        subscriber.subscribe("+/b", 0, 0);
        publisher.published("a/b", "x", 1, 1);

        Message message = subscriber.message();
        assertThat(message.qos()).isEqualTo(1);
        assertThat(message.all(0x0B)).containsExactlyInAnyOrder("11", "12");
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt5("MQTT-3.8.3-3")
    void no_local_holds_for_ones_own_messages_only() throws Exception {
        subscriber.subscribe("t", 4);
        subscriber.publish("t", "own", 0, 0);
        publisher.publish("t", "other", 0, 0);

        assertThat(subscriber.message().payload()).isEqualTo("other");
        assertThat(subscriber.untilPong()).isEmpty();

        subscriber.subscribe("+", 0);
        subscriber.publish("t", "own", 0, 0);
        assertThat(subscriber.message().payload()).isEqualTo("own");
    }

    @Test
    void publishers_learn_that_nobody_subscribes() throws Exception {
        assertThat(publisher.published("nobody", "x", 1, 1)).isEqualTo(0x10);
        assertThat(publisher.published("nobody", "x", 2, 1)).isEqualTo(0x10);
        subscriber.subscribe("nobody", 0);
        assertThat(publisher.published("nobody", "x", 1, 1)).isZero();
        broker.events.await(MessageEvent.Unrouted.class, e -> e.topicName().equals("nobody"));
    }

    @Test
    @Mqtt5("MQTT-3.10.4-1")
    void unsubscribing_ends_it_and_says_so() throws Exception {
        subscriber.subscribe("t", 0);
        assertThat(subscriber.unsubscribe("t")).containsExactly(0);
        assertThat(subscriber.unsubscribe("t")).containsExactly(0x11);
        publisher.published("t", "x", 1, 1);

        assertThat(subscriber.untilPong()).isEmpty();
        broker.events.await(SubscriptionEvent.Removed.class);
        broker.events.await(SubscriptionEvent.NotFound.class);
        assertThat(broker.broker.measures().subscriptions()).isZero();
    }

    @Test
    @Mqtt5("MQTT-3.9.3-2")
    void wrong_filters_are_refused() throws Exception {
        assertThat(subscriber.subscribe("a/#/b", 0)).containsExactly(0x8F);
        assertThat(subscriber.subscribe("a/b+", 0)).containsExactly(0x8F);
        assertThat(subscriber.subscribe("x/".repeat(200), 0)).containsExactly(0x8F);
        assertThat(broker.events.of(SubscriptionEvent.Refused.class)).hasSize(3);
    }

    @Test
    @Mqtt3("MQTT-3.3.5-2")
    void sys_topics_belong_to_the_broker() throws Exception {
        subscriber.subscribe("$SYS/#", 0);
        assertThat(publisher.published("$SYS/x", "x", 1, 1)).isEqualTo(0x87);
        publisher.publish("$SYS", "x", 2, 2);
        assertThat(RawClient.reason(publisher.expect(PUBREC))).isEqualTo(0x87);
        try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            assertThat(old.published("$SYS/x", "x", 1, 1)).isZero();
        }
        assertThat(subscriber.untilPong()).isEmpty();
        assertThat(broker.events.of(AuthenticationEvent.PublishDenied.class)).hasSize(3);
    }

    @Test
    void topics_that_begin_with_a_dollar_are_not_for_wildcards() throws Exception {
        subscriber.subscribe("#", 0);
        subscriber.subscribe("$other/x", 0, 5);
        publisher.publish("$other/x", "1", 0, 0);
        publisher.publish("$other/y", "2", 0, 0);

        Message message = subscriber.message();
        assertThat(message.payload()).isEqualTo("1");
        assertThat(message.all(0x0B)).containsExactly("5");
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3("MQTT-4.3.3-2")
    @Mqtt5("MQTT-4.3.3-10")
    void a_repeated_qos_2_message_is_delivered_once_also_on_a_new_connection() throws Exception {
        subscriber.subscribe("t", 0);
        RawClient first = broker.client();
        first.connect("twice", new Options().keepSession().expiry(100));
        first.publish("t", "x", 2, 9);
        first.expect(PUBREC);
        first.publish("t", "x", 0x0C, 9, new Bytes());
        first.expect(PUBREC);
        first.close();
        try (RawClient second = broker.client()) {
            assertThat(second.connect("twice", new Options().keepSession().expiry(100))).isTrue();
            second.publish("t", "x", 0x0C, 9, new Bytes());
            second.expect(PUBREC);
            second.ack(PUBREL, 9);
            second.expect(PUBCOMP);
            second.ack(PUBREL, 9);
            assertThat(RawClient.reason(second.expect(PUBCOMP))).isEqualTo(0x92);
            second.publish("t", "y", 2, 9);
            second.expect(PUBREC);
        }
        assertThat(subscriber.message().payload()).isEqualTo("x");
        assertThat(subscriber.message().payload()).isEqualTo("y");
        assertThat(subscriber.untilPong()).isEmpty();
    }

    @Test
    @Mqtt5("MQTT-3.3.4-7")
    void more_unreleased_messages_than_allowed_end_the_connection() throws Exception {
        close();
        open(with(settings(loops), new BrokerSettings.Limits(1 << 20, 2, 0, 1000, 0)));
        publisher.publish("t", "1", 2, 1);
        publisher.publish("t", "2", 2, 2);
        publisher.expect(PUBREC);
        publisher.expect(PUBREC);
        publisher.publish("t", "3", 2, 3);
        assertThat(publisher.expectDisconnect()).isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    @Mqtt5("MQTT-3.3.2-12")
    void topic_aliases_of_publishers_are_resolved() throws Exception {
        subscriber.subscribe("long/name", 0);
        publisher.publish("long/name", "1", 0, 0, new Bytes().u8(0x23).u16(3));
        publisher.publish("", "2", 0, 0, new Bytes().u8(0x23).u16(3));

        assertThat(subscriber.message().topic()).isEqualTo("long/name");
        Message second = subscriber.message();
        assertThat(second.topic()).isEqualTo("long/name");
        assertThat(second.payload()).isEqualTo("2");
        assertThat(second.properties()).isEmpty();
    }

    @Test
    @Mqtt5({
        "MQTT-3.3.2-4",
        "MQTT-3.3.2-15",
        "MQTT-3.3.2-16",
        "MQTT-3.3.2-17",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-20"
    })
    void properties_are_handed_on_unchanged() throws Exception {
        subscriber.subscribe("t", 1);
        Bytes properties =
                new Bytes()
                        .u8(0x01)
                        .u8(1)
                        .u8(0x03)
                        .text("text/plain")
                        .u8(0x08)
                        .text("answer/here")
                        .u8(0x09)
                        .text("id")
                        .u8(0x26)
                        .text("k")
                        .text("v1")
                        .u8(0x26)
                        .text("k")
                        .text("v2");
        publisher.publish("t", "x", 2, 1, properties);

        Message message = subscriber.message();
        assertThat(message.all(0x26)).containsExactly("k=v1", "k=v2");
        assertThat(message.all(0x03)).containsExactly("text/plain");
        assertThat(message.all(0x08)).containsExactly("answer/here");
        assertThat(message.all(0x01)).containsExactly("1");
        assertThat(message.all(0x09)).containsExactly("id");
    }

    @Test
    void a_3_1_1_subscriber_gets_no_properties() throws Exception {
        try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            old.subscribe("t", 1);
            subscriber.subscribe("t", 0);
            publisher.publish("t", "x", 2, 1, new Bytes().u8(0x26).text("k").text("v"));

            assertThat(old.message().payload()).isEqualTo("x");
            assertThat(subscriber.message().all(0x26)).containsExactly("k=v");
        }
    }

    @Test
    void large_payloads_arrive_whole_at_every_subscriber() throws Exception {
        String large = "0123456789".repeat(50_000);
        try (RawClient other = broker.connected("other");
                RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            old.subscribe("t", 1);
            other.subscribe("t", 0);
            subscriber.subscribe("t", 2);
            for (int qos = 0; qos <= 2; qos++) {
                publisher.publish("t", large + qos, qos, qos);
                for (RawClient each : List.of(other, old, subscriber)) {
                    assertThat(each.message().payload()).isEqualTo(large + qos);
                }
            }
        }
    }

    @Test
    @Mqtt5({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void packets_larger_than_the_client_accepts_are_not_sent() throws Exception {
        try (RawClient small = broker.client()) {
            small.connect("small", new Options().maximumPacketSize(50));
            small.subscribe("t", 1);
            subscriber.subscribe("t", 0);
            publisher.published("t", "x".repeat(50), 1, 1);
            publisher.publish("t", "x".repeat(50), 0, 0);
            publisher.published("t", "fits", 1, 1);

            assertThat(small.message().payload()).isEqualTo("fits");
            assertThat(broker.broker.measures().dropped(MessageEvent.DropReason.PACKET_TOO_LARGE))
                    .isEqualTo(2);
            broker.events.await(MessageEvent.Dropped.class);
        }
    }

    @Test
    @Mqtt5("MQTT-4.6.0-6")
    void many_messages_from_many_publishers_keep_their_order() throws Exception {
        subscriber.subscribe("t/#", 1);
        int each = 500;
        List<RawClient> publishers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            publishers.add(broker.connected("p" + i));
        }
        for (int i = 0; i < each; i++) {
            for (int p = 0; p < publishers.size(); p++) {
                publishers.get(p).publish("t/" + p, "" + i, 1, i + 1);
            }
        }
        int[] next = new int[publishers.size()];
        for (int i = 0; i < each * publishers.size(); i++) {
            Packet packet = subscriber.expect(PUBLISH);
            Message message = subscriber.message(packet);
            int from = Integer.parseInt(message.topic().substring(2));
            assertThat(message.payload()).isEqualTo("" + next[from]++);
            subscriber.ack(PUBACK, message.packetId());
        }
        for (RawClient publisherOf : publishers) {
            publisherOf.close();
        }
    }

    @Test
    void published_and_delivered_are_reported_with_their_latency() throws Exception {
        subscriber.subscribe("t", 1);
        publisher.published("t", "12345", 1, 1);
        subscriber.message();

        MessageEvent.Published published = broker.events.await(MessageEvent.Published.class);
        assertThat(published.deliveries()).isEqualTo(1);
        assertThat(published.payloadBytes()).isEqualTo(5);
        MessageEvent.Delivered delivered = broker.events.await(MessageEvent.Delivered.class);
        assertThat(delivered.peer().clientId()).isEqualTo("subscriber-1");
        assertThat(delivered.latencyMicros()).isBetween(0L, 10_000_000L);
        TestBroker.waitUntil(() ->
                broker.broker.measures().deliveryLatencies(1).stream()
                                .mapToLong(l -> java.util.Arrays.stream(l.counts()).sum())
                                .sum()
                        == 1);
    }
}
