package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the log says of messages for members of groups, wherever it ends. */
class ShareStateTest {
    private static final String FILTER = "$share/g/t";

    private static byte[] message(
            String payload, int qos, MessageRecord.Effects effects, int member) {
        byte[] filter = FILTER.getBytes(StandardCharsets.UTF_8);
        ByteBuffer target = ByteBuffer.allocate(11 + filter.length);
        target.putInt(member).put((byte) (qos | 31 << 3)).putInt(5);
        target.putShort((short) filter.length).put(filter);
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        byte[] record =
                Objects.requireNonNull(
                        MessageRecord.encode(
                                "t".getBytes(StandardCharsets.UTF_8),
                                qos,
                                false,
                                Message.NEVER,
                                new byte[0],
                                target.array(),
                                bytes.length,
                                effects));
        System.arraycopy(bytes, 0, record, record.length - bytes.length, bytes.length);
        return record;
    }

    static byte[] message(String payload, int qos, int member) {
        return message(payload, qos, MessageRecord.Effects.NONE, member);
    }

    private static byte[] opened(int number, String clientId) {
        return new SessionRecord.Opened(number, clientId, 1000, null).encoded();
    }

    private static byte[] subscribed(int number) {
        SessionRecord.Filter filter = new SessionRecord.Filter(FILTER, 2, false, false, 0);
        return new SessionRecord.Subscribed(number, List.of(filter)).encoded();
    }

    private static byte[] suspended(int number, long sent, long offset) {
        return new SessionRecord.Suspended(
                        number, 1000, new SessionRecord.Place(sent, offset), null, 0)
                .encoded();
    }

    private static byte[] ended(int number) {
        return new SessionRecord.Ended(number).encoded();
    }

    private static byte[] passed(String payload, int from, long number, long offset, int to) {
        return passed(payload, from, new SessionRecord.Place(number, offset), to);
    }

    static byte[] passed(String payload, int from, SessionRecord.Place place, int to) {
        return message(payload, 1, MessageRecord.Effects.passed(from, place, null), to);
    }

    private static byte[] done(int session, long below, long offset) {
        return new SessionRecord.Done(session, new SessionRecord.Place(below, offset), List.of())
                .encoded();
    }

    private static BrokerState fold(byte[]... records) throws IOException {
        BrokerState state = new BrokerState();
        for (byte[] record : records) {
            state.apply(state.next(), 1000, ByteBuffer.wrap(record));
            state = again(state);
        }
        return state;
    }

    /** As the next process reads it from a snapshot. */
    private static BrokerState again(BrokerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.write(new DataOutputStream(bytes));
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        BrokerState read = BrokerState.read(state.next(), in);
        assertThat(in.available()).isZero();
        return read;
    }

    /** Offsets of what is not done. */
    private static List<Long> offsets(@Nullable StoredSession session) {
        List<Long> offsets = new ArrayList<>();
        if (session != null) {
            for (long each = session.refs.base(); each < session.refs.next(); each++) {
                if (session.refs.state(each) == Refs.State.WAITING) {
                    offsets.add(session.refs.offset(each));
                }
            }
        }
        return offsets;
    }

    @Test
    void what_an_ended_session_had_of_its_group_is_kept_until_another_has_it() throws IOException {
        byte[][] all = {
            opened(1, "a"), // 0
            message("x", 1, 1), // 1
            message("y", 1, 1), // 2
            suspended(1, 1, 2), // 3
            ended(1), // 4
            passed("x", 1, 0, 1, 2), // 5, to one that is not there
            done(1, 2, 3) // 6
        };
        BrokerState ended = fold(Arrays.copyOf(all, 5));
        assertThat(ended.sessions).isEmpty();
        assertThat(offsets(ended.left.get(1))).containsExactly(1L, 2L);
        assertThat(Objects.requireNonNull(ended.left.get(1)).sent).isEqualTo(1);
        assertThat(ended.oldestQueued()).isEqualTo(1);

        BrokerState passedOn = fold(Arrays.copyOf(all, 6));
        assertThat(offsets(passedOn.left.get(1))).containsExactly(2L);
        assertThat(offsets(passedOn.left.get(2))).containsExactly(5L);

        BrokerState done = fold(all);
        assertThat(done.left).containsOnlyKeys(2);
        assertThat(done.oldestQueued()).isEqualTo(5);
    }

    @Test
    void a_message_moves_from_one_session_to_another_in_one_record() throws IOException {
        BrokerState state =
                fold(
                        opened(1, "a"),
                        opened(2, "b"),
                        message("x", 1, 1),
                        message("y", 1, 1),
                        passed("y", 1, 1, 3, 2),
                        passed("x", 1, 0, 2, 1));
        assertThat(offsets(state.sessions.get(1))).containsExactly(5L);
        assertThat(offsets(state.sessions.get(2))).containsExactly(4L);
    }

    @Test
    void an_ordinary_message_ends_with_its_session() throws IOException {
        ByteBuffer target = ByteBuffer.allocate(5).putInt(1).put((byte) 1);
        byte[] own =
                Objects.requireNonNull(
                        MessageRecord.encode(
                                new byte[] {'t'},
                                1,
                                false,
                                Message.NEVER,
                                new byte[0],
                                target.array(),
                                0,
                                MessageRecord.Effects.NONE));
        BrokerState state = fold(opened(1, "a"), own, message("x", 1, 1), ended(1), own);
        assertThat(offsets(state.left.get(1))).containsExactly(2L);
    }

    @Test
    void a_snapshot_of_version_2_is_read_as_it_was_meant() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(2);
        out.writeInt(8); // the next session's number
        out.writeInt(1);
        StoredSession session = new StoredSession(7, "a");
        session.write(out);
        byte[] withoutRefs = bytes.toByteArray();
        out = new DataOutputStream(bytes);
        bytes.reset();
        out.write(withoutRefs, 0, withoutRefs.length - 20);
        out.writeLong(40); // the first number
        out.writeLong(101); // behind the last offset
        out.writeInt(2);
        out.writeLong(99 << 2 | 2); // released
        out.writeInt(10);
        out.writeInt(0);
        out.writeLong(100 << 2);
        out.writeInt(10);
        out.writeInt(0);
        out.writeInt(0); // retained
        out.writeInt(0); // delayed
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        BrokerState state = BrokerState.read(200, in);

        Refs refs = Objects.requireNonNull(state.sessions.get(7)).refs;
        assertThat(refs.base()).isEqualTo(40);
        assertThat(refs.offset(40)).isEqualTo(99);
        assertThat(refs.state(40)).isEqualTo(Refs.State.RELEASED);
        assertThat(refs.offset(41)).isEqualTo(100);
        assertThat(refs.state(41)).isEqualTo(Refs.State.WAITING);
        assertThat(state.left).isEmpty();
    }

    @Test
    void a_crash_between_the_end_of_a_session_and_the_passing_on_loses_nothing() throws Exception {
        try (TestBroker broker = TestBroker.open(settings(2))) {
            byte[][] all = {
                opened(101, "a"),
                subscribed(101),
                opened(102, "b"),
                subscribed(102),
                message("sent", 1, 101),
                message("sent twice at most", 2, 101),
                message("waited", 2, 101),
                suspended(101, 2, 6 + first(broker)),
                ended(101),
                message("late", 2, 101),
                suspended(102, 0, 0),
            };
            for (byte[] record : all) {
                append(broker, record);
            }
            broker.crash();
            waitUntil(() -> broker.broker.measures().dropped(DropReason.SESSION_ENDED) == 1);
            try (RawClient b = broker.client()) {
                assertThat(b.connect("b", new Options().keepSession().expiry(1000))).isTrue();
                List<RawClient.Message> got = List.of(b.message(), b.message(), b.message());
                assertThat(got)
                        .extracting(RawClient.Message::payload)
                        .containsExactly("sent", "waited", "late");
                assertThat(got).extracting(RawClient.Message::qos).containsExactly(1, 2, 2);
                assertThat(b.untilPong()).isEmpty();
            }
            broker.crash();
            try (RawClient b = broker.client()) {
                assertThat(b.connect("b", new Options().keepSession().expiry(1000))).isTrue();
                assertThat(b.message().dup()).isTrue();
                assertThat(b.message().dup()).isTrue();
                assertThat(b.message().dup()).isTrue();
                assertThat(b.untilPong()).isEmpty();
            }
        }
    }

    private static long first(TestBroker broker) {
        return broker.log.shard().nextOffset();
    }

    /** From outside, as a broker before this one would have. */
    private static void append(TestBroker broker, byte[] record) throws Exception {
        Loop loop = broker.broker.loops().getFirst();
        long before = broker.log.shard().nextOffset();
        loop.executor()
                .submit(() ->
                        loop.log()
                                .addAtOnce(
                                        new LogEntry(loop, record) {
                                            @Override
                                            void committed() {}

                                            @Override
                                            void refused(IOException why) {}
                                        }))
                .sync();
        waitUntil(() -> broker.log.shard().nextOffset() == before + 1);
    }
}
