package io.robustmq.journal;

import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.settings;
import static io.robustmq.journal.Shards.text;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShardTest {
    private static final ShardSettings SMALL = settings(8192, Durability.FSYNC);

    private final FakeDisk disk = new FakeDisk();
    private final RecordingEvents events = new RecordingEvents();

    /** An append that notes what it is told. */
    private static final class Noted extends Append {
        private final List<String> notes;

        Noted(List<String> notes, String text) {
            super(utf8(text));
            this.notes = notes;
        }

        @Override
        public void appended(long offset, long epochMillis) {
            notes.add(offset + "=" + text(ByteBuffer.wrap(payload())));
        }

        @Override
        public void failed(IOException why) {
            notes.add(why.getClass().getSimpleName());
        }
    }

    @Test
    void a_list_is_appended_in_its_order_and_told_before_its_group_is() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SMALL);
            List<String> notes = new ArrayList<>();
            shard.afterGroup(() -> notes.add("group"));
            shard.append(new Noted(notes, "a"));
            shard.append(List.of(new Noted(notes, "b"), new Noted(notes, "c")));
            assertThat(notes).isEmpty();
            on.turn();
            assertThat(notes).containsExactly("0=a", "1=b", "2=c", "group");
            shard.close();
            shard.append(List.of(new Noted(notes, "d")));
            assertThat(notes).endsWith("JournalClosedException");
        }
    }

    @Test
    void more_keys_than_a_frame_holds_are_a_callers_mistake() {
        assertThatThrownBy(() -> new FutureAppend(new byte[0], 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 8 keys, was 9");
    }

    @Test
    void records_are_found_by_key_over_many_segments_and_after_a_restart() throws Exception {
        List<Long> expected = new ArrayList<>();
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SMALL);
            for (int i = 0; i < 2000; i++) {
                if (i % 37 == 5) {
                    expected.add((long) i);
                    shard.append(utf8("r" + i + "x".repeat(i % 50)), i, 42, -7);
                } else {
                    shard.append(utf8("r" + i + "x".repeat(i % 50)), i);
                }
                if (i % 10 == 0) {
                    on.turn();
                }
            }
            on.turn();
            assertThat(offsetsOf(shard, 0, 42)).isEqualTo(expected);
            assertThat(shard.measures().segments()).isGreaterThan(10);
        }
        try (Opened opened = opened(disk, events, SMALL)) {
            Shard shard = opened.shard();
            assertThat(offsetsOf(shard, 0, 42)).isEqualTo(expected);
            assertThat(offsetsOf(shard, 1000, -7))
                    .isEqualTo(expected.stream().filter(offset -> offset >= 1000).toList());
            assertThat(offsetsOf(shard, 0, 1234)).containsExactly(1234L);
            assertThat(offsetsOf(shard, 0, 999_999)).isEmpty();
        }
    }

    private static List<Long> offsetsOf(Shard shard, long from, int key) throws IOException {
        List<Long> found = new ArrayList<>();
        shard.readKey(
                from,
                key,
                (offset, millis, payload) -> {
                    assertThat(text(payload)).startsWith("r" + offset);
                    return found.add(offset);
                });
        return found;
    }

    @Test
    void single_records_near_each_other_share_a_read() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(settings(1 << 20, Durability.FSYNC));
            for (int i = 0; i < 1000; i++) {
                shard.append(utf8("r" + i + "x".repeat(500)));
            }
            on.turn();
            long before = disk.bytesRead();
            int openings = disk.openings();
            Read read = new Read();
            long[] wanted = {-1, 10, 11, 12, 20, 990, 5000};
            shard.readEach(wanted, 1, 7, read);
            assertThat(read.offsets()).containsExactly(10L, 11L, 12L, 20L, 990L);
            assertThat(read.gaps()).isEmpty();
            assertThat(disk.bytesRead() - before).isLessThan(64 << 10);
            shard.readEach(wanted, 1, 7, new Read());
            assertThat(disk.openings() - openings).as("the file stays open").isEqualTo(1);
        }
    }

    @Test
    void a_time_is_found_also_after_a_clock_was_set_back() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SMALL);
            for (int i = 0; i < 400; i++) {
                shard.append(utf8("x".repeat(90)));
                on.turn();
                on.clock.advance(Duration.ofMillis(i == 200 ? -50_000 : 1000));
            }
            assertThat(shard.offsetAt(Instant.EPOCH)).isZero();
            assertThat(shard.offsetAt(Stepped.START.plusSeconds(7))).isEqualTo(7);
            assertThat(shard.offsetAt(Stepped.START.plusMillis(99_001))).isEqualTo(100);
            assertThat(shard.offsetAt(Stepped.START.plusSeconds(200))).isEqualTo(200);
            assertThat(shard.offsetAt(Stepped.START.plusSeconds(201))).isEqualTo(252);
            assertThat(shard.offsetAt(Stepped.START.plusSeconds(900))).isEqualTo(400);
        }
    }

    @Test
    void a_tail_waits_for_records_and_ends_when_it_is_closed() throws Exception {
        try (Opened opened = opened(disk, events, SMALL)) {
            Shard shard = opened.shard();
            append(shard, "before");
            LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
            CompletableFuture<String> ended = new CompletableFuture<>();
            Tail tail = shard.tail(0);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            while (tail.read(
                                    (offset, millis, payload) -> seen.add(text(payload)))) {}
                            ended.complete("closed");
                        } catch (IOException e) {
                            ended.completeExceptionally(e);
                        }
                    });
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("before");
            for (int i = 0; i < 100; i++) {
                append(shard, "r" + i);
                assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("r" + i);
            }
            tail.close();
            assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo("closed");
        }
    }

    @Test
    void a_tail_ends_with_its_shard() throws Exception {
        Opened opened = opened(disk, events, SMALL);
        Tail tail = opened.shard().tail(0);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread waits =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                ended.complete(tail.read((offset, millis, payload) -> true));
                            } catch (IOException e) {
                                ended.completeExceptionally(e);
                            }
                        });
        Await.untilTrue(
                "the tail waits",
                Duration.ofSeconds(10),
                () -> waits.getState() == Thread.State.WAITING);
        opened.close();
        assertThat(ended.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void a_tail_that_has_enough_goes_on_where_it_stopped() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SMALL);
            on.append(shard, "a", "b", "c");
            List<Long> seen = new ArrayList<>();
            try (Tail tail = shard.tail(1)) {
                assertThat(tail.read((offset, millis, payload) -> !seen.add(offset))).isTrue();
                assertThat(seen).containsExactly(1L);
                assertThat(tail.read((offset, millis, payload) -> seen.add(offset))).isTrue();
                assertThat(seen).containsExactly(1L, 2L);
            }
        }
    }

    @Test
    void a_reader_that_is_interrupted_disturbs_no_other() throws Exception {
        try (Opened opened = opened(disk, events, SMALL)) {
            Shard shard = opened.shard();
            append(shard, "a");
            Thread.currentThread().interrupt();
            try (Tail tail = shard.tail(1)) {
                assertThatThrownBy(() -> tail.read((offset, millis, payload) -> true))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("interrupted");
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(texts(shard, 0)).containsExactly("a");
        }
    }

    @Test
    void the_newest_two_snapshots_are_kept_and_a_damaged_one_is_passed_over() throws Exception {
        try (Opened opened = opened(disk, events, SMALL)) {
            Shard shard = opened.shard();
            assertThat(shard.<String>restore((offset, in) -> in.readUTF())).isNull();
            for (int i = 0; i < 4; i++) {
                append(shard, "r" + i);
                String state = "state " + i;
                shard.saveSnapshot(i + 1, out -> out.writeUTF(state));
            }
            assertThat(disk.exists(Shards.file(2, Names.SNAPSHOT))).isFalse();
            assertThat(disk.exists(Shards.file(3, Names.SNAPSHOT))).isTrue();
            assertThat(restored(shard)).isEqualTo("4: state 3");
        }
        Path newest = Shards.file(4, Names.SNAPSHOT);
        byte[] whole = disk.bytes(newest);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 16;
            disk.replace(newest, damaged);
            RecordingEvents seen = new RecordingEvents();
            try (Opened opened = opened(disk, seen, SMALL)) {
                assertThat(restored(opened.shard())).isEqualTo("3: state 2");
            }
            assertThat(seen.of(JournalEvent.SnapshotDamaged.class)).hasSize(1);
        }
    }

    private static String restored(Shard shard) throws IOException {
        return String.valueOf(shard.<String>restore((offset, in) -> offset + ": " + in.readUTF()));
    }

    @Test
    void a_snapshot_that_cannot_be_written_leaves_the_one_before() throws Exception {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SMALL);
            on.append(shard, "a", "b");
            shard.saveSnapshot(1, out -> out.writeUTF("first"));
            disk.fullAfter(3);
            assertThatThrownBy(() -> shard.saveSnapshot(2, out -> out.writeUTF("second")))
                    .isInstanceOf(IOException.class);
            disk.heal();
            assertThat(restored(shard)).isEqualTo("1: first");
            assertThat(disk.list(Shards.DIRECTORY.resolve("events")))
                    .noneMatch(file -> file.toString().endsWith(Names.UNFINISHED));
            assertThatThrownBy(() -> shard.saveSnapshot(3, out -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("at offset 3 of 2");
        }
    }

    @Test
    void a_shard_is_opened_once_and_a_deleted_one_is_gone() throws Exception {
        try (Opened opened = opened(disk, events, SMALL)) {
            Journal journal = opened.journal();
            append(opened.shard(), "a");
            assertThatThrownBy(() -> journal.shard("events", SMALL))
                    .isInstanceOf(IllegalStateException.class);
            append(journal.shard("other", SMALL), "b");
            assertThat(journal.shardNames()).containsExactly("events", "other");
            assertThat(journal.measures().shards()).containsOnlyKeys("events", "other");
            journal.delete("events");
            assertThat(journal.shardNames()).containsExactly("other");
            assertThat(disk.exists(Shards.FOLDER)).isFalse();
            Shard again = journal.shard("events", SMALL);
            assertThat(again.nextOffset()).isZero();
            journal.delete("nobody");
        }
    }

    @Test
    void a_deletion_that_a_crash_cut_short_is_finished_at_the_next_start() throws Exception {
        try (Opened opened = opened(disk, events, SMALL)) {
            append(opened.shard(), "a");
        }
        disk.rename(Shards.FOLDER, Shards.DIRECTORY.resolve("DELETED-events"));
        try (Opened opened = opened(disk, events, SMALL)) {
            assertThat(opened.shard().nextOffset()).isZero();
            assertThat(disk.exists(Shards.DIRECTORY.resolve("DELETED-events"))).isFalse();
        }
    }
}
