package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SessionEvent;
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

/** Messages published to {@code $delayed/<seconds>/<topic>}. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class DelayedTest {
    private static final int MOST = 50;

    @Parameter int loops;
    private final FaultyDisk disk = new FaultyDisk();
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker =
                TestBroker.open(
                        with(settings(loops), new BrokerSettings.Storage(64 << 20, MOST)), disk);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        disk.heal();
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(10_000);
    }

    private void gone(String clientId, String filter, int qos) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe(filter, qos);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    private void expectPending(int messages) throws Exception {
        waitUntil(() -> broker.broker.measures().delayedMessages() == messages);
    }

    private void advance(int seconds) {
        broker.advance(Duration.ofSeconds(seconds));
    }

    @Test
    void they_are_published_when_due_and_not_before_with_their_qos_and_properties()
            throws Exception {
        try (RawClient live = broker.connected("live")) {
            live.subscribe("#", 2);
            publisher.publish("$delayed/10/t/0", "zero", 0, 0);
            Bytes properties = new Bytes().u8(0x03).text("text/plain").u8(0x26).text("a").text("b");
            publisher.publish("$delayed/20/t/1", "one", 1 << 1, 1, properties);
            assertThat(RawClient.reason(publisher.expect(PUBACK))).isZero();
            publisher.published("$delayed/30/t/2", "two", 2, 2);
            expectPending(3);
            advance(9);
            assertThat(live.untilPong()).isEmpty();
            advance(1);
            Message zero = live.message();
            assertThat(zero.topic()).isEqualTo("t/0");
            assertThat(zero.payload()).isEqualTo("zero");
            assertThat(zero.qos()).isZero();
            advance(9);
            assertThat(live.untilPong()).isEmpty();
            advance(1);
            Message one = live.message();
            assertThat(one.topic()).isEqualTo("t/1");
            assertThat(one.qos()).isEqualTo(1);
            assertThat(one.retain()).isFalse();
            assertThat(one.all(0x03)).containsExactly("text/plain");
            assertThat(one.all(0x26)).containsExactly("a=b");
            expectPending(1);
            advance(10);
            assertThat(live.message().qos()).isEqualTo(2);
            expectPending(0);
            advance(1000);
            assertThat(live.untilPong()).isEmpty();
        }
        MessageEvent.Delayed event = broker.events.await(MessageEvent.Delayed.class);
        assertThat(event.delaySeconds()).isEqualTo(10);
        waitUntil(() -> broker.events.of(MessageEvent.DelayedPublished.class).size() == 3);
    }

    @Test
    void those_due_together_come_in_the_order_of_their_times_and_then_of_publishing()
            throws Exception {
        gone("c", "#", 1);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            publisher.published("$delayed/" + (30 - i) + "/t", "first " + (30 - i), 1, 1);
            publisher.published("$delayed/" + (30 - i) + "/t", "then " + (30 - i), 1, 1);
        }
        for (int i = 19; i >= 0; i--) {
            expected.add("first " + (30 - i));
            expected.add("then " + (30 - i));
        }
        advance(100);
        expectPending(0);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            for (String payload : expected) {
                assertThat(client.message().payload()).isEqualTo(payload);
            }
        }
    }

    @Test
    void they_survive_and_are_published_once() throws Exception {
        gone("c", "#", 2);
        publisher.published("$delayed/100/t", "1", 1, 1);
        publisher.published("$delayed/50/t", "2", 2, 2);
        publisher.publish("$delayed/70/t", "3", 0, 0);
        // of QoS 0 nobody is told when it is in the log
        waitUntil(() -> broker.events.of(MessageEvent.Delayed.class).size() == 3);
        broker.crash();
        assertThat(broker.broker.measures().delayedMessages()).isEqualTo(3);
        advance(49);
        broker.restart();
        expectPending(3);
        advance(1);
        expectPending(2);
        broker.crash();
        expectPending(2);
        broker.clock.advance(Duration.ofSeconds(1000));
        broker.restart();
        expectPending(0);
        broker.crash();
        expectPending(0);
        advance(1000);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            assertThat(client.message().payload()).isEqualTo("2");
            assertThat(client.message().payload())
                    .as("QoS 0 is not for who is away")
                    .isEqualTo("1");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void a_retained_one_is_retained_when_it_is_due() throws Exception {
        publisher.publish("$delayed/10/t", "kept", 1 << 1 | 1, 1, new Bytes());
        publisher.expect(PUBACK);
        assertThat(broker.broker.measures().retainedMessages()).isZero();
        broker.restart();
        assertThat(broker.broker.measures().retainedMessages()).isZero();
        advance(10);
        expectPending(0);
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        broker.crash();
        try (RawClient late = broker.connected("late")) {
            late.sendSubscribe("#", 0, 0);
            late.expect(SUBACK);
            Message message = late.message();
            assertThat(message.topic()).isEqualTo("t");
            assertThat(message.retain()).isTrue();
        }
    }

    @Test
    void an_empty_retained_one_clears_when_it_is_due() throws Exception {
        publisher.publish("t", "kept", 1 << 1 | 1, 1, new Bytes());
        publisher.expect(PUBACK);
        publisher.publish("$delayed/10/t", "", 1 << 1 | 1, 1, new Bytes());
        publisher.expect(PUBACK);
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        advance(10);
        expectPending(0);
        assertThat(broker.broker.measures().retainedMessages()).isZero();
        broker.crash();
        assertThat(broker.broker.measures().retainedMessages()).isZero();
    }

    @Test
    void expiry_begins_when_it_is_due() throws Exception {
        gone("c", "#", 1);
        publisher.publish("$delayed/100/t", "x", 1 << 1, 1, new Bytes().u8(0x02).u32(30));
        publisher.expect(PUBACK);
        publisher.publish("$delayed/100/t", "y", 1 << 1, 1, new Bytes().u8(0x02).u32(10));
        publisher.expect(PUBACK);
        advance(100);
        expectPending(0);
        broker.restart();
        advance(20);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("x");
            assertThat(message.all(0x02)).containsExactly("10");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void one_that_has_expired_when_it_can_be_published_at_last_is_not() throws Exception {
        publisher.publish("$delayed/100/t", "x", 1, 0, new Bytes().u8(0x02).u32(30));
        publisher.publish("$delayed/200/t", "y", 0, 0);
        expectPending(2);
        try (RawClient live = broker.connected("live")) {
            live.subscribe("#", 0);
            broker.clock.advance(Duration.ofSeconds(1000)); // as if it had been away
            broker.broker.sweep();
            assertThat(live.message().payload()).isEqualTo("y");
            assertThat(live.untilPong()).isEmpty();
        }
        expectPending(0);
        assertThat(broker.broker.measures().retainedMessages()).isZero();
        broker.crash();
        expectPending(0);
    }

    @Test
    void what_is_no_number_of_seconds_or_no_topic_is_refused() throws Exception {
        for (String topic :
                List.of(
                        "$delayed/",
                        "$delayed/5",
                        "$delayed/5/",
                        "$delayed//t",
                        "$delayed/x/t",
                        "$delayed/-1/t",
                        "$delayed/-0/t",
                        "$delayed/5.0/t",
                        "$delayed/ 5/t",
                        "$delayed/٥/t",
                        "$delayed/4294967296/t",
                        "$delayed/99999999999999999999/t",
                        "$delayed/5/$SYS/x",
                        "$delayed/5/$SYS",
                        "$delayed/5/$delayed/5/t")) {
            publisher.publish(topic, "x", 1, 1);
            assertThat(RawClient.reason(publisher.expect(PUBACK)))
                    .as(topic)
                    .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            publisher.publish(topic, "x", 2, 2);
            assertThat(RawClient.reason(publisher.expect(PUBREC)))
                    .as(topic)
                    .isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            publisher.publish(topic, "x", 0, 0);
        }
        assertThat(publisher.untilPong()).isEmpty();
        assertThat(broker.broker.measures().delayedMessages()).isZero();
        for (String topic :
                List.of(
                        "$delayed/0/t",
                        "$delayed/007/a",
                        "$delayed/4294967295/a/b",
                        "$delayed/1//")) {
            assertThat(publisher.published(topic, "x", 1, 1)).as(topic).isZero();
        }
        expectPending(4);
    }

    @Test
    void what_is_wrong_is_said() throws Exception {
        publisher.publish("$delayed/1h/t", "x", 1, 1);
        publisher.publish("$delayed/5", "x", 1, 2);
        publisher.publish("$delayed/5/", "x", 1, 3);
        publisher.publish("$delayed/5/$SYS/x", "x", 1, 4);
        assertThat(publisher.untilPong()).hasSize(4);
        String form = "a delayed message's topic is $delayed/<seconds>/<topic>, ";
        assertThat(broker.events.of(MessageEvent.Rejected.class))
                .extracting(MessageEvent.Rejected::detail)
                .containsExactly(
                        form + "with 0 to 4294967295 seconds, not 1h",
                        form + "this has none",
                        form + "this has none",
                        form + "with one that clients may publish to without delay");
    }

    @Test
    void more_than_may_be_are_refused() throws Exception {
        for (int i = 1; i <= MOST; i++) {
            assertThat(publisher.published("$delayed/" + i + "/t", "x", 1, i)).isZero();
        }
        publisher.publish("$delayed/1/t", "x", 1, 1);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        publisher.publish("$delayed/1/t", "x", 2, 1);
        assertThat(RawClient.reason(publisher.expect(PUBREC))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        broker.restart();
        publisher = broker.connected("publisher");
        publisher.publish("$delayed/1/t", "x", 1, 1);
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        advance(1);
        expectPending(MOST - 1);
        assertThat(publisher.published("$delayed/1/t", "x", 1, 1)).isZero();
    }

    @Test
    void a_3_1_1_client_can_delay_too_and_is_disconnected_where_it_may_not() throws Exception {
        try (RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("old");
            old.subscribe("#", 1);
            old.published("$delayed/10/t", "x", 2, 1);
            advance(10);
            Message message = old.message();
            assertThat(message.topic()).isEqualTo("t");
            old.ack(PUBACK, message.packetId());
            old.publish("$delayed/x/t", "x", 1, 1);
            old.expectEnd();
        }
    }

    @Test
    void exactly_once_counts_for_delayed_ones_too() throws Exception {
        gone("c", "#", 2);
        try (RawClient sender = broker.client()) {
            sender.connect("sender", kept());
            sender.publish("$delayed/10/t", "x", 2, 9);
            sender.expect(PUBREC);
        }
        broker.crash();
        try (RawClient sender = broker.client()) {
            sender.connect("sender", kept());
            sender.publish("$delayed/10/t", "x", 2 << 1 | 8, 9, new Bytes());
            assertThat(RawClient.reason(sender.expect(PUBREC))).isZero();
            sender.ack(PUBREL, 9);
            sender.expect(PUBCOMP);
        }
        expectPending(1);
        advance(10);
        expectPending(0);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.message();
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void one_that_is_refused_is_not_counted_and_one_that_is_due_waits_for_the_disk()
            throws Exception {
        gone("c", "#", 1);
        publisher.published("$delayed/10/t", "1", 1, 1);
        disk.failWrites(FaultyDisk.FULL);
        publisher.publish("$delayed/10/t", "2", 1, 2);
        Packet answer = publisher.expect(PUBACK);
        assertThat(RawClient.reason(answer)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        expectPending(1);
        advance(10);
        expectPending(1);
        disk.heal();
        waitUntil(() -> {
            advance(1);
            return broker.broker.measures().delayedMessages() == 0;
        });
        broker.crash();
        expectPending(0);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            assertThat(client.message().payload()).isEqualTo("1");
            assertThat(client.untilPong()).isEmpty();
        }
    }
}
