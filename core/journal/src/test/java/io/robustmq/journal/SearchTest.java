package io.robustmq.journal;

import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.settings;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Search.Order;
import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SearchTest {
    private static final ShardSettings SETTINGS = settings(200_000, Durability.OS);
    private static final int RECORDS = 4000;

    private final FakeDisk disk = new FakeDisk();
    private final RecordingEvents events = new RecordingEvents();

    /** Record i has the keys i % 10, 100 + i % 7, 1000 + i. */
    private void fill() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SETTINGS);
            for (int i = 0; i < RECORDS; i++) {
                shard.append(utf8("r" + i + "x".repeat(i % 500)), i % 10, 100 + i % 7, 1000 + i);
                if (i % 50 == 0) {
                    on.turn();
                }
            }
            on.turn();
        }
    }

    private static List<Long> found(
            Shard shard, long from, long before, Order order, int limit, int[]... keys)
            throws IOException {
        List<Long> found = new ArrayList<>();
        shard.search(
                new Search(from, before, List.of(keys), order),
                (offset, millis, payload) -> {
                    assertThat(Shards.text(payload)).startsWith("r" + offset);
                    found.add(offset);
                    return found.size() < limit;
                });
        return found;
    }

    @Test
    void any_keys_range_order_and_limit_find_what_looking_at_all_finds() throws Exception {
        fill();
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        try (Opened opened = opened(disk, events, SETTINGS)) {
            Shard shard = opened.shard();
            assertThat(shard.measures().segments()).isGreaterThan(5);
            for (int round = 0; round < 300; round++) {
                int from = random.nextInt(RECORDS);
                int before = from + random.nextInt(RECORDS);
                int limit = 1 + random.nextInt(round % 3 == 0 ? 10 : RECORDS);
                int tens = random.nextInt(12);
                int sevens = 100 + random.nextInt(8);
                int which = random.nextInt(4);
                int[][] keys =
                        switch (which) {
                            case 0 -> new int[][] {};
                            case 1 -> new int[][] {{tens}};
                            case 2 -> new int[][] {{tens, tens + 1}, {sevens}};
                            default -> new int[][] {{1000 + from}};
                        };
                List<Long> expected = new ArrayList<>();
                for (long i = from; i < Math.min(before, RECORDS); i++) {
                    boolean wanted =
                            switch (which) {
                                case 0 -> true;
                                case 1 -> i % 10 == tens;
                                case 2 ->
                                        (i % 10 == tens || i % 10 == tens + 1)
                                                && 100 + i % 7 == sevens;
                                default -> i == from;
                            };
                    if (wanted) {
                        expected.add(i);
                    }
                }
                Order order = random.nextBoolean() ? Order.OLDEST_FIRST : Order.NEWEST_FIRST;
                List<Long> ordered = order == Order.OLDEST_FIRST ? expected : expected.reversed();
                assertThat(found(shard, from, before, order, limit, keys))
                        .as("seed " + seed + " round " + round)
                        .isEqualTo(ordered.subList(0, Math.min(limit, ordered.size())));
            }
        }
        assertThat(events.of(JournalEvent.IndexRebuilt.class)).isEmpty();
    }

    @Test
    void one_key_is_found_without_reading_the_keys_of_all() throws Exception {
        fill();
        try (Opened opened = opened(disk, events, SETTINGS)) {
            long before = disk.bytesRead();
            found(opened.shard(), 0, RECORDS, Order.NEWEST_FIRST, 1, new int[] {1000 + 17});
            long data = 2L << SegmentIndex.KEY_BLOCK_SHIFT;
            // of each segment's index its header, where keys are, and a page
            long index = opened.shard().measures().segments() * 6000L;
            assertThat(disk.bytesRead() - before).isLessThan(data + index);
        }
    }

    @Test
    void backwards_a_gap_is_told_between_the_records_around_it() throws Exception {
        fill();
        Path damaged = Shards.segment(0);
        byte[] bytes = disk.bytes(damaged);
        bytes[1000] ^= 1;
        disk.replace(damaged, bytes);
        List<String> told = new ArrayList<>();
        try (Opened opened = opened(disk, events, SETTINGS)) {
            opened.shard()
                    .search(
                            new Search(0, 30, List.of(), Order.NEWEST_FIRST),
                            new RecordReader() {
                                @Override
                                public boolean record(long offset, long millis, ByteBuffer of) {
                                    return told.add("" + offset);
                                }

                                @Override
                                public boolean gap(long from, long to, IOException why) {
                                    return told.add(from + "-" + to);
                                }
                            });
        }
        int gap =
                told.indexOf(told.stream().filter(t -> t.contains("-")).findFirst().orElseThrow());
        String[] ends = told.get(gap).split("-");
        assertThat(told.get(gap - 1)).isEqualTo(ends[1]);
        assertThat(Long.parseLong(told.get(gap + 1))).isEqualTo(Long.parseLong(ends[0]) - 1);
        assertThat(told.getFirst()).isEqualTo("29");
        assertThat(told.getLast()).isEqualTo("0");
    }

    @Test
    void an_index_of_the_version_before_is_made_again() throws Exception {
        fill();
        Path index = Shards.file(0, Names.INDEX);
        byte[] whole = disk.bytes(index);
        byte[] older = whole.clone();
        older[5] = 2;
        CRC32C crc = new CRC32C();
        crc.update(older, 0, 60);
        ByteBuffer.wrap(older).putInt(60, (int) crc.getValue());
        disk.replace(index, older);
        try (Opened opened = opened(disk, events, SETTINGS)) {
            assertThat(found(opened.shard(), 0, RECORDS, Order.OLDEST_FIRST, 9, new int[] {1003}))
                    .containsExactly(3L);
        }
        assertThat(events.of(JournalEvent.IndexRebuilt.class))
                .singleElement()
                .satisfies(event -> assertThat(event.detail()).contains("version 3"));
        assertThat(disk.bytes(index)).isEqualTo(whole);
    }
}
