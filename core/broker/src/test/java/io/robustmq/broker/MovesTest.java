package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MovesTest {
    private static final int PAYLOAD = 1000;

    private final BrokerState state = new BrokerState();

    private void add(String topic, int payload, MessageRecord.Effects effects, byte... targets)
            throws Exception {
        byte[] utf8 = topic.getBytes(StandardCharsets.UTF_8);
        byte[] record =
                MessageRecord.encode(
                        utf8, 1, true, Message.NEVER, new byte[0], targets, payload, effects);
        state.apply(state.next(), 0, ByteBuffer.wrap(record));
    }

    private void retained(String topic) throws Exception {
        add(topic, PAYLOAD, MessageRecord.Effects.of(MessageRecord.STORE, null));
    }

    private void delayed(long due) throws Exception {
        add("d", PAYLOAD, MessageRecord.Effects.NONE.due(due));
    }

    @Test
    void the_oldest_go_first_and_no_more_than_half_of_what_comes_between_snapshots()
            throws Exception {
        for (int i = 0; i < 10; i++) {
            retained("r" + i);
            delayed(100 - i);
        }
        Moves moves = Moves.of(state, 1 << 20, 10 * PAYLOAD);
        assertThat(moves.retained().keySet()).startsWith("r0", "r1");
        assertThat(moves.delayed().keySet()).startsWith(1L, 3L);
        assertThat(moves.delayed()).containsEntry(1L, 100L);
        assertThat(moves.retained()).containsEntry("r1", 2L);
        assertThat(moves.retained().size() + moves.delayed().size()).isBetween(4, 5);
    }

    @Test
    void nothing_goes_as_long_as_half_of_the_log_is_of_use() throws Exception {
        for (int i = 0; i < 10; i++) {
            retained("r" + i);
        }
        long useful = 10 * (PAYLOAD + 2 + 100);
        long snapshot = 5000;
        assertThat(Moves.of(state, useful + 2 * snapshot, snapshot).retained()).isEmpty();
        assertThat(Moves.of(state, 2 * (useful + snapshot), snapshot).retained()).isNotEmpty();
    }

    @Test
    void what_is_behind_a_message_that_waits_stays_as_its_segment_must() throws Exception {
        retained("r0");
        retained("r1");
        state.apply(
                state.next(),
                0,
                ByteBuffer.wrap(new SessionRecord.Opened(1, "c", 100, null).encoded()));
        add("t", 10, MessageRecord.Effects.NONE, (byte) 0, (byte) 0, (byte) 0, (byte) 1, (byte) 1);
        retained("r2");
        delayed(7);
        Moves moves = Moves.of(state, 1 << 30, 1 << 20);
        assertThat(moves.retained()).containsOnlyKeys("r0", "r1");
        assertThat(moves.delayed()).isEmpty();
        assertThat(Moves.oldestNeeded(state)).isZero();
    }

    @Test
    void small_messages_count_as_what_they_take_in_the_log() throws Exception {
        for (int i = 0; i < 1000; i++) {
            add("r" + i, 1, MessageRecord.Effects.of(MessageRecord.STORE, null));
        }
        // a log that holds nothing else: frames of the journal and all
        long logBytes = 1000 * (1 + 5 + 3 + 10 + 33);
        long snapshot = 10_000;
        assertThat(Moves.of(state, logBytes + snapshot, snapshot).retained())
                .as("there is nothing to gain")
                .isEmpty();
        Moves moves = Moves.of(state, 4 * logBytes, snapshot);
        assertThat(moves.retained().size() * logBytes / 1000).isBetween(1L, snapshot);
    }

    @Test
    void without_anything_kept_the_whole_log_is_free() throws Exception {
        assertThat(Moves.oldestNeeded(state)).isZero();
        add("t", 1, MessageRecord.Effects.NONE);
        assertThat(Moves.oldestNeeded(state)).isEqualTo(1);
        retained("a");
        retained("a");
        assertThat(Moves.oldestNeeded(state)).isEqualTo(2);
        delayed(5);
        add("a", 0, MessageRecord.Effects.of(MessageRecord.CLEAR, null));
        assertThat(Moves.oldestNeeded(state)).isEqualTo(3);
        add("d", 1, MessageRecord.Effects.fired(3));
        assertThat(Moves.oldestNeeded(state)).isEqualTo(state.next());
    }
}
