package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBLISH;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.SessionEvent;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** More waits for a client than is ever in memory. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class BacklogTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int MANY = 12_000;

    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        BrokerSettings all = settings(loops);
        // without the events of hundreds of thousands of messages
        broker =
                TestBroker.open(
                        new BrokerSettings(
                                all.listener(),
                                all.limits(),
                                all.queues(),
                                all.retained(),
                                all.storage(),
                                all.sharing(),
                                0));
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

    private void gone(String filter, int qos) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe(filter, qos);
        }
        broker.events.await(SessionEvent.Suspended.class, e -> e.peer().clientId().equals("c"));
    }

    /** Numbers from {@code from} to before {@code to}, with something behind them. */
    private void publish(int from, int to, int qos, String rest) throws IOException {
        int acknowledged = from;
        for (int i = from; i < to; i++) {
            publisher.publish("t", i + rest, qos, 1 + i % 60_000);
            while (i - acknowledged >= 500) {
                publisher.expect(PUBACK);
                acknowledged++;
            }
        }
        while (acknowledged++ < to) {
            publisher.expect(PUBACK);
        }
    }

    private void expectNothingLeft() throws Exception {
        BrokerMeasures measures = broker.broker.measures();
        waitUntil(() -> measures.queuedMessages() == 0);
        assertThat(measures.queuedBytes()).isZero();
        waitUntil(() -> loadedBytes() == 0);
    }

    private long loadedBytes() {
        long bytes = 0;
        for (Loop loop : broker.broker.loops()) {
            bytes += loop.executor().submit(loop::loadedBytes).syncUninterruptibly().getNow();
        }
        return bytes;
    }

    @Test
    void it_drains_in_order_through_a_small_window() throws Exception {
        gone("t", 1);
        publish(0, MANY, 1, "");
        waitUntil(() -> broker.broker.measures().queuedMessages() == MANY);
        assertThat(loadedBytes()).isZero();
        broker.crash();
        try (RawClient client = broker.client()) {
            client.connect("c", kept().receiveMaximum(7));
            Deque<Message> unacknowledged = new ArrayDeque<>();
            for (int i = 0; i < MANY; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + i);
                assertThat(message.dup()).isFalse();
                unacknowledged.add(message);
                if (unacknowledged.size() == 7 || i == MANY - 1) {
                    if (i % 1000 < 7) {
                        assertThat(client.untilPong()).isEmpty();
                    }
                    while (!unacknowledged.isEmpty()) {
                        client.ack(PUBACK, unacknowledged.remove().packetId());
                    }
                }
            }
            assertThat(client.untilPong()).isEmpty();
            expectNothingLeft();
        }
        broker.settled();
        broker.crash();
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void new_messages_come_behind_those_that_waited() throws Exception {
        gone("t", 1);
        publish(0, 5000, 1, "");
        try (RawClient client = broker.client()) {
            client.connect("c", kept().receiveMaximum(100));
            int published = 5000;
            for (int i = 0; i < MANY; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + i);
                client.ack(PUBACK, message.packetId());
                if (i % 2 == 0 && published < MANY) {
                    publish(published, Math.min(MANY, published + 5), 1, "");
                    published += 5;
                }
            }
            assertThat(client.untilPong()).isEmpty();
            expectNothingLeft();
        }
    }

    @Test
    void a_client_that_reads_slowly_gets_all_and_is_not_read_ahead_for() throws Exception {
        gone("t", 1);
        String rest = "-" + "x".repeat(10_000);
        int count = 3000;
        publish(0, count, 1, rest);
        try (RawClient client =
                new RawClient(broker.broker.localAddress(), MqttVersion.V5, 8 * 1024)) {
            client.connect("c", kept().receiveMaximum(65_535));
            broker.events.await(ConnectionEvent.WriteBlocked.class);
            assertThat(loadedBytes()).isLessThan(20L << 20);
            for (int i = 0; i < count; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo(i + rest);
                client.ack(PUBACK, message.packetId());
            }
            assertThat(client.untilPong()).isEmpty();
            expectNothingLeft();
        }
    }

    @Test
    void a_client_that_comes_and_goes_misses_nothing() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        gone("t", 1);
        int published = 0;
        int next = 0; // not acknowledged
        while (next < MANY) {
            int more = Math.min(MANY, published + random.nextInt(2000));
            publish(published, more, 1, "");
            published = more;
            try (RawClient client = broker.client()) {
                client.connect("c", kept().receiveMaximum(1 + random.nextInt(600)));
                int reads = Math.min(random.nextInt(2500), published - next);
                int acknowledges = random.nextInt(4) == 0 ? 0 : reads;
                for (int i = 0; i < acknowledges; i++) {
                    Message message = client.message();
                    assertThat(message.payload()).as("seed " + SEED).isEqualTo("" + next++);
                    client.ack(PUBACK, message.packetId());
                }
                client.send(12, 0, new Bytes());
                while (client.read().type() == PUBLISH) {
                    // sent, not acknowledged
                }
            }
            if (random.nextInt(6) == 0) {
                broker.settled();
                publisher.close();
                broker.crash();
                publisher = broker.connected("publisher");
            }
        }
        expectNothingLeft();
    }

    @Test
    void packet_identifiers_are_used_again_when_all_were() throws Exception {
        int count = Refs.PACKET_IDS + 5000;
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 1);
            int heldBack = Refs.packetId(Refs.PACKET_IDS - 1000);
            int next = 0;
            while (next < count) {
                int to = Math.min(count, next + 400);
                publish(next, to, 1, "");
                for (; next < to; next++) {
                    Message message = client.message();
                    boolean expected =
                            message.packetId() == next % Refs.PACKET_IDS + 1
                                    && message.payload().equals("" + next);
                    if (!expected) {
                        throw new AssertionError("expected " + next + ", was " + message);
                    }
                    if (next == Refs.PACKET_IDS - 1000) {
                        continue; // stays in flight across the wrap
                    }
                    client.ack(PUBACK, message.packetId());
                }
            }
            client.ack(PUBACK, heldBack);
            assertThat(client.untilPong()).isEmpty();
            expectNothingLeft();
        }
    }

    @Test
    void a_message_is_not_sent_whose_packet_identifier_is_in_use() throws Exception {
        int count = Refs.PACKET_IDS + 10;
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.subscribe("t", 1);
            int next = 0;
            while (next < Refs.PACKET_IDS) {
                int to = Math.min(Refs.PACKET_IDS, next + 400);
                publish(next, to, 1, "");
                for (; next < to; next++) {
                    int packetId = client.message().packetId();
                    if (next > 0) {
                        client.ack(PUBACK, packetId);
                    }
                }
            }
            publish(next, count, 1, "");
            assertThat(client.untilPong()).as("the first one's is next").isEmpty();
            client.ack(PUBACK, 1);
            for (; next < count; next++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + next);
                client.ack(PUBACK, message.packetId());
            }
        }
    }

    @Test
    void a_large_backlog_of_qos_2_is_delivered_once_though_the_broker_is_killed() throws Exception {
        gone("t", 2);
        int count = 400;
        for (int i = 0; i < count; i++) {
            publisher.published("t", "" + i, 2, 1);
        }
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        int received = 0;
        boolean[] held = new boolean[65_536]; // as a client does that must not take one twice
        while (received < count) {
            try (RawClient client = broker.client()) {
                client.connect("c", kept().receiveMaximum(1 + random.nextInt(30)));
                int packets = 50 + random.nextInt(200);
                while (packets-- > 0 && received < count) {
                    Packet packet = client.read();
                    if (packet.type() == PUBLISH) {
                        Message message = client.message(packet);
                        if (!held[message.packetId()]) {
                            held[message.packetId()] = true;
                            assertThat(message.payload())
                                    .as("seed " + SEED)
                                    .isEqualTo("" + received);
                            received++;
                        }
                        client.ack(PUBREC, message.packetId());
                    } else {
                        assertThat(packet.type()).isEqualTo(PUBREL);
                        held[packet.u16(0)] = false;
                        client.ack(PUBCOMP, packet.u16(0));
                    }
                }
                client.send(12, 0, new Bytes());
                broker.crash();
            }
        }
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            client.send(12, 0, new Bytes());
            Packet packet = client.read();
            while (packet.type() != RawClient.PINGRESP) {
                if (packet.type() == PUBLISH) {
                    assertThat(held[client.message(packet).packetId()])
                            .as("not a new one, seed " + SEED)
                            .isTrue();
                }
                packet = client.read();
            }
        }
    }
}
