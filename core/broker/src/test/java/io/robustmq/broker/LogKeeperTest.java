package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SessionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The log holds what is of use, and not much more. Its segments are of 1 MiB. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class LogKeeperTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int MIB = 1 << 20;
    private static final String LARGE = "x".repeat(100_000);

    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(with(settings(loops), new BrokerSettings.Storage(2 * MIB, 1000)));
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1_000_000);
    }

    private void gone(String clientId, String filter) throws Exception {
        try (RawClient client = broker.client()) {
            client.connect(clientId, kept());
            client.subscribe(filter, 1);
        }
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    private long size() {
        return broker.log.shard().sizeBytes();
    }

    /** Messages that are acknowledged at once, until a snapshot was taken after them. */
    private void passMegabytes(RawClient reader, int megabytes) throws Exception {
        for (int i = 0; i < megabytes * 11; i++) {
            publisher.publish("pass", LARGE, 1, 1 + i);
            Message message = reader.message();
            reader.ack(PUBACK, message.packetId());
            publisher.expect(PUBACK);
        }
        reader.untilPong();
    }

    private int snapshots() {
        return broker.events.of(SessionEvent.SnapshotSaved.class).size();
    }

    private void snapshot(RawClient reader) throws Exception {
        int before = snapshots();
        passMegabytes(reader, 3);
        waitUntil(() -> snapshots() > before);
    }

    @Test
    void what_was_acknowledged_is_removed_while_the_broker_runs() throws Exception {
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            reader.subscribe("pass", 1);
            for (int i = 0; i < 4; i++) {
                snapshot(reader);
            }
            waitUntil(() -> size() < 9 * MIB);
            assertThat(broker.log.shard().firstOffset()).isPositive();
        }
        broker.crash();
        try (RawClient reader = broker.client()) {
            assertThat(reader.connect("reader", kept())).isTrue();
        }
    }

    @Test
    void what_was_acknowledged_is_removed_though_each_broker_runs_for_a_short_time()
            throws Exception {
        gone("reader", "pass");
        for (int i = 0; i < 12; i++) {
            try (RawClient reader = broker.client()) {
                assertThat(reader.connect("reader", kept())).isTrue();
                passMegabytes(reader, 1);
            }
            publisher.close();
            broker.restart();
            publisher = broker.connected("publisher");
        }
        assertThat(size()).isLessThan(6 * MIB);
    }

    @Test
    void what_is_read_at_the_start_is_bounded_though_each_broker_is_killed_soon() throws Exception {
        gone("reader", "pass");
        for (int i = 0; i < 8; i++) {
            try (RawClient reader = broker.client()) {
                assertThat(reader.connect("reader", kept())).isTrue();
                passMegabytes(reader, 1);
            }
            int before = snapshots();
            if (i % 3 == 2) {
                waitUntil(() -> snapshots() > before);
            }
            publisher.close();
            broker.crash();
            publisher = broker.connected("publisher");
        }
        assertThat(size()).isLessThan(9 * MIB);
    }

    @Test
    void what_was_read_at_a_start_need_not_be_read_at_the_next() throws Exception {
        gone("reader", "pass");
        try (RawClient reader = broker.client()) {
            assertThat(reader.connect("reader", kept())).isTrue();
            passMegabytes(reader, 1);
        }
        publisher.close();
        broker.crash();
        int before = snapshots();
        assertThat(readAtStart()).isGreaterThan(20);
        waitUntil(() -> snapshots() > before);
        broker.crash();
        publisher = broker.connected("publisher");
        assertThat(readAtStart()).isLessThan(20);
    }

    private long readAtStart() {
        return broker.events.of(SessionEvent.StateRestored.class).getLast().readRecords();
    }

    @Test
    void small_records_count_for_more_than_their_bytes() throws Exception {
        gone("reader", "pass");
        try (RawClient reader = broker.client()) {
            assertThat(reader.connect("reader", kept())).isTrue();
            int before = snapshots();
            long appended = broker.log.shard().appendedBytes();
            for (int i = 0; i < 400; i++) {
                for (int j = 1; j <= 50; j++) {
                    publisher.publish("pass", "x", 1, j);
                }
                for (int j = 1; j <= 50; j++) {
                    reader.ack(PUBACK, reader.message().packetId());
                    publisher.expect(PUBACK);
                }
            }
            waitUntil(() -> snapshots() > before);
            assertThat(broker.log.shard().appendedBytes() - appended).isLessThan(2 * MIB);
        }
    }

    @Test
    void what_waits_holds_the_log_and_nothing_of_it_is_lost() throws Exception {
        gone("c", "t");
        publisher.published("t", "1", 1, 1);
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            reader.subscribe("pass", 1);
            snapshot(reader);
            publisher.published("t", "2", 1, 1);
            snapshot(reader);
            snapshot(reader);
        }
        assertThat(size()).isGreaterThan(8 * MIB);
        publisher.close();
        broker.crash();
        publisher = broker.connected("publisher");
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            for (int i = 1; i <= 2; i++) {
                Message message = client.message();
                assertThat(message.payload()).isEqualTo("" + i);
                client.ack(PUBACK, message.packetId());
            }
            client.untilPong();
        }
        gone("c2", "none");
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            snapshot(reader);
            snapshot(reader);
        }
        waitUntil(() -> size() < 9 * MIB);
    }

    @Test
    void retained_and_delayed_messages_are_moved_out_of_the_way() throws Exception {
        for (int i = 0; i < 5; i++) {
            publisher.publish(
                    "r/" + i, "kept " + i, 1 << 1 | 1, 1, new Bytes().u8(0x02).u32(1_000_000));
            publisher.expect(PUBACK);
            publisher.published("$delayed/" + (10_000 + i) + "/d", "late " + i, 1, 2);
        }
        gone("c", "d");
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            reader.subscribe("pass", 1);
            long first = broker.log.shard().firstOffset();
            for (int i = 0; i < 8; i++) {
                snapshot(reader);
            }
            assertThat(broker.log.shard().firstOffset()).isGreaterThan(first + 10);
            assertThat(size()).isLessThan(16 * MIB);
        }
        for (int round = 0; round < 2; round++) {
            try (RawClient late = broker.connected("late")) {
                late.sendSubscribe("r/#", 0, 0);
                late.expect(SUBACK);
                Map<String, String> retained = new TreeMap<>();
                for (int i = 0; i < 5; i++) {
                    Message message = late.message();
                    assertThat(message.all(0x02)).containsExactly("1000000");
                    retained.put(message.topic(), message.payload());
                }
                assertThat(retained).containsEntry("r/3", "kept 3").hasSize(5);
                assertThat(late.untilPong()).isEmpty();
            }
            assertThat(broker.broker.measures().delayedMessages()).isEqualTo(5);
            publisher.close();
            broker.crash();
            publisher = broker.connected("publisher");
        }
        broker.advance(Duration.ofSeconds(20_000));
        waitUntil(() -> broker.broker.measures().delayedMessages() == 0);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            for (int i = 0; i < 5; i++) {
                assertThat(client.message().payload()).isEqualTo("late " + i);
            }
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    void after_many_restarts_with_snapshots_in_between_everything_is_there() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        Map<String, String> retained = new TreeMap<>();
        List<List<String>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(new ArrayList<>());
            gone("c" + i, "t/" + i + "/#");
        }
        int number = 0;
        for (int round = 0; round < 8; round++) {
            for (int i = 0; i < 25; i++) {
                String payload = ++number + LARGE.substring(0, random.nextInt(50_000));
                int which = random.nextInt(4);
                publisher.published("t/" + which + "/x", payload, 1, 1);
                waiting.get(which).add(payload);
                String topic = "r/" + random.nextInt(5);
                boolean clears = random.nextInt(5) == 0;
                publisher.publish(topic, clears ? "" : payload, 1 << 1 | 1, 2, new Bytes());
                publisher.expect(PUBACK);
                if (clears) {
                    retained.remove(topic);
                } else {
                    retained.put(topic, payload);
                }
            }
            int reader = random.nextInt(4);
            try (RawClient client = broker.client()) {
                assertThat(client.connect("c" + reader, kept())).isTrue();
                List<String> mine = waiting.get(reader);
                int count = random.nextInt(mine.size() + 1);
                for (int i = 0; i < count; i++) {
                    Message message = client.message();
                    assertThat(message.payload()).as("seed " + SEED).isEqualTo(mine.get(i));
                    client.ack(PUBACK, message.packetId());
                }
                mine.subList(0, count).clear();
                client.send(12, 0, new Bytes());
                while (client.read().type() != RawClient.PINGRESP) {
                    // what else there is, not acknowledged
                }
            }
            broker.settled();
            publisher.close();
            if (random.nextBoolean()) {
                broker.crash();
            } else {
                broker.restart();
            }
            publisher = broker.connected("publisher");
            assertThat(broker.broker.measures().retainedMessages()).isEqualTo(retained.size());
        }
        for (int i = 0; i < 4; i++) {
            try (RawClient client = broker.client()) {
                assertThat(client.connect("c" + i, kept())).isTrue();
                for (String payload : waiting.get(i)) {
                    assertThat(client.message().payload()).as("seed " + SEED).isEqualTo(payload);
                }
                assertThat(client.untilPong()).isEmpty();
            }
        }
        try (RawClient late = broker.connected("late")) {
            late.sendSubscribe("r/#", 0, 0);
            late.expect(SUBACK);
            Map<String, String> found = new TreeMap<>();
            for (int i = 0; i < retained.size(); i++) {
                Message message = late.message();
                found.put(message.topic(), message.payload());
            }
            assertThat(found).as("seed " + SEED).isEqualTo(retained);
        }
        assertThat(broker.events.of(SessionEvent.SnapshotFailed.class)).isEmpty();
    }

    @Test
    void what_is_damaged_is_lost_alone_and_holds_nothing_back() throws Exception {
        // what is read next is far from it
        String rest = "x".repeat(80_000);
        publisher.publish("r/1", "damaged retained" + rest, 1 << 1 | 1, 1, new Bytes());
        publisher.expect(PUBACK);
        publisher.publish("r/2", "kept", 1 << 1 | 1, 1, new Bytes());
        publisher.expect(PUBACK);
        publisher.published("$delayed/1000/d", "damaged delayed" + rest, 1, 1);
        publisher.published("$delayed/1000/d", "kept", 1, 1);
        gone("c", "+");
        publisher.published("t", "1", 1, 1);
        publisher.published("t", "damaged message" + rest, 1, 1);
        publisher.published("t", "3", 1, 1);
        long damaged = broker.log.shard().nextOffset();
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            reader.subscribe("pass", 1);
            passMegabytes(reader, 2);
        }
        publisher.close();
        broker.restart(); // with a snapshot that knows of all
        broker.crash(left -> {
            TestLog.damage(left, "damaged retained");
            TestLog.damage(left, "damaged delayed");
            TestLog.damage(left, "damaged message");
        });
        publisher = broker.connected("publisher");
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        broker.advance(Duration.ofSeconds(1000));
        waitUntil(() -> broker.broker.measures().delayedMessages() == 0);
        assertThat(broker.events.of(MessageEvent.DelayedLost.class)).hasSize(1);
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            List<String> payloads = new ArrayList<>();
            while (!payloads.contains("kept")) {
                Message message = client.message();
                client.ack(PUBACK, message.packetId());
                if (!message.topic().equals("pass")) {
                    payloads.add(message.payload());
                }
            }
            assertThat(payloads).containsExactly("1", "3", "kept");
            client.untilPong();
            client.unsubscribe("+");
        }
        try (RawClient reader = broker.client()) {
            reader.connect("reader", kept());
            for (int i = 0; i < 6; i++) {
                snapshot(reader);
            }
        }
        waitUntil(() -> broker.log.shard().firstOffset() > damaged);
        publisher.close();
        broker.crash();
        publisher = broker.connected("publisher");
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
        assertThat(broker.broker.measures().delayedMessages()).isZero();
    }

    @Test
    void one_message_to_a_thousand_sessions_is_kept_once() throws Exception {
        int sessions = 1000;
        for (int i = 0; i < sessions; i++) {
            gone("c" + i, "all");
        }
        broker.settled();
        long before = size();
        publisher.published("all", LARGE, 1, 1);
        long grown = size() - before;
        assertThat(grown).isBetween(100_000L, 100_000L + 10L * sessions);
        waitUntil(() -> broker.broker.measures().queuedMessages() == sessions);
        publisher.close();
        broker.crash();
        publisher = broker.connected("publisher");
        for (int i = 0; i < sessions; i += 111) {
            try (RawClient client = broker.client()) {
                assertThat(client.connect("c" + i, kept())).isTrue();
                assertThat(client.message().payload()).isEqualTo(LARGE);
            }
        }
    }
}
