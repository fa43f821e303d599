package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBLISH;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
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
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class SessionTest {
    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        open(settings(loops));
    }

    private void open(BrokerSettings settings) throws IOException {
        broker = TestBroker.open(settings);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    /** Subscribed to t with QoS 2, and gone. */
    private void subscribedAndGone(String clientId) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe("t", 2);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    @Test
    void what_came_while_the_client_was_away_is_delivered_in_order() throws Exception {
        subscribedAndGone("c");
        publisher.publish("t", "qos 0 is not kept", 0, 0);
        publisher.published("t", "1", 1, 1);
        publisher.published("t", "2", 2, 2);
        waitUntil(() -> broker.broker.measures().queuedMessages() == 2);
        assertThat(broker.broker.measures().sessionsOffline()).isEqualTo(1);

        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isTrue();
            assertThat(client.message().payload()).isEqualTo("1");
            assertThat(client.message().payload()).isEqualTo("2");
            SessionEvent.Resumed resumed = broker.events.await(SessionEvent.Resumed.class);
            assertThat(resumed.queuedMessages()).isEqualTo(2);
            assertThat(resumed.subscriptions()).isEqualTo(1);
            assertThat(broker.broker.measures().queuedMessages()).isZero();
            assertThat(broker.broker.measures().queuedBytes()).isZero();
        }
    }

    @Test
    @Mqtt3("MQTT-3.3.1-1")
    @Mqtt5({"MQTT-3.3.1-1", "MQTT-4.4.0-1"})
    void what_was_not_acknowledged_is_sent_again_with_dup_in_the_first_order() throws Exception {
        List<Integer> ids = new ArrayList<>();
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 2);
            publisher.published("t", "1", 1, 1);
            publisher.published("t", "2", 2, 2);
            publisher.published("t", "3", 1, 3);
            publisher.published("t", "4", 2, 4);
            for (int i = 0; i < 4; i++) {
                ids.add(client.message().packetId());
            }
            client.ack(PUBACK, ids.get(2));
            client.ack(PUBREC, ids.get(3));
            client.expect(PUBREL);
        }
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isTrue();
            assertThat(client.expect(PUBREL).u16(0)).isEqualTo(ids.get(3));
            Message first = client.message();
            Message second = client.message();
            assertThat(first.payload()).isEqualTo("1");
            assertThat(first.dup()).isTrue();
            assertThat(first.packetId()).isEqualTo(ids.get(0));
            assertThat(second.payload()).isEqualTo("2");
            assertThat(second.packetId()).isEqualTo(ids.get(1));
            client.ack(PUBCOMP, ids.get(3));
            client.ack(PUBACK, ids.get(0));
            client.ack(PUBREC, ids.get(1));
            client.expect(PUBREL);
            client.ack(PUBCOMP, ids.get(1));
            assertThat(client.untilPong()).isEmpty();
            SessionEvent.Redelivered event = broker.events.await(SessionEvent.Redelivered.class);
            assertThat(event.publishes()).isEqualTo(2);
            assertThat(event.pubrels()).isEqualTo(1);
        }
    }

    @Test
    @Mqtt5({"MQTT-3.3.4-9", "MQTT-4.9.0-1", "MQTT-4.9.0-2"})
    void no_more_than_the_clients_receive_maximum_is_in_flight() throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", kept().receiveMaximum(3));
            client.subscribe("t", 2);
            for (int i = 1; i <= 10; i++) {
                publisher.published("t", "" + i, 1 + i % 2, i);
            }
            List<Packet> window = client.untilPong();
            assertThat(window).hasSize(3);
            int next = 4;
            for (Packet packet : window) {
                Message message = client.message(packet);
                if (message.qos() == 1) {
                    client.ack(PUBACK, message.packetId());
                } else {
                    client.ack(PUBREC, message.packetId());
                    client.expect(PUBREL);
                    client.ack(PUBCOMP, message.packetId());
                }
                assertThat(client.message().payload()).isEqualTo("" + next++);
                assertThat(client.untilPong()).isEmpty();
            }
        }
        try (RawClient client = broker.client()) {
            client.connect("c", kept().receiveMaximum(1));
            for (int i = 4; i <= 10; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + i);
                assertThat(message.dup()).isEqualTo(i <= 6);
                assertThat(client.untilPong()).isEmpty();
                if (message.qos() == 1) {
                    client.ack(PUBACK, message.packetId());
                } else {
                    client.ack(PUBREC, message.packetId());
                    client.expect(PUBREL);
                    client.ack(PUBCOMP, message.packetId());
                }
            }
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-4")
    void a_clean_start_discards_the_old_session() throws Exception {
        subscribedAndGone("c");
        publisher.published("t", "1", 1, 1);
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c")).isFalse();
            publisher.published("t", "2", 1, 1);
            assertThat(client.untilPong()).isEmpty();
        }
        assertThat(broker.events.await(SessionEvent.Discarded.class).discardedMessages())
                .isEqualTo(1);
        assertThat(broker.broker.measures().dropped(DropReason.SESSION_ENDED)).isEqualTo(1);
        assertThat(broker.broker.measures().subscriptions()).isZero();
    }

    @Test
    @Mqtt5("MQTT-4.1.0-2")
    void a_session_expires_when_its_time_has_passed() throws Exception {
        subscribedAndGone("c");
        publisher.published("t", "1", 1, 1);
        broker.advance(Duration.ofSeconds(999));
        assertThat(broker.events.of(SessionEvent.Expired.class)).isEmpty();
        broker.advance(Duration.ofSeconds(1));

        assertThat(broker.events.await(SessionEvent.Expired.class).discardedMessages())
                .isEqualTo(1);
        assertThat(broker.broker.measures().sessionsOffline()).isZero();
        assertThat(broker.broker.measures().subscriptions()).isZero();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isFalse();
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.2-4")
    void a_3_1_1_client_without_clean_session_is_remembered() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (RawClient client = broker.client(MqttVersion.V3_1_1)) {
                assertThat(client.connect("old", new Options().keepSession())).isEqualTo(round > 0);
                client.subscribe("t", 1);
                client.disconnect(0);
                client.expectEnd();
            }
        }
    }

    @Test
    void disconnect_may_change_the_expiry_but_not_from_nothing() throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.send(14, 0, new Bytes().u8(0).u8(5).u8(0x11).u32(0));
            client.expectEnd();
        }
        broker.events.await(SessionEvent.Ended.class);
        try (RawClient client = broker.connected("d")) {
            client.send(14, 0, new Bytes().u8(0).u8(5).u8(0x11).u32(10));
            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void a_taken_over_session_goes_on_where_it_was() throws Exception {
        try (RawClient first = broker.client()) {
            first.connect("c", kept());
            first.subscribe("t", 1);
            publisher.published("t", "1", 1, 1);
            first.message();
            try (RawClient second = broker.client()) {
                assertThat(second.connect("c", kept())).isTrue();
                assertThat(first.expectDisconnect()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
                assertThat(second.message().dup()).isTrue();
            }
        }
    }

    @Test
    void a_full_queue_drops_what_comes_and_says_so_once() throws Exception {
        close();
        open(
                with(
                        settings(loops),
                        new BrokerSettings.Queues(
                                10, 5, 1000, 1 << 20, BrokerSettings.WhenFull.REFUSE)));
        subscribedAndGone("c");
        for (int i = 1; i <= 8; i++) {
            publisher.published("t", "" + i, 1, i);
        }
        waitUntil(() -> broker.broker.measures().dropped(DropReason.QUEUE_FULL) == 3);
        assertThat(broker.events.await(SessionEvent.QueueFilled.class).queuedMessages())
                .isEqualTo(5);
        assertThat(broker.events.of(SessionEvent.QueueFilled.class)).hasSize(1);
        broker.events.await(MessageEvent.Dropped.class);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            for (int i = 1; i <= 5; i++) {
                assertThat(client.message().payload()).isEqualTo("" + i);
            }
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void the_queue_is_limited_in_bytes_too() throws Exception {
        close();
        open(
                with(
                        settings(loops),
                        new BrokerSettings.Queues(
                                10, 50, 250, 1 << 20, BrokerSettings.WhenFull.REFUSE)));
        subscribedAndGone("c");
        for (int i = 1; i <= 5; i++) {
            publisher.published("t", "x".repeat(100), 1, i);
        }
        waitUntil(() -> broker.broker.measures().dropped(DropReason.QUEUE_FULL) == 3);
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(2);
    }

    @Test
    @Mqtt5({"MQTT-3.3.2-5", "MQTT-3.3.2-6"})
    void waiting_messages_expire_and_others_say_how_long_they_have() throws Exception {
        subscribedAndGone("c");
        publisher.publish("t", "short", 2, 1, new Bytes().u8(0x02).u32(10));
        publisher.publish("t", "long", 2, 2, new Bytes().u8(0x02).u32(100));
        waitUntil(() -> broker.broker.measures().queuedMessages() == 2);
        broker.advance(Duration.ofSeconds(30));
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(1);
        assertThat(broker.broker.measures().dropped(DropReason.EXPIRED)).isEqualTo(1);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("long");
            assertThat(message.all(0x02)).containsExactly("70");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt5("MQTT-4.3.3-7")
    void what_was_sent_before_it_expired_is_sent_again_after_it() throws Exception {
        subscribedAndGone("c");
        int packetId;
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            publisher.publish("t", "short", 2, 1, new Bytes().u8(0x02).u32(10));
            packetId = client.message().packetId();
        }
        waitUntil(() -> broker.broker.measures().sessionsOffline() == 1);
        broker.advance(Duration.ofSeconds(30));
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            Message again = client.message();
            assertThat(again.packetId()).isEqualTo(packetId);
            assertThat(again.dup()).isTrue();
            assertThat(again.all(0x02)).containsExactly("0");
        }
        assertThat(broker.broker.measures().dropped(DropReason.EXPIRED)).isZero();
    }

    @Test
    void the_will_of_a_client_without_a_session_is_published_when_the_broker_stops()
            throws Exception {
        subscribedAndGone("c");
        try (RawClient client = broker.client()) {
            client.connect("d", new Options().will("t", 1 << 3));
            broker.restart();
        }
        try (RawClient watcher = broker.client()) {
            watcher.connect("c", kept());
            assertThat(watcher.message().payload()).isEqualTo("gone");
            assertThat(watcher.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.2-8")
    @Mqtt5("MQTT-3.1.2-8")
    void the_will_is_published_when_the_client_is_lost() throws Exception {
        try (RawClient watcher = broker.connected("watcher")) {
            watcher.subscribe("will/#", 1);
            try (RawClient client = broker.client()) {
                client.connect("c", new Options().will("will/c", 1 << 3));
            }
            Message will = watcher.message();
            assertThat(will.topic()).isEqualTo("will/c");
            assertThat(will.payload()).isEqualTo("gone");
            assertThat(will.qos()).isEqualTo(1);
            MessageEvent.WillPublished event =
                    broker.events.await(MessageEvent.WillPublished.class);
            assertThat(event.peer().clientId()).isEqualTo("c");
            assertThat(event.deliveries()).isEqualTo(1);
            assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                    .isEqualTo(ConnectionEvent.Ending.PEER_CLOSED);
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-10")
    void a_will_is_kept_back_by_disconnect_0_and_sent_by_disconnect_4() throws Exception {
        try (RawClient watcher = broker.connected("watcher")) {
            watcher.subscribe("will/#", 0);
            try (RawClient client = broker.client()) {
                client.connect("quiet", new Options().will("will/quiet", 0));
                client.disconnect(0);
                client.expectEnd();
            }
            try (RawClient client = broker.client()) {
                client.connect("loud", new Options().will("will/loud", 0));
                client.disconnect(4);
                client.expectEnd();
            }
            assertThat(watcher.message().topic()).isEqualTo("will/loud");
            assertThat(watcher.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.3-9")
    void a_delayed_will_waits_and_is_cancelled_by_a_return() throws Exception {
        try (RawClient watcher = broker.connected("watcher")) {
            watcher.subscribe("will/#", 0);
            try (RawClient client = broker.client()) {
                client.connect("c", kept().will("will/c", 0).willDelay(20));
            }
            broker.events.await(MessageEvent.WillScheduled.class);
            broker.advance(Duration.ofSeconds(19));
            try (RawClient client = broker.client()) {
                client.connect("c", kept().will("will/c", 0).willDelay(20));
                broker.events.await(MessageEvent.WillCancelled.class);
            }
            waitUntil(() -> broker.events.of(MessageEvent.WillScheduled.class).size() == 2);
            broker.advance(Duration.ofSeconds(19));
            assertThat(watcher.untilPong()).isEmpty();
            broker.advance(Duration.ofSeconds(1));
            assertThat(watcher.message().topic()).isEqualTo("will/c");
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-8")
    void the_end_of_the_session_makes_a_delayed_will_due() throws Exception {
        try (RawClient watcher = broker.connected("watcher")) {
            watcher.subscribe("will/#", 0);
            try (RawClient client = broker.client()) {
                client.connect("c", kept().will("will/c", 0).willDelay(500));
            }
            broker.events.await(MessageEvent.WillScheduled.class);
            try (RawClient client = broker.connected("c")) {
                assertThat(watcher.message().topic()).isEqualTo("will/c");
                assertThat(client.untilPong()).isEmpty();
            }
            try (RawClient client = broker.client()) {
                client.connect("d", new Options().will("will/d", 0).willDelay(500));
            }
            assertThat(watcher.message().topic()).as("no session, no delay").isEqualTo("will/d");
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-15")
    void a_retained_will_is_retained() throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", new Options().will("will/c", 0x20));
        }
        broker.events.await(MessageEvent.WillPublished.class);
        try (RawClient late = broker.connected("late")) {
            late.sendSubscribe("will/c", 0, 0);
            late.expect(RawClient.SUBACK);
            Packet packet = late.expect(PUBLISH);
            assertThat(late.message(packet).retain()).isTrue();
        }
    }
}
