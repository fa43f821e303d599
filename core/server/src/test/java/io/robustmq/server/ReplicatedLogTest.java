package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Append;
import io.robustmq.journal.JournalClosedException;
import io.robustmq.journal.JournalFailedException;
import io.robustmq.journal.JournalFencedException;
import io.robustmq.journal.RecordReader;
import io.robustmq.replication.Segment;
import io.robustmq.replication.Versioned;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.ReplicationEvent;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReplicatedLogTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;
    private ReplicatedCluster cluster;
    private ReplicationClient client;
    private final List<ReplicatedLog> logs = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        cluster = ReplicatedCluster.in(folder, "j1", "j2", "j3");
        client = cluster.client("m1");
    }

    @AfterEach
    void stop() {
        logs.forEach(ReplicatedLog::close);
        cluster.close();
    }

    private ReplicatedLog open(ReplicationClient by, long segmentBytes, Runnable onFenced)
            throws IOException {
        ReplicatedLog log =
                new ReplicatedLog("home", ReplicatedCluster.settings(segmentBytes), by, onFenced);
        logs.add(log);
        log.open(LIMIT);
        return log;
    }

    private ReplicatedLog open() throws IOException {
        return open(client, 256 << 20, () -> {});
    }

    private static final class FutureAppend extends Append {
        final CompletableFuture<Long> offset = new CompletableFuture<>();

        FutureAppend(byte[] payload) {
            super(payload);
        }

        @Override
        public void appended(long at, long epochMillis) {
            offset.complete(at);
        }

        @Override
        public void failed(IOException why) {
            offset.completeExceptionally(why);
        }
    }

    private static byte[] payload(long number) {
        byte[] payload = new byte[20 + (int) (number * 31 % 200)];
        ByteBuffer.wrap(payload).putLong(number);
        return payload;
    }

    /** Numbered from there, each at the offset that is its number. */
    private static void append(ReplicatedLog log, int from, int count) {
        List<FutureAppend> appends = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            appends.add(new FutureAppend(payload(i)));
        }
        for (int i = 0; i < count; i += 500) {
            log.append(appends.subList(i, Math.min(count, i + 500)));
        }
        for (int i = 0; i < count; i++) {
            assertThat(appends.get(i).offset.join()).isEqualTo(from + i);
        }
    }

    private static @Nullable Throwable failureOf(ReplicatedLog log) {
        FutureAppend append = new FutureAppend(new byte[5]);
        log.append(append);
        try {
            append.offset.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        }
    }

    /** Checks the bytes of each; what offsets there were. */
    private static final class Checking implements RecordReader {
        final List<Long> offsets = new ArrayList<>();
        final List<Long> gaps = new ArrayList<>();

        @Override
        public boolean record(long offset, long epochMillis, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            assertThat(bytes).isEqualTo(payload(offset));
            assertThat(epochMillis).isPositive();
            offsets.add(offset);
            return true;
        }

        @Override
        public boolean gap(long from, long to, IOException why) {
            for (long at = from; at < to; at++) {
                gaps.add(at);
            }
            return true;
        }
    }

    private static void checkAll(ReplicatedLog log, long from, long to) throws IOException {
        Checking read = new Checking();
        log.read(from, read);
        assertThat(read.offsets).hasSize((int) (to - from));
        assertThat(read.offsets.getFirst()).isEqualTo(from);
        assertThat(read.offsets.getLast()).isEqualTo(to - 1);
    }

    @Test
    void what_was_acknowledged_is_read_back_by_the_same_and_by_the_next_writer() throws Exception {
        ReplicatedLog log = open();
        AtomicInteger groups = new AtomicInteger();
        log.afterGroup(groups::incrementAndGet);
        append(log, 0, 50_000);
        assertThat(log.nextOffset()).isEqualTo(50_000);
        assertThat(groups.get()).isBetween(1, 50_000);
        assertThat(log.appendedBytes()).isGreaterThan(50_000 * 20);
        assertThat(log.sizeBytes()).isGreaterThan(50_000 * 20);
        checkAll(log, 0, 50_000);
        checkAll(log, 49_990, 50_000);
        log.close();

        long begun = System.nanoTime();
        ReplicatedLog next = open(cluster.client("m2"), 256 << 20, () -> {});
        System.out.println(
                "opened in " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) + " ms");
        assertThat(next.nextOffset()).isEqualTo(50_000);
        checkAll(next, 0, 50_000);
        append(next, 50_000, 100);
        checkAll(next, 49_950, 50_100);
    }

    @Test
    void some_records_are_read_wherever_they_lie_and_those_to_come_are_left_out() throws Exception {
        ReplicatedLog log = open(client, 64 << 10, () -> {});
        append(log, 0, 5_000);
        log.close();
        ReplicatedLog next = open(client, 64 << 10, () -> {});
        append(next, 5_000, 1_000);
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            long[] offsets = random.longs(300, 0, 6_500).distinct().sorted().toArray();
            Checking read = new Checking();
            next.readEach(offsets, 0, offsets.length, read);
            assertThat(read.offsets)
                    .isEqualTo(Arrays.stream(offsets).filter(at -> at < 6_000).boxed().toList());
        }
    }

    @Test
    void a_reader_that_has_enough_gets_no_more() throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 100);
        List<Long> read = new ArrayList<>();
        log.read(
                10,
                (offset, millis, payload) -> {
                    read.add(offset);
                    return offset < 12;
                });
        assertThat(read).containsExactly(10L, 11L, 12L);
    }

    @Test
    void the_newest_whole_snapshot_is_restored_by_the_next_writer() throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 10);
        assertThat(log.<String>restore((offset, in) -> "none")).isNull();
        log.saveSnapshot(5, out -> out.writeUTF("five"));
        byte[] large = new byte[5 << 20];
        new Random(7).nextBytes(large);
        log.saveSnapshot(
                10,
                out -> {
                    out.writeUTF("ten");
                    out.write(large);
                });
        assertThatThrownBy(() ->
                        log.saveSnapshot(
                                10,
                                out -> {
                                    out.write(new byte[3 << 20]);
                                    throw new IOException("given up");
                                }))
                .hasMessage("given up");
        log.close();
        ReplicatedLog next = open();
        String restored =
                next.restore((offset, in) -> {
                    assertThat(offset).isEqualTo(10);
                    String name = in.readUTF();
                    assertThat(in.readAllBytes()).isEqualTo(large);
                    return name;
                });
        assertThat(restored).isEqualTo("ten");
        next.saveSnapshot(10, out -> out.writeUTF("again"));
        assertThat(next.<String>restore((offset, in) -> in.readUTF())).isEqualTo("again");
    }

    @Test
    void a_snapshot_that_does_not_match_its_checksum_is_told_and_the_one_before_it_is_restored()
            throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 10);
        log.saveSnapshot(5, out -> out.writeUTF("five"));
        FutureAppend chunk =
                new FutureAppend(
                        ByteBuffer.allocate(15).put((byte) 1).putLong(77).putInt(0).array());
        FutureAppend end =
                new FutureAppend(
                        ByteBuffer.allocate(33)
                                .put((byte) 2)
                                .putLong(77)
                                .putInt(1)
                                .putLong(10)
                                .putLong(2)
                                .putInt(4711)
                                .array());
        log.shards().getLast().append(List.of(chunk, end));
        assertThat(end.offset.join()).isEqualTo(chunk.offset.join() + 1);
        assertThat(log.<String>restore((offset, in) -> offset == 5 ? in.readUTF() : "damaged"))
                .isEqualTo("five");
        assertThat(cluster.events.await(JournalEvent.SnapshotDamaged.class).shard())
                .isEqualTo("home.snapshots");
    }

    @Test
    void what_nobody_needs_goes_and_is_a_gap_to_who_asks_for_it() throws Exception {
        ReplicatedLog log = open(client, 32 << 10, () -> {});
        for (int from = 0; from < 2_000; from += 100) {
            append(log, from, 100); // a segment takes what is under way when it is full
        }
        assertThat(log.firstOffset()).isZero();
        log.trim(1_000);
        Await.untilTrue("segments are gone", LIMIT, () -> log.firstOffset() > 500);
        long first = log.firstOffset();
        assertThat(first).isLessThanOrEqualTo(1_000);
        checkAll(log, first, 2_000);
        Checking read = new Checking();
        log.read(0, read);
        assertThat(read.offsets.getFirst()).isEqualTo(first);
        assertThat(read.gaps).isEmpty();
        Checking each = new Checking();
        log.readEach(new long[] {3, first - 1, first, 1_999}, 0, 4, each);
        assertThat(each.gaps).containsExactly(3L, first - 1);
        assertThat(each.offsets).containsExactly(first, 1_999L);
        cluster.events.await(ReplicationEvent.SegmentDeleted.class);
    }

    @Test
    void who_opens_the_log_fences_the_one_that_had_it() throws Exception {
        AtomicInteger told = new AtomicInteger();
        ReplicatedLog first = open(client, 256 << 20, told::incrementAndGet);
        append(first, 0, 1_000);
        long begun = System.nanoTime();
        ReplicatedLog second = open(cluster.client("m2"), 256 << 20, () -> {});
        System.out.println(
                "taken over in "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
                        + " ms");
        assertThat(failureOf(first)).isInstanceOf(JournalFencedException.class);
        Await.untilTrue("it was told", LIMIT, () -> told.get() == 1);
        assertThat(first.failure()).isInstanceOf(JournalFencedException.class);
        assertThat(second.nextOffset()).isEqualTo(1_000);
        append(second, 1_000, 1_000);
        checkAll(second, 0, 2_000);
        assertThat(told).hasValue(1);
        assertThat(second.failure()).isNull();
    }

    @Test
    void appends_go_on_when_a_journal_server_is_gone_and_the_fourth_gets_its_segments()
            throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 1_000);
        String gone = cluster.server("j2").journalId;
        cluster.stop("j2");
        cluster.expire("j2");
        append(log, 1_000, 1_000);
        cluster.events.await(
                ReplicationEvent.SegmentRolled.class, rolled -> rolled.shard().equals("home"));
        append(log, 2_000, 1_000);
        ReplicatedCluster.Server fourth = cluster.start("j4");
        Await.untilTrue(
                "all sealed segments have three replicas",
                LIMIT,
                () ->
                        client.documents().view("home").segments().stream()
                                .map(Versioned::value)
                                .filter(segment -> !segment.isOpen())
                                .allMatch(segment ->
                                        segment.ensemble().size() == 3
                                                && !segment.ensemble().contains(gone)));
        assertThat(fourth.journalId).isNotEqualTo(gone);
        checkAll(log, 0, 3_000);
        log.close();
        checkAll(open(), 0, 3_000);
    }

    @Test
    void without_a_quorum_appends_fail_after_a_while_and_work_again_by_themselves()
            throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 100);
        cluster.stop("j2");
        cluster.stop("j3");
        FutureAppend waits = new FutureAppend(payload(100));
        log.append(waits);
        Await.untilTrue(
                "it says what is missing", // and not that it looks for other servers
                LIMIT,
                () -> String.valueOf(log.failure()).contains("2 are needed"));
        assertThat(log.failure()).isInstanceOf(JournalFailedException.class);
        assertThat(failureOf(log)).isInstanceOf(JournalFailedException.class);
        cluster.events.await(ReplicationEvent.LogFailed.class);
        cluster.start("j2");
        assertThat(waits.offset.get(20, TimeUnit.SECONDS)).isEqualTo(100);
        Await.untilTrue("it works again", LIMIT, () -> log.failure() == null);
        append(log, 101, 100);
        checkAll(log, 0, 201);
    }

    @Test
    void a_log_without_journal_servers_says_what_is_missing() throws Exception {
        cluster.stop("j2");
        cluster.stop("j3");
        cluster.expire("j2");
        cluster.expire("j3");
        ReplicatedLog log =
                new ReplicatedLog("home", ReplicatedCluster.settings(null), client, () -> {});
        logs.add(log);
        assertThatThrownBy(() -> log.open(Duration.ofMillis(500)))
                .isInstanceOf(JournalFailedException.class)
                .hasMessageContaining("2 journal nodes are needed, 1 are there");
    }

    @Test
    void a_closed_log_refuses() throws Exception {
        ReplicatedLog log = open();
        append(log, 0, 10);
        log.close();
        assertThat(failureOf(log)).isInstanceOf(JournalClosedException.class);
        Segment open = client.documents().view("home").segments().getLast().value();
        assertThat(open.isOpen()).isTrue();
    }
}
