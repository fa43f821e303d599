package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OverflowTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    private final EventKinds kinds = new EventKinds(new CategoryLevels(Severity.DEBUG, Map.of()));

    @Test
    void events_of_every_type_come_out_as_they_went_in_and_in_their_order() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        List<Event> samples = Samples.ofEachType();
        Deque<Overflow.Item> expected = new ArrayDeque<>();
        List<Overflow.Item> out = new ArrayList<>();
        try (Overflow overflow = new Overflow(kinds, "node-1", 8L << 20)) {
            for (int step = 0; step < 2000; step++) {
                for (int i = random.nextInt(100); i > 0; i--) {
                    Event event = samples.get(random.nextInt(samples.size()));
                    EventKind kind = kinds.of(event.getClass());
                    Overflow.Item item =
                            new Overflow.Item(
                                    flat(kind, event, random),
                                    random.nextBoolean(),
                                    random.nextBoolean());
                    assertThat(overflow.add(kind.number(), item)).isTrue();
                    expected.add(item);
                }
                drain(overflow, out, random.nextInt(110));
                check(out, expected);
            }
            drain(overflow, out, Integer.MAX_VALUE);
            check(out, expected);
            assertThat(expected).isEmpty();
            assertThat(overflow.isEmpty()).isTrue();
        }
    }

    @Test
    void it_takes_no_more_than_its_bound_and_again_when_there_is_room() {
        EventKind kind = kinds.of(Samples.lifecycle(0).getClass());
        try (Overflow overflow = new Overflow(kinds, "node-1", 2L << 20)) {
            long size = 0;
            while (overflow.add(kind.number(), item(kind, 7))) {
                size++;
            }
            assertThat(overflow.hasRoom()).isFalse();
            assertThat(size).isBetween(20_000L, 60_000L);
            List<Overflow.Item> out = new ArrayList<>();
            drain(overflow, out, (int) size - 1);
            assertThat(overflow.hasRoom()).isTrue();
            assertThat(overflow.add(kind.number(), item(kind, 8))).isTrue();
        }
    }

    @Test
    void one_that_is_larger_than_a_chunk_is_not_taken_and_harms_no_other() {
        EventKind kind = kinds.of(Samples.lifecycle(0).getClass());
        FlatRecord flat = flat(kind, Samples.lifecycle(7), new Random(1));
        FlatRecord huge = FlatRecords.withValues(flat, new Object[] {"x".repeat(2 << 20), 1L});
        List<Overflow.Item> out = new ArrayList<>();
        try (Overflow overflow = new Overflow(kinds, "node-1", 8L << 20)) {
            assertThat(overflow.add(kind.number(), item(kind, 7))).isTrue();
            assertThat(overflow.add(kind.number(), new Overflow.Item(huge, false, false)))
                    .isFalse();
            assertThat(overflow.add(kind.number(), item(kind, 7))).isTrue();
            drain(overflow, out, 10);
        }
        assertThat(out).hasSize(2);
    }

    private static Overflow.Item item(EventKind kind, int number) {
        FlatRecord flat = flat(kind, Samples.lifecycle(number), new Random(number));
        return new Overflow.Item(flat, false, false);
    }

    private static FlatRecord flat(EventKind kind, Event event, Random random) {
        return new FlatRecord(
                FlatRecord.UNSTORED,
                Samples.NOON.plusNanos(random.nextInt()),
                kind.event(),
                event.severity(),
                Service.values()[random.nextInt(3)],
                "node-1",
                random.nextInt(5),
                random.nextBoolean()
                        ? new TraceContext(random.nextLong(), 2, random.nextLong(), true, "")
                        : null,
                kind.read(event, null));
    }

    private static void drain(Overflow overflow, List<Overflow.Item> into, int max) {
        List<ByteBuffer> encoded = new ArrayList<>();
        overflow.drainTo(encoded, max);
        encoded.forEach(each -> into.add(overflow.decoded(each)));
    }

    private static void check(List<Overflow.Item> out, Deque<Overflow.Item> expected) {
        for (Overflow.Item item : out) {
            assertThat(item).usingRecursiveComparison().isEqualTo(expected.remove());
        }
        out.clear();
    }
}
