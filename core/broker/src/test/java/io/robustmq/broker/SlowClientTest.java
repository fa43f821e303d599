package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class SlowClientTest {
    private static final String PAYLOAD = "x".repeat(1000);

    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;
    private RawClient slow;

    @BeforeEach
    void open() throws IOException {
        broker =
                TestBroker.open(
                        with(
                                settings(loops),
                                new BrokerSettings.Queues(
                                        100,
                                        100_000,
                                        1L << 30,
                                        64 * 1024,
                                        BrokerSettings.WhenFull.REFUSE)));
        publisher = broker.connected("publisher");
        slow = new RawClient(broker.broker.localAddress(), MqttVersion.V5, 4096);
        slow.connect("slow", new Options());
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        slow.close();
        broker.close();
    }

    private void publishUntilBlocked(int qos) throws Exception {
        int packetId = 1;
        while (broker.events.of(ConnectionEvent.WriteBlocked.class).isEmpty()) {
            publisher.publish("t", PAYLOAD, qos, packetId++);
            if (qos > 0) {
                publisher.expect(PUBACK);
            }
        }
    }

    @Test
    void qos_0_to_a_client_that_does_not_read_is_dropped_and_others_get_all() throws Exception {
        try (RawClient quick = broker.connected("quick")) {
            quick.subscribe("mark", 0);
            slow.subscribe("t", 0);
            slow.subscribe("end", 1);
            BrokerMeasures measures = broker.broker.measures();
            while (measures.dropped(DropReason.SLOW_CONSUMER) < 1000
                    || measures.slowConsumers() == 0) {
                publisher.publish("t", PAYLOAD, 0, 0);
            }
            publisher.publish("mark", "still here", 0, 0);

            assertThat(quick.message().payload()).isEqualTo("still here");
            MessageEvent.Dropped dropped = broker.events.await(MessageEvent.Dropped.class);
            assertThat(dropped.reason()).isEqualTo(DropReason.SLOW_CONSUMER);
            assertThat(dropped.clientId()).isEqualTo("slow");
            assertThat(broker.events.of(MessageEvent.Dropped.class).size())
                    .as("events of 1000 drops within a second or a few")
                    .isLessThan(50);
            ConnectionEvent.WriteBlocked blocked =
                    broker.events.await(ConnectionEvent.WriteBlocked.class);
            assertThat(blocked.pendingBytes()).isGreaterThan(64 * 1024);

            // what is behind all others on the way to the slow client, and is not dropped
            publisher.publish("end", "end", 1, 1);
            publisher.expect(PUBACK);
            RawClient.Message last = slow.message();
            while (!last.payload().equals("end")) {
                last = slow.message();
            }
            assertThat(droppedWhileBlocked()).isEqualTo(measures.dropped(DropReason.SLOW_CONSUMER));
            assertThat(broker.broker.measures().slowConsumers()).isZero();
        }
    }

    private long droppedWhileBlocked() {
        return broker.events.of(ConnectionEvent.WriteResumed.class).stream()
                .mapToLong(ConnectionEvent.WriteResumed::dropped)
                .sum();
    }

    @Test
    void qos_1_waits_for_a_client_that_does_not_read() throws Exception {
        slow.subscribe("t", 1);
        // the window is 100 messages: they alone are more than the socket takes
        int sent = 400;
        for (int i = 1; i <= sent; i++) {
            publisher.publish("t", i + PAYLOAD, 1, i);
            publisher.expect(PUBACK);
        }
        for (int i = 1; i <= sent; i++) {
            RawClient.Message message = slow.message();
            assertThat(message.payload()).isEqualTo(i + PAYLOAD);
            slow.ack(PUBACK, message.packetId());
        }
        assertThat(slow.untilPong()).isEmpty();
        assertThat(broker.broker.measures().dropped(DropReason.SLOW_CONSUMER)).isZero();
    }

    /** A flush in the middle of sending, that makes room, must not let later messages overtake. */
    @Test
    void a_long_queue_keeps_its_order_while_the_socket_fills_and_empties() throws Exception {
        close();
        broker =
                TestBroker.open(
                        with(
                                settings(loops),
                                new BrokerSettings.Queues(
                                        65_535,
                                        100_000,
                                        1L << 30,
                                        260 * 1024,
                                        BrokerSettings.WhenFull.REFUSE)));
        publisher = broker.connected("publisher");
        Options kept = new Options().keepSession().expiry(100);
        slow = broker.client();
        slow.connect("c", kept);
        slow.subscribe("t", 1);
        slow.close();
        TestBroker.waitUntil(() -> broker.broker.measures().sessionsOffline() == 1);
        int sent = 5000;
        for (int i = 1; i <= sent; i++) {
            publisher.publish("t", i + PAYLOAD, 1, i);
        }
        for (int i = 1; i <= sent; i++) {
            publisher.expect(PUBACK);
        }
        slow = broker.client();
        slow.connect("c", kept);
        for (int i = 1; i <= sent; i++) {
            assertThat(slow.message().payload()).isEqualTo(i + PAYLOAD);
        }
        assertThat(slow.untilPong()).isEmpty();
    }

    @Test
    void a_client_that_does_not_read_its_answers_is_not_read_either() throws Exception {
        Thread flood =
                new Thread(() -> {
                    byte[] pings = new byte[20_000];
                    for (int i = 0; i < pings.length; i += 2) {
                        pings[i] = (byte) 0xC0;
                    }
                    try {
                        for (int i = 0; i < 2000; i++) {
                            slow.send(pings);
                        }
                    } catch (IOException e) {
                        // the test has seen enough and closed the socket
                    }
                });
        flood.start();
        broker.events.await(ConnectionEvent.WriteBlocked.class);
        while (flood.isAlive() && !isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(flood.isAlive()).as("its 40 MB were not read").isTrue();
        slow.close();
        flood.join();
    }

    /** Nothing but our own pings is read. */
    private boolean isIdle() throws Exception {
        long before = broker.broker.measures().receivedBytes();
        for (int i = 0; i < 200; i++) {
            publisher.untilPong();
        }
        return broker.broker.measures().receivedBytes() == before + 400;
    }

    @Test
    void a_blocked_client_that_goes_is_no_slow_consumer_any_more() throws Exception {
        slow.subscribe("t", 0);
        publishUntilBlocked(0);
        slow.close();
        waitUntil(() -> broker.broker.measures().slowConsumers() == 0);
        broker.events.await(ConnectionEvent.Closed.class, e -> e.peer().clientId().equals("slow"));
    }
}
