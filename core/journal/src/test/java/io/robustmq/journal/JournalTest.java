package io.robustmq.journal;

import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.failure;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JournalTest {
    private final FakeDisk disk = new FakeDisk();
    private final RecordingEvents events = new RecordingEvents();

    @Test
    void offsets_count_from_zero_and_records_come_back_in_order() throws Exception {
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "a")).isZero();
            assertThat(append(shard, "")).isEqualTo(1);
            assertThat(append(shard, "c")).isEqualTo(2);
            assertThat(texts(shard, 0)).containsExactly("a", "", "c");
            assertThat(texts(shard, 2)).containsExactly("c");
            assertThat(texts(shard, 3)).isEmpty();
            assertThat(shard.nextOffset()).isEqualTo(3);
        }
    }

    @Test
    void a_reader_stops_when_it_has_enough() throws Exception {
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            append(shard, "a");
            append(shard, "b");
            List<Long> offsets = new ArrayList<>();
            shard.read(
                    0,
                    (offset, epochMillis, payload) -> {
                        offsets.add(offset);
                        return false;
                    });
            assertThat(offsets).containsExactly(0L);
        }
    }

    @Test
    void a_record_carries_the_time_it_was_written() throws Exception {
        SettableClock clock = new SettableClock(Instant.ofEpochMilli(1234));
        try (Opened opened = opened(disk, clock, events, Shards.settings(4096, Durability.FSYNC))) {
            Shard shard = opened.shard();
            append(shard, "a");
            List<Long> millis = new ArrayList<>();
            shard.read(0, (offset, epochMillis, payload) -> millis.add(epochMillis));
            assertThat(millis).containsExactly(1234L);
        }
    }

    @Test
    void a_closed_shard_opens_again_where_it_ended() throws Exception {
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            append(shard, "a");
        }
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "b")).isEqualTo(1);
            assertThat(texts(shard, 0)).containsExactly("a", "b");
        }
        assertThat(events.of(JournalEvent.Opened.class))
                .extracting(JournalEvent.Opened::nextOffset)
                .containsExactly(0L, 1L);
        assertThat(events.of(JournalEvent.Closed.class))
                .containsExactly(
                        new JournalEvent.Closed("events", 1), new JournalEvent.Closed("events", 2));
    }

    @Test
    void a_full_segment_is_sealed_and_the_next_begun() throws Exception {
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            String text = "x".repeat(400);
            for (int i = 0; i < 5; i++) {
                append(shard, text + i);
            }
            assertThat(texts(shard, 1)).containsExactly(text + 1, text + 2, text + 3, text + 4);
            assertThat(events.of(JournalEvent.SegmentSealed.class))
                    .extracting(JournalEvent.SegmentSealed::file)
                    .containsExactly(segment(0).toString(), segment(2).toString());
            assertThat(events.of(JournalEvent.SegmentSealed.class))
                    .extracting(JournalEvent.SegmentSealed::lastOffset)
                    .containsExactly(1L, 3L);
            assertThat(events.of(JournalEvent.SegmentCreated.class))
                    .extracting(JournalEvent.SegmentCreated::baseOffset)
                    .containsExactly(0L, 2L, 4L);
        }
        long size = 0;
        for (long base : List.of(0L, 2L, 4L)) {
            size += disk.bytes(segment(base)).length;
        }
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(opened.shard().sizeBytes()).isEqualTo(size);
        }
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            assertThat(texts(shard, 0)).hasSize(5);
        }
    }

    @Test
    void a_record_larger_than_a_segment_has_one_of_its_own() throws Exception {
        String large = "y".repeat(3 << 20);
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            append(shard, "a");
            append(shard, large);
            append(shard, "c");
        }
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            assertThat(texts(shard, 0)).containsExactly("a", large, "c");
        }
        assertThat(events.of(JournalEvent.SegmentCreated.class)).hasSize(3);
    }

    @Test
    void what_waits_during_a_sync_shares_the_next_one() throws Exception {
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            disk.duringSync(() -> {
                syncing.countDown();
                await(go);
            });
            int before = disk.syncs();
            CompletableFuture<Long> first = shard.append(utf8("first"));
            await(syncing);
            List<CompletableFuture<Long>> group = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                group.add(shard.append(utf8("r" + i)));
            }
            assertThat(first).isNotDone();
            assertThat(texts(shard, 0)).isEmpty();
            go.countDown();
            for (int i = 0; i < 100; i++) {
                assertThat(group.get(i).get()).isEqualTo(i + 1);
            }
            assertThat(disk.syncs() - before).isEqualTo(2);
            assertThat(Arrays.stream(shard.measures().syncs().counts()).sum()).isEqualTo(2);
            assertThat(shard.measures().appends()).isEqualTo(101);
            assertThat(shard.measures().appendedBytes()).isEqualTo(5 + 10 * 2 + 90 * 3);
        }
    }

    @Test
    void every_acknowledged_record_is_measured_from_its_append_on() throws Exception {
        try (Opened opened = opened(disk, events, 1 << 20)) {
            CountDownLatch syncing = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            disk.duringSync(() -> {
                syncing.countDown();
                await(go);
            });
            CompletableFuture<Long> first = opened.shard().append(utf8("first"));
            long given = System.nanoTime();
            await(syncing);
            long waited = System.nanoTime() - given;
            go.countDown();
            first.get();
            append(opened.shard(), "second");
            assertThat(opened.journal().measures().appendLatencies())
                    .singleElement()
                    .satisfies(each -> {
                        assertThat(Arrays.stream(each.counts()).sum()).isEqualTo(2);
                        assertThat(each.sumSeconds()).isGreaterThanOrEqualTo(waited / 1e9);
                    });
        }
    }

    @Test
    void what_was_there_when_a_shard_was_opened_is_told_until_it_is_closed() throws Exception {
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(opened.journal().measures().recovered().records()).isZero();
            for (int i = 0; i < 5; i++) {
                append(opened.shard(), "x".repeat(900));
            }
            assertThat(opened.journal().measures().recovered().records()).isZero();
        }
        try (Opened opened = opened(disk, events, 1024)) {
            JournalMeasures.Recovered recovered = opened.journal().measures().recovered();
            assertThat(recovered.records()).isEqualTo(5);
            assertThat(recovered.segments()).isEqualTo(opened.shard().measures().segments());
            assertThat(recovered.nanos()).isNotNegative();
            opened.shard().close();
            assertThat(opened.journal().measures().recovered().records()).isZero();
        }
    }

    @Test
    void a_full_queue_refuses_and_forgets_nothing() throws Exception {
        CountDownLatch syncing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Opened opened = opened(disk, events, 1L << 30)) {
            Shard shard = opened.shard();
            disk.duringSync(() -> {
                syncing.countDown();
                await(go);
            });
            CompletableFuture<Long> first = shard.append(utf8("first"));
            await(syncing);
            byte[] large = new byte[Journal.MAX_PAYLOAD_BYTES - Frame.MIN_RECORD_BYTES];
            List<CompletableFuture<Long>> queued = new ArrayList<>();
            for (long room = AppendQueue.MAX_BYTES; room > 0; room -= Journal.MAX_PAYLOAD_BYTES) {
                queued.add(shard.append(large));
            }
            CompletableFuture<Long> refused = shard.append(utf8("one too many"));
            assertThat(failure(refused)).isInstanceOf(JournalFullException.class);
            go.countDown();
            assertThat(first.get()).isZero();
            for (int i = 0; i < queued.size(); i++) {
                assertThat(queued.get(i).get()).isEqualTo(i + 1);
            }
            assertThat(append(shard, "room again")).isEqualTo(queued.size() + 1);
        }
    }

    @Test
    void a_payload_above_the_limit_is_a_callers_mistake() throws Exception {
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            byte[] tooLarge = new byte[Journal.MAX_PAYLOAD_BYTES + 1];
            assertThatThrownBy(() -> shard.append(tooLarge))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16777216")
                    .hasMessageContaining("16777217");
        }
    }

    @Test
    void nothing_is_appended_after_close() throws Exception {
        Opened opened = opened(disk, events, 4096);
        Shard shard = opened.shard();
        shard.close();
        shard.close();
        opened.close();
        opened.close();
        assertThat(failure(shard.append(utf8("late")))).isInstanceOf(JournalClosedException.class);
        assertThat(events.of(JournalEvent.Closed.class)).hasSize(1);
    }

    @Test
    void close_completes_what_waits() throws Exception {
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            for (int i = 0; i < 1000; i++) {
                appends.add(shard.append(utf8("r" + i)));
            }
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(appends.get(i).getNow(-1L)).isEqualTo(i);
        }
    }

    @Test
    void only_one_journal_has_a_directory_open() throws Exception {
        Opened first = opened(disk, events, 4096);
        assertThatThrownBy(() -> opened(disk, events, 4096))
                .isInstanceOf(JournalInUseException.class)
                .hasMessageContaining("/data");
        first.close();
        opened(disk, events, 4096).close();
    }

    @Test
    void with_os_nothing_waits_for_a_sync_and_close_syncs() throws Exception {
        Opened opened = journal(Durability.OS, InstantSource.system());
        Shard shard = opened.shard();
        int before = disk.syncs();
        for (int i = 0; i < 10; i++) {
            append(shard, "r" + i);
        }
        assertThat(disk.syncs()).isEqualTo(before);
        opened.close();
        assertThat(disk.syncs()).isEqualTo(before + 1);
    }

    @Test
    void with_interval_an_idle_journal_syncs_by_itself() throws Exception {
        CountDownLatch synced = new CountDownLatch(1);
        try (Opened opened = journal(Durability.INTERVAL, InstantSource.system())) {
            Shard shard = opened.shard();
            disk.duringSync(synced::countDown);
            append(shard, "a");
            assertThat(synced.getCount()).isEqualTo(1);
            await(synced);
        }
    }

    @Test
    void with_interval_a_busy_journal_syncs_when_it_is_time() throws Exception {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        try (Opened opened = journal(Durability.INTERVAL, clock)) {
            Shard shard = opened.shard();
            int before = disk.syncs();
            append(shard, "a");
            append(shard, "b");
            assertThat(disk.syncs()).isEqualTo(before);
            clock.advance(Duration.ofSeconds(1));
            append(shard, "c");
            assertThat(disk.syncs()).isEqualTo(before + 1);
        }
    }

    @Test
    void a_slow_sync_is_reported() throws Exception {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        try (Opened opened = journal(Durability.FSYNC, clock)) {
            Shard shard = opened.shard();
            disk.duringSync(() -> clock.advance(Duration.ofSeconds(60)));
            append(shard, "at the limit");
            disk.duringSync(() -> clock.advance(Duration.ofSeconds(61)));
            append(shard, "above it");
            disk.duringSync(() -> {});
        }
        assertThat(events.of(JournalEvent.SyncSlow.class))
                .containsExactly(new JournalEvent.SyncSlow("events", 61_000, 60_000));
    }

    @Test
    void a_shards_name_cannot_leave_the_directory() {
        for (String name : List.of("", "../x", "a/b", ".", "A")) {
            assertThatThrownBy(() -> Names.checkShard(name))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void events_of_a_plain_life() throws Exception {
        try (Opened opened = opened(disk, events, 4096)) {
            Shard shard = opened.shard();
            append(shard, "a");
        }
        assertThat(events.all())
                .extracting(Event::getClass)
                .extracting(type -> (Object) type)
                .containsExactly(
                        JournalEvent.SegmentCreated.class,
                        JournalEvent.Opened.class,
                        JournalEvent.Closed.class);
    }

    private Opened journal(Durability durability, InstantSource clock) throws Exception {
        return opened(disk, clock, events, Shards.settings(1 << 20, durability));
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(10, TimeUnit.SECONDS)) {
                throw new AssertionError("did not happen within 10 s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
