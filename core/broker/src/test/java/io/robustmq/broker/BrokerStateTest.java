package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.protocol.Connect;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BrokerStateTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final Connect.Will WILL =
            new Connect.Will("w", new byte[] {1}, 1, false, 10, -1, new byte[0]);

    private static byte[] message(
            String topic, int payload, long expires, MessageRecord.Effects effects, int... to) {
        ByteBuffer targets = ByteBuffer.allocate(5 * to.length);
        for (int session : to) {
            targets.putInt(session).put((byte) 1);
        }
        byte[] utf8 = topic.getBytes(StandardCharsets.UTF_8);
        return Objects.requireNonNull(
                MessageRecord.encode(
                        utf8, 1, false, expires, new byte[0], targets.array(), payload, effects));
    }

    private static byte[] message(int... to) {
        return message("t", 5, Message.NEVER, MessageRecord.Effects.NONE, to);
    }

    private static byte[] opened(int number, String client) {
        return new SessionRecord.Opened(number, client, 100, null).encoded();
    }

    private static BrokerState fold(byte[]... records) throws IOException {
        BrokerState state = new BrokerState();
        for (byte[] record : records) {
            state.apply(state.next(), 1000 + state.next(), ByteBuffer.wrap(record));
        }
        return state;
    }

    private static SessionRecord.Place at(long number, long offset) {
        return new SessionRecord.Place(number, offset);
    }

    private static SessionRecord.Place any(Random random, int below) {
        int number = random.nextInt(below);
        return at(number, 5L * number);
    }

    private static byte[] written(BrokerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static BrokerState again(BrokerState state) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(written(state)));
        BrokerState read = BrokerState.read(state.next(), in);
        assertThat(in.available()).isZero();
        return read;
    }

    @Test
    void records_about_sessions_that_are_not_there_mean_nothing() throws IOException {
        BrokerState state =
                fold(
                        message(1, 2),
                        new SessionRecord.Connected(1, 100, WILL).encoded(),
                        new SessionRecord.Suspended(1, 100, at(5, 9), null, 0).encoded(),
                        new SessionRecord.Subscribed(
                                        1,
                                        List.of(new SessionRecord.Filter("f", 1, false, false, 0)))
                                .encoded(),
                        new SessionRecord.Unsubscribed(1, List.of("f")).encoded(),
                        new SessionRecord.Done(1, at(7, 9), List.of(at(9, 12))).encoded(),
                        new SessionRecord.Received(1, at(3, 4)).encoded(),
                        new SessionRecord.Released(1, 3).encoded(),
                        SessionRecord.NOTHING.encoded());
        assertThat(state.sessions).isEmpty();
        assertThat(state.oldestQueued()).isEqualTo(state.next());
        assertThat(state.nextNumber()).isEqualTo(1);
    }

    @Test
    void of_two_sessions_of_a_client_the_one_that_was_used_counts() throws IOException {
        BrokerState state = fold(opened(1, "c"), message(1), opened(2, "c"), opened(3, "d"));
        assertThat(state.perClient()).extracting(each -> each.number).containsOnly(1, 3);
        assertThat(again(state).perClient()).extracting(each -> each.number).containsOnly(1, 3);
        apply(state, new SessionRecord.Ended(1));
        assertThat(state.perClient()).extracting(each -> each.number).containsOnly(2, 3);
        apply(state, new SessionRecord.Ended(2));
        assertThat(state.sessions).containsOnlyKeys(3);
        assertThat(state.nextNumber()).as("no number is given twice").isEqualTo(4);
        assertThat(again(state).nextNumber()).isEqualTo(4);
    }

    @Test
    void of_two_that_were_never_used_the_later_counts() throws IOException {
        BrokerState state = fold(opened(1, "c"), opened(2, "c"));
        assertThat(state.perClient()).extracting(each -> each.number).containsOnly(2);
    }

    private static void apply(BrokerState state, SessionRecord record) throws IOException {
        state.apply(state.next(), 1000 + state.next(), ByteBuffer.wrap(record.encoded()));
    }

    @Test
    void what_a_damaged_log_says_of_messages_that_it_has_not_means_nothing() throws IOException {
        BrokerState state =
                fold(
                        opened(1, "c"),
                        new SessionRecord.Received(1, at(0, 0)).encoded(),
                        message(1),
                        new SessionRecord.Received(1, at(0, 1)).encoded(),
                        new SessionRecord.Done(1, at(0, 1), List.of(at(0, 1), at(1, 3))).encoded());
        Refs refs = Objects.requireNonNull(state.sessions.get(1)).refs;
        assertThat(refs.base()).isZero();
        assertThat(refs.span()).isEqualTo(1);
        assertThat(refs.state(0)).isEqualTo(Refs.State.WAITING);
    }

    /** A history without damage, and the same with messages that cannot be read. */
    @Test
    void of_a_log_with_damaged_messages_only_those_are_lost() throws IOException {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 500; i++) {
            BrokerState whole = fold(opened(1, "c"));
            BrokerState damaged = fold(opened(1, "c"));
            Set<Long> lost = new HashSet<>();
            Refs refs = Objects.requireNonNull(whole.sessions.get(1)).refs;
            for (int n = 0; n < 100; n++) {
                byte[] record = next(random, refs);
                boolean isLost = record[0] == MessageRecord.KIND && random.nextInt(5) == 0;
                if (isLost) {
                    lost.add(whole.next());
                    damaged.skipTo(whole.next() + 1);
                } else {
                    damaged.apply(whole.next(), 1000, ByteBuffer.wrap(record));
                }
                whole.apply(whole.next(), 1000, ByteBuffer.wrap(record));
            }
            // says where both are
            byte[] done = new SessionRecord.Done(1, refs.place(refs.base()), List.of()).encoded();
            damaged.apply(whole.next(), 1000, ByteBuffer.wrap(done));
            whole.apply(whole.next(), 1000, ByteBuffer.wrap(done));
            assertThat(left(damaged))
                    .as("seed " + SEED)
                    .isEqualTo(
                            left(whole).stream()
                                    .filter(each -> !lost.contains(Math.abs(each)))
                                    .toList());
            assertThat(left(again(damaged))).isEqualTo(left(damaged));
        }
    }

    /** A message, or what a client with some of them answers. */
    private static byte[] next(Random random, Refs refs) {
        if (refs.span() == 0 || random.nextBoolean()) {
            return message(1);
        }
        long any = refs.base() + random.nextInt(refs.span());
        return switch (random.nextInt(3)) {
            case 0 ->
                    new SessionRecord.Done(1, refs.place(refs.base()), List.of(refs.place(any)))
                            .encoded();
            case 1 ->
                    new SessionRecord.Done(1, refs.place(any), List.of(refs.place(any))).encoded();
            default -> new SessionRecord.Received(1, refs.place(any)).encoded();
        };
    }

    /** Offsets of what is not done; what was received is negative. */
    private static List<Long> left(BrokerState state) {
        Refs refs = Objects.requireNonNull(state.sessions.get(1)).refs;
        List<Long> left = new ArrayList<>();
        for (long each = refs.base(); each < refs.next(); each++) {
            switch (refs.state(each)) {
                case WAITING -> left.add(refs.offset(each));
                case RELEASED -> left.add(-refs.offset(each));
                case RECEIVING, DONE, PASSING -> {}
            }
        }
        return left;
    }

    @Test
    void what_comes_behind_damage_has_its_number_again_when_the_log_tells_it() throws IOException {
        BrokerState state = fold(opened(1, "c"), message(1), message(1));
        Refs refs = Objects.requireNonNull(state.sessions.get(1)).refs;
        state.skipTo(5); // offsets 3 and 4, numbers 2 and 3
        state.apply(5, 1000, ByteBuffer.wrap(message(1)));
        assertThat(refs.offset(2)).isEqualTo(5);
        apply(state, new SessionRecord.Received(1, at(4, 5)));
        assertThat(refs.next()).isEqualTo(5);
        assertThat(refs.state(0)).isEqualTo(Refs.State.WAITING);
        assertThat(refs.state(2)).isEqualTo(Refs.State.DONE);
        assertThat(refs.state(3)).isEqualTo(Refs.State.DONE);
        assertThat(refs.state(4)).isEqualTo(Refs.State.RELEASED);
        assertThat(refs.offset(4)).isEqualTo(5);
    }

    @Test
    void a_snapshot_of_another_version_is_refused() {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(new byte[] {0, 0, 0, 9}));
        assertThatThrownBy(() -> BrokerState.read(0, in))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("9");
    }

    @Test
    void a_snapshot_anywhere_and_the_records_behind_it_come_to_the_same() throws IOException {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 150; i++) {
            List<byte[]> records = history(random, 150);
            BrokerState all = fold(records.toArray(new byte[0][]));
            int cut = random.nextInt(records.size() + 1);
            BrokerState part = again(fold(records.subList(0, cut).toArray(new byte[0][])));
            for (byte[] record : records.subList(cut, records.size())) {
                part.apply(part.next(), 1000 + part.next(), ByteBuffer.wrap(record));
                if (random.nextInt(20) == 0) {
                    part = again(part);
                }
            }
            assertThat(parts(part)).as("seed " + SEED).isEqualTo(parts(all));
            assertThat(part.next()).isEqualTo(all.next());
        }
    }

    /** What a snapshot consists of, but for the order that a hash map has. */
    private static List<String> parts(BrokerState state) throws IOException {
        List<String> parts = new ArrayList<>();
        List<StoredSession> all = new ArrayList<>(state.sessions.values());
        all.addAll(state.left.values());
        for (StoredSession session : all) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            session.write(new DataOutputStream(bytes));
            parts.add(Arrays.toString(bytes.toByteArray()));
        }
        state.retained.forEach((topic, each) -> parts.add(topic + each));
        state.delayed.forEach((offset, each) -> parts.add(offset + "" + each));
        parts.add("next number " + state.nextNumber() + ", bytes " + written(state).length);
        parts.sort(null);
        return parts;
    }

    /** Anything that may be in a log, with sessions that are there and some that are not. */
    private static List<byte[]> history(Random random, int length) {
        List<byte[]> records = new ArrayList<>();
        TreeSet<Long> delayed = new TreeSet<>();
        int opened = 0;
        while (records.size() < length) {
            int some = 1 + random.nextInt(opened + 2);
            long offset = records.size();
            records.add(
                    switch (random.nextInt(17)) {
                        case 0 -> opened(++opened, "c" + random.nextInt(6));
                        case 1 ->
                                new SessionRecord.Connected(
                                                some,
                                                random.nextInt(1000),
                                                random.nextBoolean() ? WILL : null)
                                        .encoded();
                        case 2 ->
                                new SessionRecord.Suspended(
                                                some,
                                                random.nextInt(1000),
                                                any(random, 9),
                                                random.nextBoolean() ? WILL : null,
                                                random.nextInt(9999))
                                        .encoded();
                        case 3 ->
                                random.nextInt(3) == 0
                                        ? new SessionRecord.Ended(some).encoded()
                                        : message(some);
                        case 4 ->
                                new SessionRecord.Subscribed(
                                                some,
                                                List.of(
                                                        new SessionRecord.Filter(
                                                                "f" + random.nextInt(5),
                                                                random.nextInt(3),
                                                                random.nextBoolean(),
                                                                random.nextBoolean(),
                                                                random.nextInt(9))))
                                        .encoded();
                        case 5 ->
                                new SessionRecord.Unsubscribed(
                                                some, List.of("f" + random.nextInt(5)))
                                        .encoded();
                        case 6 ->
                                new SessionRecord.Done(
                                                some, any(random, 6), List.of(any(random, 30)))
                                        .encoded();
                        case 7 -> new SessionRecord.Received(some, any(random, 30)).encoded();
                        case 8 -> new SessionRecord.Released(some, 1 + random.nextInt(5)).encoded();
                        case 9 ->
                                message(
                                        "r" + random.nextInt(5),
                                        random.nextInt(9),
                                        random.nextBoolean() ? Message.NEVER : random.nextInt(9999),
                                        MessageRecord.Effects.of(
                                                random.nextBoolean()
                                                        ? MessageRecord.STORE
                                                        : MessageRecord.CLEAR,
                                                null),
                                        some);
                        case 10 -> {
                            delayed.add(offset);
                            yield message(
                                    "d",
                                    random.nextInt(9),
                                    Message.NEVER,
                                    MessageRecord.Effects.NONE.due(random.nextInt(9999)));
                        }
                        case 11 -> {
                            Long fired = delayed.pollFirst();
                            yield message(
                                    "d",
                                    0,
                                    Message.NEVER,
                                    MessageRecord.Effects.fired(fired == null ? -1 : fired),
                                    some);
                        }
                        case 13, 14 -> ShareStateTest.message("x", 1, some);
                        case 15 ->
                                ShareStateTest.passed(
                                        "x", some, any(random, 9), 1 + random.nextInt(opened + 1));
                        case 12 ->
                                message(
                                        "w",
                                        0,
                                        Message.NEVER,
                                        MessageRecord.Effects.willOf(some),
                                        1 + random.nextInt(opened + 1));
                        default ->
                                message(
                                        "q",
                                        3,
                                        random.nextBoolean() ? Message.NEVER : random.nextInt(9999),
                                        new MessageRecord.Effects(
                                                MessageRecord.FROM,
                                                some,
                                                1 + random.nextInt(5),
                                                0,
                                                -1,
                                                -1,
                                                null,
                                                null),
                                        1 + random.nextInt(opened + 1));
                    });
        }
        return records;
    }
}
