package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Subscriptions and retained messages that a full or broken disk refuses are as before. */
@ParameterizedClass
@CsvSource({"1, true", "2, true", "1, false", "2, false"})
@SuppressWarnings("NullAway.Init")
class RefusedChangesTest {
    @Parameter(0)
    int loops;

    /** Else it is broken. */
    @Parameter(1)
    boolean full;

    private final FaultyDisk disk = new FaultyDisk();
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops), disk);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        disk.heal();
        disk.release();
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    private void fail() {
        if (full) {
            disk.failWrites(FaultyDisk.FULL);
        } else {
            disk.failSyncs(FaultyDisk.BROKEN);
        }
    }

    private int code() {
        return full ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    }

    private void heal() throws Exception {
        disk.heal();
        waitUntil(() -> {
            broker.clock.advance(Duration.ofSeconds(1));
            return broker.log.shard().failure() == null;
        });
        broker.broker.sweep();
    }

    @Test
    void subscriptions_are_refused_and_not_made() throws Exception {
        try (RawClient client = broker.client();
                RawClient clean = broker.connected("clean")) {
            client.connect("c", kept());
            client.subscribe("t", 0, 1);
            fail();
            assertThat(client.subscribe("new", 1)).containsExactly(code());
            assertThat(client.subscribe("t", 1, 2)).containsExactly(code());
            assertThat(client.unsubscribe("t"))
                    .containsExactly(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            assertThat(clean.subscribe("clean", 1)).containsExactly(1);
            publisher.publish("new", "x", 0, 0);
            publisher.publish("t", "as before", 0, 0);
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("as before");
            assertThat(message.all(0x0B)).containsExactly("1");
            assertThat(client.untilPong()).isEmpty();
            assertThat(broker.broker.measures().subscriptions()).isEqualTo(2);
            broker.events.await(SubscriptionEvent.Refused.class, e -> e.reasonCode() == code());
            assertThat(broker.events.of(SubscriptionEvent.Removed.class)).isEmpty();

            heal();
            assertThat(client.subscribe("new", 1)).containsExactly(1);
            assertThat(client.unsubscribe("t")).containsExactly(0);
        }
        broker.crash();
        assertThat(broker.broker.measures().subscriptions()).isEqualTo(1);
    }

    @Test
    void subscriptions_to_one_filter_that_are_refused_together_leave_what_was_before()
            throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("old", 0, 1);
            disk.hold();
            fail();
            client.sendSubscribe("t", 1, 1);
            client.sendSubscribe("t", 2, 2);
            client.sendSubscribe("old", 1, 2);
            client.sendSubscribe("old", 2, 3);
            client.send(10, 2, new Bytes().u16(8).u8(0).text("old"));
            client.sendSubscribe("gone", 1, 4);
            client.send(10, 2, new Bytes().u16(8).u8(0).text("gone"));
            client.untilPong();
            disk.release();
            for (int type : new int[] {SUBACK, SUBACK, SUBACK, SUBACK, 11, SUBACK, 11}) {
                Packet answer = client.expect(type);
                assertThat(answer.u8(answer.body().length - 1)).isGreaterThanOrEqualTo(0x80);
            }
            publisher.publish("t", "x", 0, 0);
            publisher.publish("gone", "x", 0, 0);
            publisher.publish("old", "as before", 0, 0);
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("as before");
            assertThat(message.all(0x0B)).containsExactly("1");
            assertThat(client.untilPong()).isEmpty();
            assertThat(broker.broker.measures().subscriptions()).isEqualTo(1);
        }
    }

    @Test
    void filters_that_are_too_many_for_one_record_are_refused() throws Exception {
        BrokerSettings.Limits limits = settings(loops).limits();
        TestBroker large =
                TestBroker.open(
                        TestBroker.with(
                                settings(loops),
                                new BrokerSettings.Limits(
                                        64 << 20,
                                        limits.receiveMaximum(),
                                        limits.topicAliasMaximum(),
                                        limits.maxSessionExpirySeconds(),
                                        limits.maxKeepAliveSeconds())));
        try (large;
                RawClient client = large.client()) {
            client.connect("c", kept());
            Bytes body = new Bytes().u16(7).u8(0);
            int count = 300;
            for (int i = 0; i < count; i++) {
                body.text("x".repeat(60_000) + i).u8(1);
            }
            client.send(8, 2, body);
            Packet suback = client.expect(SUBACK);
            assertThat(client.codes(suback))
                    .hasSize(count)
                    .containsOnly(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
            assertThat(RawClient.properties(suback, 2).get(0x1F)).hasSize(1);
            assertThat(large.broker.measures().subscriptions()).isZero();
            assertThat(client.subscribe("t", 1)).containsExactly(1);
        }
    }

    @Test
    void a_3_1_1_client_is_not_told_that_it_has_unsubscribed() throws Exception {
        Options kept = new Options().keepSession();
        try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old", kept);
            old.subscribe("t", 1);
            fail();
            assertThat(old.subscribe("new", 1)).containsExactly(0x80);
            old.send(10, 2, new Bytes().u16(8).text("t"));
            old.expectEnd();
        }
        heal();
        try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
            assertThat(old.connect("old", kept)).isTrue();
            publisher.published("t", "still", 1, 1);
            assertThat(old.message().payload()).isEqualTo("still");
            old.unsubscribe("t");
        }
    }

    private static void retain(RawClient client, String topic, String payload, int packetId)
            throws IOException {
        int qos = packetId == 0 ? 0 : 1;
        client.publish(topic, payload, qos << 1 | 1, packetId, new Bytes());
    }

    private void expectRetained(String topic, String... payloads) throws IOException {
        try (RawClient client = broker.connected("late")) {
            client.sendSubscribe(topic, 1, 0);
            client.expect(SUBACK);
            for (String payload : payloads) {
                assertThat(client.message().payload()).isEqualTo(payload);
            }
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void retained_messages_are_as_before() throws Exception {
        retain(publisher, "t", "old", 1);
        publisher.expect(PUBACK);
        fail();
        retain(publisher, "t", "new", 1);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(code());
        expectRetained("t", "old");
        retain(publisher, "t", "", 1);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(code());
        expectRetained("t", "old");
        retain(publisher, "other", "new", 1);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(code());
        retain(publisher, "other", "new", 0);
        publisher.untilPong();
        waitUntil(() -> broker.events.of(MessageEvent.Rejected.class).size() == 4);
        expectRetained("other");
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        assertThat(broker.broker.measures().retainedBytes()).isEqualTo(4);
        heal();
        broker.crash();
        expectRetained("#", "old");
    }

    @Test
    void retained_messages_of_one_topic_that_are_refused_together_leave_what_was_before()
            throws Exception {
        retain(publisher, "t", "old", 1);
        publisher.expect(PUBACK);
        disk.hold();
        fail();
        retain(publisher, "t", "1", 1);
        retain(publisher, "t", "", 2);
        retain(publisher, "t", "3", 3);
        retain(publisher, "t", "4", 4);
        retain(publisher, "new", "5", 5);
        retain(publisher, "new", "6", 6);
        publisher.untilPong();
        disk.release();
        for (int i = 1; i <= 6; i++) {
            assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(code());
        }
        expectRetained("#", "old");
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        heal();
        retain(publisher, "t", "7", 7);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isLessThan(0x80);
        expectRetained("#", "7");
        broker.crash();
        expectRetained("#", "7");
    }
}
