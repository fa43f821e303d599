package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Journal;
import io.robustmq.telemetry.event.TraceContext;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageRecordTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String TRACEPARENT =
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final Random random = new Random(SEED);

    private byte[] bytes(int most) {
        byte[] bytes = new byte[random.nextInt(most + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** As {@link MessageRecord#putTarget} does for a session. */
    private static void putTarget(
            ByteBuffer out, int session, int qos, boolean retain, int... ids) {
        out.putInt(session)
                .put((byte) (qos | (retain ? MessageRecord.RETAIN : 0) | ids.length << 3));
        for (int id : ids) {
            out.putInt(id);
        }
    }

    /** Correlation data, and behind it maybe a user property. */
    private static byte[] properties(byte[] correlation, String traceState) {
        Bytes bytes = new Bytes().u8(0x09).u16(correlation.length).raw(correlation);
        return (traceState.isEmpty() ? bytes : bytes.u8(0x26).text("tracestate").text(traceState))
                .array();
    }

    @Test
    void every_message_is_read_as_it_was_written() {
        System.out.println("seed " + SEED);
        MessageRecord read = new MessageRecord(); // one view of all
        for (int i = 0; i < 20_000; i++) {
            String topic = "topic/" + "é".repeat(random.nextInt(40));
            int qos = random.nextInt(3);
            boolean retain = random.nextBoolean();
            long expires = random.nextBoolean() ? Message.NEVER : random.nextLong(1L << 45);
            String state = random.nextBoolean() ? "" : "vendor=" + random.nextInt();
            byte[] properties = properties(bytes(100), state);
            byte[] payload = bytes(200);
            int possible =
                    MessageRecord.STORE
                            | MessageRecord.CLEAR
                            | MessageRecord.FROM
                            | MessageRecord.WILL
                            | MessageRecord.FIRED
                            | MessageRecord.DELAYED;
            int flags = random.nextInt() & possible;
            int publisher = random.nextInt();
            int packetId = 1 + random.nextInt(65_535);
            int will = random.nextInt();
            long fired = random.nextLong();
            long due = random.nextLong();
            boolean traced = random.nextBoolean();

            int count = random.nextInt(4);
            int[][] ids = new int[count][];
            ByteBuffer targets = ByteBuffer.allocate(1000);
            for (int t = 0; t < count; t++) {
                ids[t] = random.ints(random.nextInt(MessageRecord.MAX_IDS + 1)).toArray();
                putTarget(targets, 100 + t, 1 + t % 2, t == 2, ids[t]);
            }

            byte[] record =
                    Objects.requireNonNull(
                            MessageRecord.encode(
                                    topic.getBytes(StandardCharsets.UTF_8),
                                    qos,
                                    retain,
                                    expires,
                                    properties,
                                    Arrays.copyOf(targets.array(), targets.position()),
                                    payload.length,
                                    new MessageRecord.Effects(
                                            flags,
                                            publisher,
                                            packetId,
                                            will,
                                            fired,
                                            due,
                                            traced ? TRACEPARENT : null,
                                            null)));
            System.arraycopy(payload, 0, record, record.length - payload.length, payload.length);
            ByteBuffer buffer = ByteBuffer.allocate(record.length + 5).position(5).put(record);
            read.of(buffer.flip().position(5));

            assertThat(buffer.get(5)).isEqualTo(MessageRecord.KIND);
            assertThat(read.topic()).isEqualTo(topic);
            assertThat(read.qos()).isEqualTo(qos);
            assertThat(read.has(MessageRecord.RETAIN)).isEqualTo(retain);
            assertThat(read.expiresAtMillis()).isEqualTo(expires);
            for (int flag = 1 << 3; flag <= MessageRecord.DELAYED; flag <<= 1) {
                if ((flag & possible) != 0) {
                    assertThat(read.has(flag)).isEqualTo((flags & flag) != 0);
                }
            }
            if (read.has(MessageRecord.FROM)) {
                assertThat(read.publisher()).isEqualTo(publisher);
                assertThat(read.packetId()).isEqualTo(packetId);
            }
            if (read.has(MessageRecord.WILL)) {
                assertThat(read.will()).isEqualTo(will);
            }
            if (read.has(MessageRecord.FIRED)) {
                assertThat(read.fired()).isEqualTo(fired);
            }
            if (read.has(MessageRecord.DELAYED)) {
                assertThat(read.dueMillis()).isEqualTo(due);
            }
            TraceContext context = read.context();
            assertThat(context == null ? null : context.traceparent())
                    .isEqualTo(traced ? TRACEPARENT : null);
            assertThat(context == null ? state : context.traceState()).isEqualTo(state);

            Message message = read.message();
            assertThat(message.topic()).isEqualTo(topic);
            assertThat(message.payload()).isEqualTo(payload);
            assertThat(message.properties()).isEqualTo(properties);
            assertThat(message.qos()).isEqualTo(qos);
            assertThat(message.retain()).isEqualTo(retain);
            assertThat(message.expiresAtMillis()).isEqualTo(expires);
            assertThat(read.size()).isEqualTo((int) message.bytes());

            for (int t = 0; t < count; t++) {
                assertThat(read.nextTarget()).isTrue();
                assertThat(read.targetSession()).isEqualTo(100 + t);
                Delivery delivery = read.delivery(message);
                assertThat(delivery.qos).isEqualTo(1 + t % 2);
                assertThat(delivery.retain).isEqualTo(t == 2);
                assertThat(delivery.subscriptionIds).isEqualTo(ids[t]);
            }
            assertThat(read.nextTarget()).isFalse();
        }
    }

    @Test
    void one_that_is_larger_than_a_record_of_the_journal_is_none() {
        byte[] none = {};
        int most = Journal.MAX_PAYLOAD_BYTES - 3 - 10 - 1;
        byte[] topic = {'t'};
        assertThat(
                        MessageRecord.encode(
                                topic,
                                1,
                                false,
                                Message.NEVER,
                                none,
                                none,
                                most,
                                MessageRecord.Effects.NONE))
                .hasSize(Journal.MAX_PAYLOAD_BYTES);
        assertThat(
                        MessageRecord.encode(
                                topic,
                                1,
                                false,
                                Message.NEVER,
                                none,
                                none,
                                most + 1,
                                MessageRecord.Effects.NONE))
                .isNull();
        assertThat(
                        MessageRecord.encode(
                                topic,
                                1,
                                false,
                                Message.NEVER,
                                none,
                                new byte[Journal.MAX_PAYLOAD_BYTES],
                                0,
                                MessageRecord.Effects.NONE))
                .isNull();
        assertThat(
                        MessageRecord.encode(
                                topic,
                                1,
                                false,
                                Message.NEVER,
                                none,
                                none,
                                Integer.MAX_VALUE,
                                MessageRecord.Effects.NONE))
                .isNull();
    }
}
