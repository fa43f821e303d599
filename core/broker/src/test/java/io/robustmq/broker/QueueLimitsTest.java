package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.BrokerSettings.WhenFull;
import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for a session is bounded, and is counted to the message and the byte. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class QueueLimitsTest {
    private static final int SIZE = 100;

    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;
    private FaultyDisk disk;

    private void open(int messages, long bytes, WhenFull whenFull) throws IOException {
        disk = new FaultyDisk();
        broker =
                TestBroker.open(
                        with(
                                settings(loops),
                                new BrokerSettings.Queues(4, messages, bytes, 1 << 20, whenFull)),
                        disk);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        disk.release();
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    private void gone(String clientId) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe("t", 1);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    /** Its message is a number, and all are of the same size. */
    private void publish(int from, int to) throws IOException {
        for (int i = from; i <= to; i++) {
            publisher.published("t", payload(i), 1, i);
        }
    }

    private static String payload(int i) {
        return String.format("%0" + (SIZE - 1) + "d", i);
    }

    private void expectCounters(int messages) throws Exception {
        BrokerMeasures measures = broker.broker.measures();
        waitUntil(() -> measures.queuedMessages() == messages);
        assertThat(measures.queuedBytes()).isEqualTo((long) messages * SIZE);
    }

    private void expectMessages(int from, int to) throws IOException {
        try (RawClient client = broker.client()) {
            assertThat(client.connect("c", kept())).isTrue();
            for (int i = from; i <= to; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo(payload(i));
                client.ack(PUBACK, message.packetId());
            }
            assertThat(client.untilPong()).isEmpty();
        }
    }

    private void expectFilledOnce() {
        assertThat(broker.events.of(SessionEvent.QueueFilled.class)).hasSize(1);
    }

    @Test
    void a_queue_that_refuses_keeps_the_oldest() throws Exception {
        open(10, 1 << 20, WhenFull.REFUSE);
        gone("c");
        publish(1, 25);
        expectCounters(10);
        assertThat(broker.broker.measures().dropped(DropReason.QUEUE_FULL)).isEqualTo(15);
        expectFilledOnce();
        broker.settled();
        broker.crash();
        expectCounters(10);
        expectMessages(1, 10);
        expectCounters(0);
    }

    @Test
    void what_need_not_wait_may_be_larger_than_what_may_wait() throws Exception {
        open(10, 1000, WhenFull.REFUSE);
        String large = "x".repeat(5000);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 1);
            publisher.published("t", large, 1, 1);
            Message message = client.message();
            assertThat(message.payload()).isEqualTo(large);
            client.ack(PUBACK, message.packetId());
        }
        broker.events.await(SessionEvent.Suspended.class);
        publisher.published("t", large, 1, 2);
        assertThat(broker.broker.measures().dropped(DropReason.QUEUE_FULL)).isEqualTo(1);
    }

    @Test
    void a_queue_that_drops_the_oldest_keeps_the_newest() throws Exception {
        open(10, 1 << 20, WhenFull.DROP_OLDEST);
        gone("c");
        publish(1, 25);
        expectCounters(10);
        assertThat(broker.broker.measures().dropped(DropReason.QUEUE_FULL)).isEqualTo(15);
        expectFilledOnce();
        broker.restart();
        expectCounters(10);
        expectMessages(16, 25);
        expectCounters(0);
    }

    @Test
    void bytes_are_limited_too() throws Exception {
        open(1000, 5 * SIZE + SIZE / 2, WhenFull.REFUSE);
        gone("c");
        publish(1, 9);
        expectCounters(5);
        expectFilledOnce();
        expectMessages(1, 5);
        expectCounters(0);
        gone("c");
        publish(10, 19);
        expectCounters(5);
        assertThat(broker.events.of(SessionEvent.QueueFilled.class))
                .as("it had room in between")
                .hasSize(2);
    }

    @Test
    void it_is_said_once_that_a_queue_of_few_bytes_is_full_that_drops_the_oldest()
            throws Exception {
        open(1000, 2 * SIZE + SIZE / 2, WhenFull.DROP_OLDEST);
        gone("c");
        publish(1, 20);
        expectCounters(2);
        expectFilledOnce();
        expectMessages(19, 20);
        expectCounters(0);
    }

    @Test
    void a_message_that_can_never_fit_does_not_cost_those_that_wait() throws Exception {
        open(1000, 5 * SIZE, WhenFull.DROP_OLDEST);
        gone("c");
        publish(1, 3);
        publisher.published("t", "x".repeat(6 * SIZE), 1, 4);
        expectCounters(3);
        assertThat(broker.broker.measures().dropped(DropReason.QUEUE_FULL)).isEqualTo(1);
        expectMessages(1, 3);
    }

    @Test
    void what_is_in_flight_does_not_wait() throws Exception {
        open(3, 1 << 20, WhenFull.DROP_OLDEST);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 1);
            publish(1, 20);
            expectCounters(3);
            for (int i = 1; i <= 4; i++) {
                assertThat(client.message().payload()).isEqualTo(payload(i));
            }
            assertThat(client.untilPong()).isEmpty();
        }
        expectCounters(3);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            for (int i : new int[] {1, 2, 3, 4, 18, 19, 20}) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo(payload(i));
                assertThat(message.dup()).isEqualTo(i <= 4);
                client.ack(PUBACK, message.packetId());
            }
            assertThat(client.untilPong()).isEmpty();
        }
        expectCounters(0);
    }

    @Test
    void nothing_of_a_session_that_ended_is_counted_as_waiting() throws Exception {
        open(100, 1 << 20, WhenFull.REFUSE);
        gone("c");
        publish(1, 3);
        for (int i = 4; i <= 6; i++) {
            publisher.publish("t", payload(i), 1 << 1, i, new Bytes().u8(0x02).u32(10));
            publisher.expect(PUBACK);
        }
        expectCounters(6);
        try (RawClient client = broker.connected("c")) {
            expectCounters(0);
            broker.advance(Duration.ofSeconds(20));
            broker.advance(Duration.ofSeconds(20));
            assertThat(client.untilPong()).isEmpty();
        }
        expectCounters(0);
        assertThat(broker.broker.measures().dropped(DropReason.SESSION_ENDED)).isEqualTo(6);
        assertThat(broker.broker.measures().dropped(DropReason.EXPIRED)).isZero();
    }

    @Test
    void what_reaches_a_session_after_its_end_is_dropped() throws Exception {
        open(100, 1 << 20, WhenFull.REFUSE);
        gone("c");
        disk.hold();
        publisher.publish("t", payload(1), 1, 1);
        publisher.untilPong();
        // it is on its way into the log as the session ends
        try (RawClient client = broker.client()) {
            client.sendConnect("c", new Options());
            broker.events.await(SessionEvent.Discarded.class);
            disk.release();
            client.expect(RawClient.CONNACK);
            publisher.expect(PUBACK);
            waitUntil(() -> broker.broker.measures().dropped(DropReason.SESSION_ENDED) == 1);
            assertThat(client.untilPong()).isEmpty();
        }
        expectCounters(0);
        assertThat(broker.broker.loops().stream().mapToLong(Loop::loadedBytes).sum()).isZero();
    }

    @Test
    @Mqtt5("MQTT-3.1.2-25")
    void what_a_client_will_not_take_is_dropped_and_the_rest_comes() throws Exception {
        open(100, 1 << 20, WhenFull.REFUSE);
        gone("c");
        publish(1, 2);
        publisher.published("t", "x".repeat(1000), 1, 3);
        publish(4, 5);
        try (RawClient client = broker.client()) {
            client.connect("c", kept().maximumPacketSize(500));
            for (int i : new int[] {1, 2, 4, 5}) {
                assertThat(client.message().payload()).isEqualTo(payload(i));
            }
            assertThat(broker.broker.measures().dropped(DropReason.PACKET_TOO_LARGE)).isEqualTo(1);
        }
        expectCounters(0);
    }

    @Test
    @Mqtt5("MQTT-4.4.0-2")
    void a_message_that_was_sent_and_refused_by_the_client_is_not_sent_again() throws Exception {
        open(100, 1 << 20, WhenFull.REFUSE);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 2);
            publisher.published("t", payload(1), 2, 1);
            publisher.published("t", payload(2), 1, 2);
            int two = client.message().packetId();
            int one = client.message().packetId();
            client.send(PUBREC, 0, new Bytes().u16(two).u8(0x83));
            client.send(PUBACK, 0, new Bytes().u16(one).u8(0x97));
            assertThat(client.untilPong()).isEmpty();
        }
        broker.restart();
        expectMessages(1, 0);
    }
}
