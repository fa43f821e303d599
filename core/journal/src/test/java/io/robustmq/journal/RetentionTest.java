package io.robustmq.journal;

import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetentionTest {
    /** Three of it fill a segment of 1024 bytes. */
    private static final String TEXT = "x".repeat(290);

    private final FakeDisk disk = new FakeDisk();

    private static ShardSettings settings(Retention retention) {
        return new ShardSettings(1024, Duration.ZERO, Durability.FSYNC, retention);
    }

    private static void fill(Stepped on, Shard shard, int records) {
        for (int i = 0; i < records; i++) {
            on.append(shard, TEXT);
        }
    }

    @Test
    void segments_wholly_below_the_trim_go_at_once() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(Retention.TRIMMED));
            fill(on, shard, 10);
            shard.trim(5);
            on.turn();
            assertThat(shard.firstOffset()).as("offset 5 is in the second segment").isEqualTo(3);
            shard.trim(6);
            shard.trim(2); // it only grows
            on.turn();
            assertThat(shard.firstOffset()).isEqualTo(6);
            shard.trim(10);
            on.turn();
            assertThat(shard.firstOffset()).as("the segment being written stays").isEqualTo(9);
            assertThat(Read.all(shard).offsets()).containsExactly(9L);
            assertThat(disk.exists(segment(0))).isFalse();
            assertThat(disk.exists(Shards.file(0, Names.INDEX))).isFalse();
            assertThat(on.events.of(JournalEvent.SegmentDeleted.class))
                    .containsExactly(
                            new JournalEvent.SegmentDeleted(
                                    "events", segment(0).toString(), "trimmed", 2),
                            new JournalEvent.SegmentDeleted(
                                    "events", segment(3).toString(), "trimmed", 5),
                            new JournalEvent.SegmentDeleted(
                                    "events", segment(6).toString(), "trimmed", 8));
            assertThat(shard.measures().trimmedRecords()).isEqualTo(9);
            assertThat(shard.measures().segments()).isEqualTo(1);
            assertThat(shard.sizeBytes()).isEqualTo(Shards.HEADER_BYTES + Frame.bytes(290, 0));
        }
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(Retention.TRIMMED));
            assertThat(shard.firstOffset()).isEqualTo(9);
            assertThat(shard.nextOffset()).isEqualTo(10);
        }
    }

    @Test
    void without_trimmed_they_stay_until_a_limit_takes_them() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(new Retention(3000, Duration.ZERO, false)));
            fill(on, shard, 6);
            shard.trim(6);
            on.turn();
            assertThat(shard.firstOffset()).isZero();
            fill(on, shard, 4);
            assertThat(shard.firstOffset()).isEqualTo(3);
            assertThat(shard.sizeBytes()).isLessThanOrEqualTo(3000);
            assertThat(on.events.of(JournalEvent.SegmentDeleted.class))
                    .extracting(JournalEvent.SegmentDeleted::reason)
                    .containsExactly("size");
            assertThat(on.events.of(JournalEvent.RetentionOverrun.class)).isEmpty();
        }
    }

    @Test
    void a_limit_takes_what_is_needed_and_says_so() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(new Retention(0, Duration.ofHours(1), true)));
            fill(on, shard, 4);
            shard.trim(1);
            Tail tail = shard.tail(1);
            on.clock.advance(Duration.ofMinutes(61));
            on.turn();
            assertThat(shard.firstOffset()).isEqualTo(3);
            assertThat(on.events.of(JournalEvent.RetentionOverrun.class))
                    .containsExactly(new JournalEvent.RetentionOverrun("events", 1, 2, "age"));
            assertThat(shard.measures().overrunRecords()).isEqualTo(2);
            assertThat(shard.measures().trimmedRecords()).isEqualTo(1);

            Read read = new Read();
            tail.read(read);
            assertThat(read.gaps()).as("the tail is told").containsExactly("1-3");
            assertThat(read.offsets()).containsExactly(3L);
            Read each = new Read();
            shard.readEach(new long[] {1, 2, 3}, 0, 3, each);
            assertThat(each.gaps()).containsExactly("1-2", "2-3");
            assertThat(each.offsets()).containsExactly(3L);
        }
    }

    @Test
    void a_segment_is_sealed_by_age() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard =
                    on.shard(
                            new ShardSettings(
                                    1 << 20,
                                    Duration.ofMinutes(10),
                                    Durability.FSYNC,
                                    Retention.FOREVER));
            on.clock.advance(Duration.ofMinutes(20));
            on.tick();
            assertThat(shard.measures().segments()).as("an empty one is not").isEqualTo(1);
            on.append(shard, "a");
            on.clock.advance(Duration.ofMinutes(9));
            on.tick();
            assertThat(shard.measures().segments()).isEqualTo(1);
            on.clock.advance(Duration.ofMinutes(1));
            on.tick();
            assertThat(shard.measures().segments()).isEqualTo(2);
            on.append(shard, "b");
            assertThat(Read.all(shard).texts()).containsExactly("a", "b");
        }
    }

    @Test
    void a_full_disk_is_no_obstacle_to_deletion() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(Retention.TRIMMED));
            fill(on, shard, 9);
            disk.fullAfter(0);
            shard.append(utf8(TEXT));
            on.turn();
            assertThat(shard.failure()).isNotNull();
            shard.trim(9);
            on.turn();
            assertThat(shard.firstOffset()).isEqualTo(6);
        }
    }

    @Test
    void a_disk_that_refuses_to_delete_is_asked_again() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(Retention.TRIMMED));
            fill(on, shard, 7);
            disk.breakDown(segment(0), "Operation not permitted");
            shard.trim(7);
            on.turn();
            assertThat(shard.firstOffset()).as("no hole").isZero();
            assertThat(Read.all(shard).offsets()).hasSize(7);
            disk.heal();
            on.tick();
            assertThat(shard.firstOffset()).isEqualTo(6);
        }
    }

    @Test
    void a_crash_while_segments_are_deleted_leaves_a_later_beginning_and_no_hole()
            throws Exception {
        for (int changes = 1; changes < 12; changes++) {
            for (int seed = 0; seed < 8; seed++) {
                FakeDisk fresh = new FakeDisk();
                Stepped on = Stepped.opened(fresh);
                Shard shard = on.shard(settings(Retention.TRIMMED));
                fill(on, shard, 10);
                shard.trim(10);
                fresh.cutPowerAfter(changes);
                on.turn();
                fresh.restart(new SplittableRandom(seed));
                assertOneBeginning(fresh);
            }
        }
    }

    private static void assertOneBeginning(FakeDisk disk) throws IOException {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(Retention.TRIMMED));
            Read read = Read.all(shard);
            assertThat(read.gaps()).isEmpty();
            assertThat(read.offsets()).endsWith(9L);
            assertThat(List.of(0L, 3L, 6L, 9L)).contains(shard.firstOffset());
            assertThat(on.events.of(JournalEvent.Corrupt.class)).isEmpty();
        }
    }
}
