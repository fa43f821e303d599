package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client finds after the broker was stopped, or killed, and started again. */
@ParameterizedClass
@CsvSource({"1, false", "2, false", "1, true", "2, true"})
@SuppressWarnings("NullAway.Init")
class RestartTest {
    @Parameter(0)
    int loops;

    @Parameter(1)
    boolean killed;

    private TestBroker broker;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private void restart() throws IOException {
        if (killed) {
            broker.crash();
        } else {
            broker.restart();
        }
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    private RawClient resumed(String clientId, Options options) throws IOException {
        RawClient client = broker.client();
        assertThat(client.connect(clientId, options)).as("session present").isTrue();
        return client;
    }

    private void subscribedAndGone(String clientId, String filter, int options) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe(filter, options);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    private void published(String topic, String payload, int qos) throws IOException {
        try (RawClient publisher = broker.connected("publisher")) {
            assertThat(publisher.published(topic, payload, qos, 1)).isLessThan(0x80);
        }
    }

    @Test
    @Mqtt3("MQTT-4.1.0-1")
    void what_waits_is_delivered_in_order_and_once() throws Exception {
        subscribedAndGone("c", "t", 2);
        for (int i = 1; i <= 40; i++) {
            published("t", "" + i, 1 + i % 2);
        }
        restart();
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(40);
        published("t", "41", 2);
        try (RawClient client = resumed("c", kept())) {
            List<Message> all = new ArrayList<>();
            for (int i = 1; i <= 41; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + i);
                assertThat(message.qos()).isEqualTo(i == 41 ? 2 : 1 + i % 2);
                assertThat(message.dup()).isFalse();
                all.add(message);
            }
            for (Message message : all) {
                acknowledge(client, message);
            }
            assertThat(client.untilPong()).isEmpty();
        }
        assertThat(broker.broker.measures().queuedMessages()).isZero();
        assertThat(broker.broker.measures().queuedBytes()).isZero();
        broker.restart();
        try (RawClient client = resumed("c", kept())) {
            assertThat(client.untilPong()).isEmpty();
        }
    }

    private static void acknowledge(RawClient client, Message message) throws IOException {
        if (message.qos() == 1) {
            client.ack(PUBACK, message.packetId());
        } else {
            client.ack(PUBREC, message.packetId());
            assertThat(client.expect(PUBREL).u16(0)).isEqualTo(message.packetId());
            client.ack(PUBCOMP, message.packetId());
        }
    }

    @Test
    void what_was_in_flight_is_sent_again_with_dup_and_its_packet_identifier() throws Exception {
        List<Message> first = new ArrayList<>();
        RawClient before = broker.client();
        before.connect("c", kept());
        before.subscribe("t", 2);
        for (int i = 1; i <= 6; i++) {
            published("t", "" + i, 1 + i % 2);
            first.add(before.message());
        }
        before.ack(PUBACK, first.get(1).packetId()); // "2"
        before.untilPong();
        broker.settled();
        restart();
        before.close();
        try (RawClient client = resumed("c", kept())) {
            for (Message message : first) {
                if (!message.payload().equals("2")) {
                    Message again = client.message();
                    assertThat(again.payload()).isEqualTo(message.payload());
                    assertThat(again.packetId()).isEqualTo(message.packetId());
                    assertThat(again.qos()).isEqualTo(message.qos());
                    assertThat(again.dup()).isTrue();
                }
            }
            published("t", "new", 1);
            Message fresh = client.message();
            assertThat(fresh.payload()).isEqualTo("new");
            assertThat(fresh.dup()).isFalse();
            assertThat(first).extracting(Message::packetId).doesNotContain(fresh.packetId());
        }
    }

    @Test
    @Mqtt3("MQTT-4.3.3-1")
    @Mqtt5({"MQTT-4.3.3-5", "MQTT-4.3.3-6"})
    void a_message_whose_pubrec_came_is_released_and_not_sent_again() throws Exception {
        RawClient before = broker.client();
        before.connect("c", kept());
        before.subscribe("t", 2);
        published("t", "1", 2);
        published("t", "2", 2);
        Message one = before.message();
        Message two = before.message();
        before.ack(PUBREC, one.packetId());
        before.expect(PUBREL);
        restart();
        before.close();
        for (int round = 0; round < 2; round++) {
            try (RawClient client = resumed("c", kept())) {
                assertThat(client.expect(PUBREL).u16(0)).isEqualTo(one.packetId());
                Message again = client.message();
                assertThat(again.packetId()).isEqualTo(two.packetId());
                assertThat(again.payload()).isEqualTo("2");
                assertThat(client.untilPong()).isEmpty();
            }
            restart();
        }
        try (RawClient client = resumed("c", kept())) {
            client.expect(PUBREL);
            client.message();
            client.ack(PUBCOMP, one.packetId());
            client.ack(PUBREC, two.packetId());
            client.expect(PUBREL);
            client.ack(PUBCOMP, two.packetId());
            client.untilPong();
        }
        broker.settled();
        restart();
        try (RawClient client = resumed("c", kept())) {
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_publishers_exactly_once_is_kept() throws Exception {
        subscribedAndGone("c", "t", 2);
        RawClient before = broker.client();
        before.connect("p", kept());
        before.publish("t", "1", 2, 77);
        before.expect(PUBREC);
        restart();
        before.close();
        try (RawClient client = resumed("p", kept())) {
            client.publish("t", "1", 2 << 1 | 8, 77, new Bytes());
            assertThat(RawClient.reason(client.expect(PUBREC))).isZero();
        }
        restart();
        try (RawClient client = resumed("p", kept())) {
            client.ack(PUBREL, 77);
            assertThat(RawClient.reason(client.expect(PUBCOMP))).isZero();
        }
        restart();
        try (RawClient client = resumed("p", kept())) {
            client.ack(PUBREL, 77);
            assertThat(RawClient.reason(client.expect(PUBCOMP)))
                    .as("it is free")
                    .isEqualTo(ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            assertThat(client.published("t", "2", 2, 77)).isZero();
        }
        try (RawClient client = resumed("c", kept())) {
            assertThat(client.message().payload()).isEqualTo("1");
            assertThat(client.message().payload()).isEqualTo("2");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_publishers_order_is_kept() throws Exception {
        subscribedAndGone("c", "t/#", 1);
        RawClient before = broker.client();
        before.connect("p", kept());
        for (int i = 1; i <= 200; i++) {
            before.publish("t/" + i % 3, "" + i, 1, i);
        }
        for (int i = 1; i <= 200; i++) {
            assertThat(before.expect(PUBACK).u16(0)).isEqualTo(i);
        }
        restart();
        before.close();
        try (RawClient client = resumed("c", kept())) {
            for (int i = 1; i <= 200; i++) {
                assertThat(client.message().payload()).isEqualTo("" + i);
            }
        }
    }

    @Test
    void subscriptions_keep_their_options_and_identifiers() throws Exception {
        RawClient before = broker.client();
        before.connect("c", kept());
        before.subscribe("a/#", 1 | 8, 5); // retain as published
        before.subscribe("b", 2 | 4); // no local
        before.subscribe("gone", 1);
        before.subscribe("a/#", 2 | 8, 268_435_455);
        before.subscribe("a/+", 0, 6);
        before.unsubscribe("gone");
        restart();
        before.close();
        assertThat(broker.broker.measures().subscriptions()).isEqualTo(3);
        try (RawClient client = resumed("c", kept());
                RawClient publisher = broker.connected("p")) {
            publisher.publish("a/1", "x", 2 << 1 | 1, 1, new Bytes());
            publisher.expect(PUBREC);
            Message message = client.message();
            assertThat(message.qos()).as("overlapping: the higher").isEqualTo(2);
            assertThat(message.retain()).isTrue();
            assertThat(message.all(0x0B)).containsExactlyInAnyOrder("268435455", "6");
            acknowledge(client, message);
            publisher.published("gone", "x", 1, 2);
            assertThat(client.unsubscribe("gone")).containsExactly(0x11);
            client.publish("b", "own", 0, 0);
            publisher.published("b", "other", 1, 3);
            assertThat(client.message().payload()).isEqualTo("other");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_clients_own_messages_and_overlapping_subscriptions_do_not_upset_the_numbers()
            throws Exception {
        RawClient client = broker.client();
        client.connect("c", kept());
        client.subscribe("t", 1 | 4, 1); // no local
        client.subscribe("+", 2, 2);
        client.subscribe("own", 1 | 4);
        List<Integer> ids = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            client.publish("own", "by its other subscription", 1, i);
            client.publish("t", "so too", 1, 10 + i);
            int answers = 0;
            while (answers < 2 || ids.size() < 2 * i) {
                Packet packet = client.read();
                if (packet.type() == PUBACK) {
                    answers++;
                } else {
                    ids.add(client.message(packet).packetId());
                }
            }
        }
        restart();
        client.close();
        try (RawClient again = resumed("c", kept())) {
            for (int id : ids) {
                Message message = again.message();
                assertThat(message.packetId()).isEqualTo(id);
                assertThat(message.all(0x0B))
                        .as("not by the subscription that is not local")
                        .containsExactly("2");
                again.ack(PUBACK, id);
            }
            assertThat(again.untilPong()).isEmpty();
        }
    }

    @Test
    void retained_messages_are_those_that_were_there_last() throws Exception {
        try (RawClient publisher = broker.connected("p")) {
            publisher.publish("a", "old", 1 << 1 | 1, 1, new Bytes());
            publisher.publish("a", "new", 0 << 1 | 1, 0, new Bytes().u8(0x03).text("text/plain"));
            publisher.publish("b", "cleared", 1 << 1 | 1, 2, new Bytes());
            publisher.publish("b", "", 1 << 1 | 1, 3, new Bytes());
            publisher.publish("c", "short", 1 << 1 | 1, 4, new Bytes().u8(0x02).u32(10));
            publisher.publish("d", "long", 2 << 1 | 1, 5, new Bytes().u8(0x02).u32(100));
            publisher.expect(PUBACK);
            publisher.expect(PUBACK);
            publisher.expect(PUBACK);
            publisher.expect(PUBACK);
            publisher.expect(PUBREC);
            publisher.ack(PUBREL, 5);
            publisher.expect(PUBCOMP);
        }
        long bytes = broker.broker.measures().retainedBytes();
        restart();
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(3);
        assertThat(broker.broker.measures().retainedBytes()).isEqualTo(bytes);
        broker.advance(Duration.ofSeconds(30));
        restart();
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(2);
        try (RawClient client = broker.connected("s")) {
            client.sendSubscribe("#", 2, 0);
            client.expect(SUBACK);
            Message one = client.message();
            Message two = client.message();
            Message a = one.topic().equals("a") ? one : two;
            Message d = one.topic().equals("a") ? two : one;
            assertThat(a.payload()).isEqualTo("new");
            assertThat(a.qos()).isZero();
            assertThat(a.retain()).isTrue();
            assertThat(a.all(0x03)).containsExactly("text/plain");
            assertThat(d.payload()).isEqualTo("long");
            assertThat(d.qos()).isEqualTo(2);
            assertThat(d.all(0x02)).containsExactly("70");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_retained_message_is_not_lost_before_it_is_acknowledged() throws Exception {
        try (RawClient publisher = broker.connected("p")) {
            publisher.publish("t", "kept", 1 << 1 | 1, 1, new Bytes());
            publisher.expect(PUBACK);
        }
        RawClient before = broker.client();
        before.connect("c", kept());
        before.sendSubscribe("t", 1, 9);
        before.expect(SUBACK);
        Message first = before.message();
        restart();
        before.close();
        try (RawClient client = resumed("c", kept())) {
            Message again = client.message();
            assertThat(again.payload()).isEqualTo("kept");
            assertThat(again.packetId()).isEqualTo(first.packetId());
            assertThat(again.retain()).isTrue();
            assertThat(again.dup()).isTrue();
            assertThat(again.all(0x0B)).containsExactly("9");
            client.ack(PUBACK, again.packetId());
            client.untilPong();
        }
        broker.settled();
        restart();
        try (RawClient client = resumed("c", kept())) {
            assertThat(client.untilPong()).isEmpty();
        }
    }
}
