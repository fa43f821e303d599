package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalStorageTest {
    private static final SegmentId ID = new SegmentId("orders", 3, 1000);

    @TempDir Path directory;
    private final FaultyDisk disk = new FaultyDisk();
    private final RecordingEvents events = new RecordingEvents();
    private final ExecutorService home = Executors.newSingleThreadExecutor();
    private final ExecutorService waiting = Executors.newFixedThreadPool(2);
    private Journal journal;
    private JournalStorage storage;
    private JournalStorage.@Nullable Identity identity;
    private int drawn;
    private List<ReplicaStorage.Held> held = List.of();

    record Ended(long end, @Nullable IOException why) {}

    @BeforeEach
    void open() throws Exception {
        journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        disk,
                        InstantSource.system(),
                        new SplittableRandom(1),
                        events);
        journal.open();
        storage =
                new JournalStorage(
                        journal,
                        new ShardSettings(4096, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED),
                        home,
                        waiting);
        identity = storage.identify(() -> "drawn-" + ++drawn);
        held = home.submit(storage::held).get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        journal.close();
        home.shutdown();
        waiting.shutdown();
    }

    private void reopen() throws Exception {
        journal.close();
        open();
    }

    private Ended ended(Consumer<ReplicaStorage.Written> call) throws Exception {
        return begun(call).get(10, TimeUnit.SECONDS);
    }

    private CompletableFuture<Ended> begun(Consumer<ReplicaStorage.Written> call) {
        CompletableFuture<Ended> ended = new CompletableFuture<>();
        home.execute(() -> call.accept((end, why) -> ended.complete(new Ended(end, why))));
        return ended;
    }

    private Ended promise(long epoch, long version) throws Exception {
        return ended(told -> storage.promise(ID, epoch, version, told));
    }

    private Ended append(long from, String... records) throws Exception {
        return ended(told -> storage.append(ID, from, entries(records), told));
    }

    private static List<Entry> entries(String... records) {
        List<Entry> entries = new ArrayList<>();
        for (String record : records) {
            entries.add(Entry.of(7, record.getBytes(StandardCharsets.UTF_8), 3, record.length()));
        }
        return entries;
    }

    private Object read(long from, long to, int maxBytes) throws Exception {
        CompletableFuture<Object> found = new CompletableFuture<>();
        home.execute(() ->
                storage.read(
                        ID,
                        from,
                        to,
                        maxBytes,
                        (entries, why) -> found.complete(why == null ? entries : why)));
        return found.get(10, TimeUnit.SECONDS);
    }

    @Test
    void records_and_promises_are_there_after_a_restart() throws Exception {
        assertThat(promise(5, 0)).isEqualTo(new Ended(1000, null));
        assertThat(append(1000, "a", "b")).isEqualTo(new Ended(1002, null));
        assertThat(append(1002, "c")).isEqualTo(new Ended(1003, null));
        promise(8, 4);
        reopen();
        assertThat(held).containsExactly(new ReplicaStorage.Held(ID, 8, 4, 1003));
        assertThat(read(1000, 1003, 1000)).isEqualTo(entries("a", "b", "c"));
        assertThat(append(1003, "d")).isEqualTo(new Ended(1004, null));
    }

    @Test
    void a_reading_ends_where_it_should_and_has_one_record_at_least() throws Exception {
        promise(5, 0);
        append(1000, "a", "b", "c");
        assertThat(read(1001, 1002, 1000)).isEqualTo(entries("b"));
        assertThat(read(1001, 1003, 1)).isEqualTo(entries("b"));
        assertThat(read(1003, 1004, 1000)).isInstanceOf(IOException.class);
    }

    @Test
    void after_a_failure_nothing_gets_into_the_place_of_what_failed() throws Exception {
        promise(5, 0);
        append(1000, "a");
        disk.full(true);
        List<CompletableFuture<Ended>> all = new ArrayList<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        home.execute(goOn::join);
        waiting.execute(() -> storage.append(ID, 1001, entries("b"), (end, why) -> {}));
        events.await(JournalEvent.AppendFailed.class);
        disk.full(false);
        events.await(JournalEvent.Recovered.class);
        // the journal takes records again, and the replica has not been told of the failure yet
        CompletableFuture<Ended> late = new CompletableFuture<>();
        storage.append(ID, 1002, entries("c"), (end, why) -> late.complete(new Ended(end, why)));
        goOn.complete(null);
        all.add(late);
        Ended ended = late.get(10, TimeUnit.SECONDS);
        assertThat(ended.why()).isNotNull();
        assertThat(ended.end()).isEqualTo(1001);
        assertThat(append(1001, "b", "c")).isEqualTo(new Ended(1003, null));
        assertThat(read(1000, 1003, 1000)).isEqualTo(entries("a", "b", "c"));
    }

    @Test
    void a_promise_that_the_disk_does_not_take_is_told_as_failed() throws Exception {
        promise(5, 0);
        disk.full(true);
        assertThat(promise(6, 0).why()).isNotNull();
        assertThat(ended(told -> storage.promise(new SegmentId("new", 0, 0), 1, 0, told)).why())
                .isNotNull();
        disk.full(false);
        events.await(JournalEvent.Recovered.class);
        assertThat(promise(6, 0).why()).isNull();
        reopen();
        assertThat(held).extracting(ReplicaStorage.Held::epoch).containsExactly(6L);
    }

    @Test
    void a_whole_segment_is_closed_and_can_be_read_and_promised_for() throws Exception {
        promise(5, 0);
        append(1000, "a", "b");
        home.submit(() -> storage.whole(ID)).get(10, TimeUnit.SECONDS);
        events.await(JournalEvent.Closed.class, closed -> closed.shard().equals("sys.r.orders.3"));
        assertThat(read(1000, 1002, 1000)).isEqualTo(entries("a", "b"));
        assertThat(promise(5, 9)).isEqualTo(new Ended(1002, null));
        assertThat(append(1002, "c").why()).isNotNull();
        reopen();
        assertThat(held).containsExactly(new ReplicaStorage.Held(ID, 5, 9, 1002));
        assertThat(read(1001, 1002, 1000)).isEqualTo(entries("b"));
    }

    @Test
    void a_deleted_segment_is_gone_from_the_disk_and_can_come_again_without_its_records()
            throws Exception {
        promise(5, 0);
        append(1000, "a", "b");
        assertThat(ended(told -> storage.delete(ID, told)).why()).isNull();
        assertThat(journal.shardNames()).containsExactly(JournalStorage.PROMISES);
        assertThat(read(1000, 1001, 10)).isInstanceOf(IOException.class);
        promise(5, 7);
        assertThat(append(1000, "a")).isEqualTo(new Ended(1001, null));
        reopen();
        assertThat(held).containsExactly(new ReplicaStorage.Held(ID, 5, 7, 1001));
    }

    @Test
    void records_without_a_promise_are_deleted_at_the_start() throws Exception {
        journal.shard(
                        "sys.r.orders.9",
                        new ShardSettings(4096, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED))
                .append(new byte[] {1})
                .get(10, TimeUnit.SECONDS);
        reopen();
        assertThat(held).isEmpty();
        assertThat(journal.shardNames()).containsExactly(JournalStorage.PROMISES);
    }

    @Test
    void shards_of_others_in_the_same_journal_stay() throws Exception {
        ShardSettings settings =
                new ShardSettings(4096, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED);
        journal.shard("orders.9", settings).append(new byte[] {1}).get(10, TimeUnit.SECONDS);
        reopen();
        assertThat(journal.shardNames()).contains("orders.9");
    }

    @Test
    void the_id_of_a_directory_stays_also_when_a_snapshot_has_it() throws Exception {
        assertThat(identity).isEqualTo(new JournalStorage.Identity("drawn-1", true, false));
        for (int i = 0; i < 2100; i++) {
            promise(5 + i, 0);
        }
        reopen();
        assertThat(identity).isEqualTo(new JournalStorage.Identity("drawn-1", false, false));
    }

    @Test
    void who_has_lost_records_is_another_node_and_has_nothing() throws Exception {
        promise(5, 0);
        append(1000, "a", "b");
        journal.delete("sys.r.orders.3");
        reopen();
        assertThat(identity).isEqualTo(new JournalStorage.Identity("drawn-2", true, true));
        assertThat(held).isEmpty();
    }

    @Test
    void promises_are_found_again_in_a_snapshot_and_what_follows_it() throws Exception {
        for (int i = 0; i < 1200; i++) {
            SegmentId id = new SegmentId("s", i % 40, i % 40);
            CompletableFuture<Ended> last =
                    begun(told -> storage.promise(id, 1 + id.number(), 0, told));
            if (i % 40 == 39) {
                last.get(10, TimeUnit.SECONDS);
            }
        }
        ended(told -> storage.delete(new SegmentId("s", 39, 39), told));
        reopen();
        assertThat(held).hasSize(39);
        assertThat(held)
                .allMatch(one -> one.epoch() == one.segment().number() + 1)
                .allMatch(one -> one.end() == one.segment().firstOffset());
    }
}
