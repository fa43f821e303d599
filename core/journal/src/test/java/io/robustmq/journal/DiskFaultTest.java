package io.robustmq.journal;

import static io.robustmq.journal.Shards.failure;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.settings;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DiskFaultTest {
    private static final ShardSettings FSYNC = settings(4 << 20, Durability.FSYNC);

    private final FakeDisk disk = new FakeDisk();

    @Test
    void a_full_disk_fails_the_group_and_all_after_it_and_the_shard_mends_itself()
            throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            on.append(shard, "kept");
            int end = Shards.HEADER_BYTES + Frame.bytes(4, 0);
            disk.fullAfter(10);
            CompletableFuture<Long> lost = shard.append(new byte[2 << 20]);
            on.turn();
            assertThat(failure(lost))
                    .isInstanceOf(JournalFailedException.class)
                    .hasMessageContaining(segment(0).toString())
                    .hasMessageContaining("No space left on device");
            assertThat(shard.failure()).isInstanceOf(JournalFailedException.class);
            assertThat(failure(shard.append(utf8("refused"))))
                    .as("nothing is written behind a hole")
                    .isInstanceOf(JournalFailedException.class);
            assertThat(texts(shard, 0)).as("what is there is readable").containsExactly("kept");
            assertThat(on.events.of(JournalEvent.AppendFailed.class))
                    .containsExactly(
                            new JournalEvent.AppendFailed(
                                    "events",
                                    segment(0).toString(),
                                    end,
                                    new Failure("java.io.IOException", "No space left on device")));
            on.tick();
            assertThat(shard.failure()).as("still full").isNotNull();
            assertThat(shard.measures().isFailed()).isTrue();

            disk.heal();
            on.tick();
            assertThat(shard.failure()).isNull();
            on.append(shard, "after");
            assertThat(texts(shard, 0)).containsExactly("kept", "after");
            assertThat(on.events.of(JournalEvent.Recovered.class))
                    .containsExactly(
                            new JournalEvent.Recovered("events", segment(1).toString(), 2000));
            assertThat(shard.measures().failures()).isEqualTo(1);
            assertThat(shard.measures().isFailed()).isFalse();
        }
        assertReads("kept", "after");
    }

    @Test
    void a_failed_sync_is_not_tried_again_as_if_nothing_had_happened() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            on.append(shard, "kept");
            disk.failNextSync("Input/output error");
            List<CompletableFuture<Long>> appends = new ArrayList<>();
            appends.add(shard.append(utf8("unknown 1")));
            appends.add(shard.append(utf8("unknown 2")));
            on.turn();
            for (CompletableFuture<Long> append : appends) {
                assertThat(failure(append))
                        .isInstanceOf(JournalFailedException.class)
                        .hasRootCauseMessage("Input/output error");
            }
            on.tick();
            on.append(shard, "after");
            assertThat(texts(shard, 0)).containsExactly("kept", "after");
        }
        disk.restart(new SplittableRandom(1));
        assertReads("kept", "after");
    }

    @Test
    void a_disk_that_is_full_at_the_next_segment_fails_the_append() throws Exception {
        String large = "x".repeat(900);
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(1024, Durability.FSYNC));
            on.append(shard, large);
            disk.fullAfter(5);
            CompletableFuture<Long> lost = shard.append(utf8(large));
            on.turn();
            assertThat(failure(lost)).isInstanceOf(JournalFailedException.class);
            assertThat(on.events.of(JournalEvent.SegmentSealed.class)).isEmpty();
            on.tick();
            disk.heal();
            on.tick();
            on.append(shard, "room again");
            assertThat(texts(shard, 0)).containsExactly(large, "room again");
        }
        assertReads(large, "room again");
    }

    @Test
    void a_disk_that_is_nearly_full_does_not_fail_and_recover_in_turns() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            on.append(shard, "kept");
            disk.fullAfter(100_000);
            shard.append(new byte[2 << 20]);
            on.turn();
            for (int room = 100_000; room <= 1_000_000; room += 300_000) {
                disk.fullAfter(room);
                on.tick();
                assertThat(shard.failure()).as(room + " bytes").isNotNull();
            }
            disk.fullAfter(1_100_000);
            on.tick();
            on.append(shard, "a".repeat(60_000), "b".repeat(900_000));
            assertThat(on.events.of(JournalEvent.AppendFailed.class)).hasSize(1);
            assertThat(on.events.of(JournalEvent.Recovered.class)).hasSize(1);
            assertThat(texts(shard, 0)).hasSize(3);
        }
    }

    @Test
    void a_disk_that_only_reads_recovers_when_it_writes_again() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            on.append(shard, "kept");
            disk.breakDown(Shards.DIRECTORY, "Read-only file system");
            CompletableFuture<Long> lost = shard.append(utf8("lost"));
            on.turn();
            assertThat(failure(lost)).hasMessageContaining("Read-only file system");
            for (int second = 0; second < 5; second++) {
                on.tick();
                assertThat(shard.failure()).isNotNull();
            }
            assertThatThrownBy(() -> shard.saveSnapshot(1, out -> out.writeInt(1)))
                    .isInstanceOf(IOException.class);
            disk.heal();
            on.tick();
            on.append(shard, "after");
            shard.saveSnapshot(2, out -> out.writeInt(1));
        }
        assertReads("kept", "after");
    }

    @Test
    void a_shard_that_fails_before_its_first_record_mends_too() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            disk.failNextSync("Input/output error");
            CompletableFuture<Long> lost = shard.append(utf8("lost"));
            on.turn();
            assertThat(lost).isCompletedExceptionally();
            on.tick();
            on.append(shard, "first");
            assertThat(disk.exists(segment(0))).isTrue();
            assertThat(texts(shard, 0)).containsExactly("first");
        }
        disk.restart(new SplittableRandom(1));
        assertReads("first");
    }

    @Test
    void what_was_acknowledged_and_not_synced_is_written_again() throws Exception {
        for (Durability durability : List.of(Durability.INTERVAL, Durability.OS)) {
            FakeDisk fresh = new FakeDisk();
            try (Stepped on = Stepped.opened(fresh)) {
                Shard shard = on.shard(settings(1024, durability));
                on.append(shard, "one", "two", "three");
                fresh.failNextSync("Input/output error");
                if (durability == Durability.OS) {
                    shard.append(utf8("x".repeat(1000))); // syncs what is before the next segment
                }
                on.tick();
                assertThat(on.events.of(JournalEvent.Recovered.class)).hasSize(1);
                on.append(shard, "after");
                assertThat(texts(shard, 0)).containsExactly("one", "two", "three", "after");
            }
            fresh.restart(new SplittableRandom(1));
            try (Opened opened = opened(fresh, new RecordingEvents(), 1 << 20)) {
                assertThat(texts(opened.shard(), 0))
                        .as("after " + durability + " and a power cut")
                        .containsExactly("one", "two", "three", "after");
            }
        }
    }

    @Test
    void a_fault_of_one_shard_is_not_the_others() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard one = on.journal.shard("one", FSYNC);
            Shard other = on.journal.shard("other", FSYNC);
            disk.breakDown(Shards.DIRECTORY.resolve("one"), "Input/output error");
            CompletableFuture<Long> lost = one.append(utf8("lost"));
            CompletableFuture<Long> kept = other.append(utf8("kept"));
            on.turn();
            assertThat(lost).isCompletedExceptionally();
            assertThat(kept).isCompletedWithValue(0L);
            on.append(other, "more");
            assertThat(on.journal.measures().failedShards()).isEqualTo(1);
            assertThat(on.journal.measures().failures()).isEqualTo(1);
            disk.heal();
            on.tick();
            on.append(one, "again");
        }
    }

    @Test
    void a_directory_that_fails_is_not_the_others() throws Exception {
        Path first = Path.of("/disk1");
        Path second = Path.of("/disk2");
        try (Stepped on =
                new Stepped(disk, new SettableClock(Stepped.START), List.of(first, second))) {
            on.journal.open();
            Shard one = on.journal.shard("one", FSYNC);
            on.append(one, "x".repeat(100));
            Shard other = on.journal.shard("other", FSYNC);
            assertThat(disk.exists(first.resolve("one"))).isTrue();
            assertThat(disk.exists(second.resolve("other"))).as("the emptier one").isTrue();
            disk.breakDown(first, "Input/output error");
            CompletableFuture<Long> lost = one.append(utf8("lost"));
            on.turn();
            assertThat(lost).isCompletedExceptionally();
            on.append(other, "kept");
        }
    }

    @Test
    void close_of_a_failed_shard_ends_and_loses_nothing_acknowledged() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            on.append(shard, "kept");
            disk.breakDown(Shards.DIRECTORY, "Input/output error");
            CompletableFuture<Long> lost = shard.append(utf8("lost"));
            on.turn();
            shard.close();
            assertThat(failure(lost)).isInstanceOf(JournalFailedException.class);
            assertThat(failure(shard.append(utf8("late"))))
                    .isInstanceOf(JournalClosedException.class);
        }
        disk.heal();
        assertReads("kept");
    }

    @Test
    void a_listener_that_throws_harms_nobody_else() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(FSYNC);
            shard.afterGroup(() -> {
                throw new IllegalStateException("after");
            });
            shard.append(
                    new Append(utf8("one")) {
                        @Override
                        public void appended(long offset, long epochMillis) {
                            throw new IllegalStateException("appended");
                        }

                        @Override
                        public void failed(IOException why) {}
                    });
            CompletableFuture<Long> next = shard.append(utf8("two"));
            on.turn();
            assertThat(next).isCompletedWithValue(1L);
            assertThat(on.events.of(JournalEvent.ListenerFailed.class))
                    .extracting(event -> event.failure().errorMsg())
                    .containsExactly("appended", "after");
        }
    }

    @Test
    void a_disk_that_fails_during_open_leaves_the_shard_free() throws Exception {
        RecordingEvents events = new RecordingEvents();
        disk.fullAfter(5);
        assertThatThrownBy(() -> opened(disk, events, 1024))
                .isInstanceOf(IOException.class)
                .hasMessage("No space left on device");
        disk.heal();
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(Shards.append(opened.shard(), "first")).isZero();
        }
    }

    @Test
    void with_threads_a_shard_mends_within_seconds() throws Exception {
        RecordingEvents events = new RecordingEvents();
        try (Opened opened = opened(disk, events, 1 << 20)) {
            disk.failNextSync("Input/output error");
            assertThat(failure(opened.shard().append(utf8("lost")))).isNotNull();
            events.await(JournalEvent.Recovered.class);
            assertThat(Shards.append(opened.shard(), "kept")).isZero();
        }
    }

    private void assertReads(String... expected) throws IOException {
        RecordingEvents events = new RecordingEvents();
        try (Opened opened = opened(disk, events, 1 << 20)) {
            assertThat(texts(opened.shard(), 0)).containsExactly(expected);
        }
        assertThat(events.of(JournalEvent.Corrupt.class)).isEmpty();
    }
}
