package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** How long sessions, their wills and their messages live when the broker is started again. */
@ParameterizedClass
@CsvSource({"1, false", "2, false", "1, true", "2, true"})
@SuppressWarnings("NullAway.Init")
class RestoredSessionsTest {
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

    private void gone(String clientId, Options options, String filter) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, options);
            client.subscribe(filter, 1);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
        inLog();
    }

    /** What nobody waits for is in the log when what came behind it is. */
    private void inLog() throws Exception {
        for (Loop loop : broker.broker.loops()) {
            String clientId = "other";
            for (int i = 0; Loop.homeOf(clientId, broker.broker.loops()) != loop; i++) {
                clientId = "other" + i;
            }
            try (RawClient client = broker.client()) {
                client.connect(clientId, new Options().expiry(1));
                client.send(14, 0, new Bytes().u8(0).u8(5).u8(0x11).u32(0));
                client.expectEnd();
            }
        }
    }

    private void published(String topic, String payload, Bytes properties) throws IOException {
        try (RawClient publisher = broker.connected("publisher")) {
            publisher.publish(topic, payload, 1 << 1, 1, properties);
            assertThat(RawClient.reason(publisher.expect(PUBACK))).isLessThan(0x80);
        }
    }

    @Test
    @Mqtt5("MQTT-4.1.0-2")
    void a_session_expires_as_if_the_broker_had_not_been_away() throws Exception {
        gone("c", kept(), "t");
        broker.advance(Duration.ofSeconds(600));
        restart();
        broker.advance(Duration.ofSeconds(399));
        assertThat(broker.broker.measures().sessionsOffline()).isEqualTo(1);
        restart();
        broker.advance(Duration.ofSeconds(1));
        assertThat(broker.broker.measures().sessionsOffline()).isZero();
        inLog();
        restart();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isFalse();
        }
    }

    @Test
    void a_session_that_expires_while_the_broker_is_away_is_not_there_when_it_is_back()
            throws Exception {
        gone("watcher", new Options().keepSession().expiry(5000), "will/#");
        gone("c", kept().will("will/c", 1 << 3).willDelay(5000), "t");
        broker.clock.advance(Duration.ofSeconds(1000));
        restart();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isFalse();
        }
        try (RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            assertThat(watcher.message().topic()).isEqualTo("will/c");
        }
    }

    @Test
    void a_client_that_was_connected_has_its_whole_expiry_from_the_end_on() throws Exception {
        RawClient before = broker.client();
        before.connect("c", kept());
        before.subscribe("t", 1);
        broker.advance(Duration.ofSeconds(5000));
        restart();
        before.close();
        broker.advance(Duration.ofSeconds(999));
        assertThat(broker.broker.measures().sessionsOffline()).isEqualTo(1);
        broker.advance(Duration.ofSeconds(1));
        assertThat(broker.broker.measures().sessionsOffline()).isZero();
    }

    @Test
    void a_clean_start_discards_for_good() throws Exception {
        gone("c", kept(), "t");
        published("t", "1", new Bytes());
        RawClient before = broker.client();
        assertThat(before.connect("c", new Options().expiry(1000))).isFalse();
        restart();
        before.close();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).as("the new one").isTrue();
            published("t", "2", new Bytes());
            assertThat(client.untilPong()).isEmpty();
        }
        assertThat(broker.broker.measures().subscriptions()).isZero();
    }

    @Test
    void a_session_that_ends_with_its_connection_leaves_nothing() throws Exception {
        RawClient before = broker.client();
        before.connect("c", new Options());
        before.subscribe("t", 1);
        published("t", "1", new Bytes());
        before.message();
        restart();
        before.close();
        assertThat(broker.broker.measures().sessionsOffline()).isZero();
        assertThat(broker.broker.measures().subscriptions()).isZero();
    }

    @Test
    @Mqtt3("MQTT-3.1.2-4")
    void a_3_1_1_session_is_remembered() throws Exception {
        try (RawClient client = broker.client(MqttVersion.V3_1_1)) {
            client.connect("old", new Options().keepSession());
            client.subscribe("t", 1);
        }
        waitUntil(() -> broker.broker.measures().sessionsOffline() == 1);
        published("t", "1", new Bytes());
        restart();
        broker.advance(Duration.ofDays(6));
        try (RawClient client = broker.client(MqttVersion.V3_1_1)) {
            assertThat(client.connect("old", new Options().keepSession())).isTrue();
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("1");
            client.ack(PUBACK, message.packetId());
            client.untilPong();
        }
        restart();
        try (RawClient client = broker.client(MqttVersion.V3_1_1)) {
            assertThat(client.connect("old", new Options())).as("clean").isFalse();
        }
        restart();
        assertThat(broker.broker.measures().sessionsOffline()).isZero();
    }

    @Test
    void messages_expire_while_the_broker_is_away() throws Exception {
        gone("c", kept(), "t");
        published("t", "short", new Bytes().u8(0x02).u32(10));
        published("t", "longer", new Bytes().u8(0x02).u32(50));
        published("t", "long", new Bytes().u8(0x02).u32(100));
        restart();
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(3);
        broker.clock.advance(Duration.ofSeconds(20));
        restart();
        broker.advance(Duration.ofSeconds(10));
        assertThat(broker.broker.measures().dropped(DropReason.EXPIRED)).isEqualTo(1);
        broker.advance(Duration.ofSeconds(30));
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(1);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("long");
            assertThat(message.all(0x02)).containsExactly("40");
        }
        assertThat(broker.broker.measures().queuedBytes()).isZero();
    }

    @Test
    void the_will_of_a_client_that_was_connected_is_published_once() throws Exception {
        gone("watcher", kept(), "will/#");
        RawClient before = broker.client();
        before.connect("c", kept().will("will/c", 1 << 3));
        restart();
        before.close();
        for (int i = 0; i < 2; i++) {
            try (RawClient watcher = broker.client()) {
                watcher.connect("watcher", kept());
                if (i == 0) {
                    Message will = watcher.message();
                    assertThat(will.topic()).isEqualTo("will/c");
                    watcher.ack(PUBACK, will.packetId());
                }
                assertThat(watcher.untilPong()).isEmpty();
            }
            inLog();
            restart();
        }
    }

    @Test
    void the_delayed_will_of_a_client_that_was_connected_waits_for_its_return() throws Exception {
        gone("watcher", kept(), "will/#");
        RawClient before = broker.client();
        before.connect("c", kept().will("will/c", 1 << 3).willDelay(60));
        restart();
        before.close();
        broker.advance(Duration.ofSeconds(59));
        before = broker.client();
        assertThat(before.connect("c", kept().will("will/c", 1 << 3).willDelay(60))).isTrue();
        restart();
        before.close();
        broker.advance(Duration.ofSeconds(59));
        try (RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            assertThat(watcher.untilPong()).isEmpty();
            broker.advance(Duration.ofSeconds(1));
            assertThat(watcher.message().topic()).isEqualTo("will/c");
        }
    }

    @Test
    void a_delayed_will_is_published_once_after_its_time() throws Exception {
        gone("watcher", kept(), "will/#");
        gone("c", kept().will("will/c", 1 << 3).willDelay(60), "x");
        broker.events.await(MessageEvent.WillScheduled.class);
        broker.advance(Duration.ofSeconds(30));
        restart();
        broker.advance(Duration.ofSeconds(29));
        assertThat(broker.events.of(MessageEvent.WillPublished.class)).isEmpty();
        restart();
        broker.advance(Duration.ofSeconds(1));
        broker.events.await(MessageEvent.WillPublished.class);
        restart();
        broker.advance(Duration.ofSeconds(100));
        try (RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            Message will = watcher.message();
            assertThat(will.topic()).isEqualTo("will/c");
            assertThat(will.payload()).isEqualTo("gone");
            assertThat(watcher.untilPong()).isEmpty();
        }
        assertThat(broker.events.of(MessageEvent.WillPublished.class)).hasSize(1);
    }

    @Test
    void a_delayed_will_is_cancelled_by_a_return_to_another_broker() throws Exception {
        gone("watcher", kept(), "will/#");
        gone("c", kept().will("will/c", 1 << 3).willDelay(60), "x");
        restart();
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isTrue();
            broker.events.await(MessageEvent.WillCancelled.class);
        }
        broker.advance(Duration.ofSeconds(100));
        restart();
        broker.advance(Duration.ofSeconds(100));
        try (RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            assertThat(watcher.untilPong()).isEmpty();
        }
    }

    @Test
    void the_end_of_a_restored_session_makes_its_will_due() throws Exception {
        gone("watcher", kept(), "will/#");
        gone("c", kept().will("will/c", 1 << 3).willDelay(600), "x");
        restart();
        try (RawClient client = broker.client();
                RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            assertThat(client.connect("c")).isFalse();
            assertThat(watcher.message().topic()).isEqualTo("will/c");
        }
        restart();
        broker.advance(Duration.ofSeconds(700));
        assertThat(broker.events.of(MessageEvent.WillPublished.class)).hasSize(1);
    }

    @Test
    @Mqtt5("MQTT-3.1.2-10")
    void a_will_that_was_taken_back_is_never_published() throws Exception {
        gone("watcher", kept(), "will/#");
        RawClient client = broker.client();
        client.connect("c", kept().will("will/c", 1 << 3));
        client.disconnect(0);
        client.expectEnd();
        inLog();
        restart();
        broker.advance(Duration.ofSeconds(100));
        try (RawClient watcher = broker.client()) {
            watcher.connect("watcher", kept());
            assertThat(watcher.untilPong()).isEmpty();
        }
    }

    @Test
    void a_retained_will_is_retained_for_good() throws Exception {
        gone("c", kept().will("will/c", 1 << 3 | 0x20), "x");
        broker.events.await(MessageEvent.WillPublished.class);
        restart();
        try (RawClient late = broker.connected("late")) {
            late.sendSubscribe("will/c", 0, 0);
            late.expect(RawClient.SUBACK);
            assertThat(late.message().payload()).isEqualTo("gone");
        }
    }
}
