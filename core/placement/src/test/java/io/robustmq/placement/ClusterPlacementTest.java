package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.CorruptJournalException;
import io.robustmq.journal.Disk;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ClusterPlacementTest {
    private static final Node ONE =
            new Node("node-1", EnumSet.allOf(Role.class), Map.of("mqtt", "127.0.0.1:1883"));
    private static final Node TWO = new Node("node-2", Set.of(Role.MQTT_SERVER), Map.of());

    private static final ShardSettings SHARD =
            new ShardSettings(1 << 10, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED);

    @TempDir Path directory;
    private final RecordingEvents events = new RecordingEvents();
    private @Nullable Journal journal;

    @Test
    void a_registered_node_is_known_and_a_removed_one_is_not() throws Exception {
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.revision()).isZero();
            assertThat(placement.nodes()).isEmpty();
            assertThat(get(placement.register(ONE))).isEqualTo(1);
            assertThat(get(placement.register(TWO))).isEqualTo(2);
            assertThat(placement.nodes()).containsExactly(ONE, TWO);
            assertThat(get(placement.deregister("node-1"))).isEqualTo(3);
            assertThat(placement.nodes()).containsExactly(TWO);
            assertThat(placement.revision()).isEqualTo(3);
        }
        assertThat(events.of(PlacementEvent.NodeRegistered.class))
                .containsExactly(
                        new PlacementEvent.NodeRegistered(
                                "node-1",
                                "placement-center,journal-server,mqtt-server",
                                "mqtt=127.0.0.1:1883",
                                1),
                        new PlacementEvent.NodeRegistered("node-2", "mqtt-server", "", 2));
        assertThat(events.of(PlacementEvent.NodeRemoved.class))
                .containsExactly(new PlacementEvent.NodeRemoved("node-1", 3));
        assertThat(events.of(PlacementEvent.ConsensusStarted.class))
                .extracting(PlacementEvent.ConsensusStarted::cpMembers)
                .containsExactly(1);
    }

    @Test
    void what_it_is_like_and_how_long_agreement_takes_is_measured() throws Exception {
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.deregister("nobody"));
            PlacementMeasures measures = placement.measures();
            assertThat(measures)
                    .isEqualTo(
                            new PlacementMeasures(measures.term(), true, true, 1, 0, 0, 0, 1, 0));
            assertThat(measures.term()).isPositive();
            assertThat(Arrays.stream(placement.agreements().counts()).sum()).isEqualTo(2);
            assertThat(placement.agreements().sumSeconds()).isPositive();
        }
    }

    @Test
    void a_member_alone_misses_nodes_elsewhere_that_fall_silent() throws Exception {
        PlacementSettings reached =
                new PlacementSettings(
                        "node-0",
                        "127.0.0.1:1",
                        List.of(new PlacementSettings.Contact("node-0", "127.0.0.1:1")),
                        100,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1));
        try (ClusterPlacement placement = opened(reached)) {
            get(placement.register(TWO));
            events.await(PlacementEvent.NodeExpired.class, e -> e.expiredNode().equals("node-2"));
            assertThat(placement.nodes()).isEmpty();
            assertThat(placement.measures().expiredNodes()).isEqualTo(1);
        }
    }

    @Test
    void removing_an_unknown_node_changes_nothing_but_the_revision() throws Exception {
        try (ClusterPlacement placement = opened()) {
            assertThat(get(placement.deregister("nobody"))).isEqualTo(1);
            assertThat(placement.nodes()).isEmpty();
        }
        assertThat(events.of(PlacementEvent.NodeRemoved.class)).isEmpty();
    }

    @Test
    void a_restart_recovers_what_was_agreed() throws Exception {
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.register(TWO));
            get(placement.deregister("node-2"));
        }
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE);
            assertThat(placement.revision()).isEqualTo(3);
            assertThat(get(placement.register(TWO))).isEqualTo(4);
        }
        assertThat(events.of(PlacementEvent.StateRecovered.class))
                .containsExactly(
                        new PlacementEvent.StateRecovered(0, 0, 0),
                        new PlacementEvent.StateRecovered(3, 1, 7));
        assertThat(events.of(PlacementEvent.NodeRegistered.class))
                .as("what was agreed before is not agreed again")
                .hasSize(3);
    }

    @Test
    void a_torn_tail_of_the_log_costs_only_what_was_not_acknowledged() throws Exception {
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
        }
        closeJournal();
        Path segment = directory.resolve("placement/00000000000000000000.seg");
        Files.write(segment, new byte[] {0, 0, 0, 9, 1, 2, 3}, StandardOpenOption.APPEND);
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE);
            assertThat(get(placement.register(TWO))).isEqualTo(2);
        }
        assertThat(events.of(JournalEvent.TailTruncated.class)).hasSize(1);
    }

    @Test
    void a_damaged_log_refuses_to_open() throws Exception {
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.register(TWO));
        }
        closeJournal();
        Path segment = directory.resolve("placement/00000000000000000000.seg");
        byte[] bytes = Files.readAllBytes(segment);
        byte[] damaged = bytes.clone();
        damaged[80] ^= 1;
        Files.write(segment, damaged);
        assertThatThrownBy(this::opened)
                .isInstanceOf(CorruptJournalException.class)
                .hasMessageContaining(segment.toString());
        Files.write(segment, bytes);
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE, TWO);
        }
    }

    @Test
    void a_watch_sees_every_change_once_and_in_order() throws Exception {
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
            try (AutoCloseable _ = placement.watch(0, seen::add)) {
                assertThat(next(seen)).isEqualTo(registered(1, ONE));
                get(placement.deregister("nobody"));
                get(placement.deregister("node-1"));
                get(placement.register(TWO));
                assertThat(next(seen))
                        .isEqualTo(new PlacementChange.Removed(3, new NodeEpoch("node-1", 1)));
                assertThat(next(seen)).isEqualTo(registered(4, TWO));
            }
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void a_watch_goes_on_from_a_revision_after_a_restart() throws Exception {
        try (ClusterPlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.register(TWO));
            get(placement.deregister("node-1"));
        }
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (ClusterPlacement placement = opened();
                AutoCloseable _ = placement.watch(1, seen::add)) {
            assertThat(next(seen)).isEqualTo(registered(2, TWO));
            assertThat(next(seen))
                    .isEqualTo(new PlacementChange.Removed(3, new NodeEpoch("node-1", 1)));
            get(placement.register(ONE));
            assertThat(next(seen)).isEqualTo(registered(4, ONE));
            assertThatThrownBy(() -> placement.watch(5, seen::add))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0 to 4, was 5");
        }
    }

    @Test
    void a_slow_watcher_delays_nobody_else_and_misses_nothing() throws Exception {
        int changes = 300;
        CompletableFuture<Void> go = new CompletableFuture<>();
        BlockingQueue<PlacementChange> slow = new LinkedBlockingQueue<>();
        BlockingQueue<PlacementChange> quick = new LinkedBlockingQueue<>();
        try (ClusterPlacement placement = opened();
                AutoCloseable _ =
                        placement.watch(
                                0,
                                change -> {
                                    go.join();
                                    slow.add(change);
                                });
                AutoCloseable _ = placement.watch(0, quick::add)) {
            List<CompletableFuture<Long>> registered = new ArrayList<>();
            for (int i = 0; i < changes; i++) {
                registered.add(placement.register(node(i)));
            }
            for (int i = 0; i < changes; i++) {
                assertThat(get(registered.get(i))).isEqualTo(i + 1);
            }
            for (int i = 0; i < changes; i++) {
                assertThat(next(quick)).isEqualTo(registered(i + 1, node(i)));
            }
            assertThat(slow).isEmpty();
            go.complete(null);
            for (int i = 0; i < changes; i++) {
                assertThat(next(slow)).isEqualTo(registered(i + 1, node(i)));
            }
        }
    }

    @Test
    void a_log_of_an_earlier_build_is_refused_in_plain_words() throws Exception {
        try (Journal earlier = journal(new LocalDisk())) {
            earlier.open();
            earlier.shard("placement", SHARD)
                    .append(new Command.Register(ONE).encoded())
                    .get(10, TimeUnit.SECONDS);
        }
        assertThatThrownBy(this::opened)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("index 0")
                .hasMessageContaining("one of an earlier build cannot be read");
    }

    @Test
    void after_a_snapshot_older_records_go_and_a_start_reads_the_rest() throws Exception {
        try (ClusterPlacement placement = opened(10)) {
            Set<Path> known = new HashSet<>();
            for (int i = 0; i < 35; i++) {
                get(placement.register(node(i)));
                if (i % 10 == 9) {
                    Await.untilTrue(
                            "a snapshot is on disk",
                            Duration.ofSeconds(20),
                            () -> known.addAll(snapshots()));
                }
            }
        }
        try (ClusterPlacement placement = opened(10)) {
            assertThat(placement.revision()).isEqualTo(35);
            assertThat(placement.nodes()).hasSize(35);
            assertThat(get(placement.register(TWO))).isEqualTo(36);
            BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
            try (AutoCloseable _ = placement.watch(0, seen::add)) {
                assertThat(next(seen))
                        .as("what was before the snapshot is there as a whole only")
                        .isInstanceOf(PlacementChange.Whole.class);
            }
        }
        assertThat(events.of(PlacementEvent.StateRecovered.class).getLast().records())
                .isBetween(1L, 15L);
        assertThat(events.of(PlacementEvent.SnapshotFailed.class)).isEmpty();
    }

    @Test
    void a_disk_that_fails_refuses_changes_and_it_goes_on_when_it_is_mended() throws Exception {
        FaultyDisk disk = new FaultyDisk();
        try (ClusterPlacement placement = opened(disk, 10_000)) {
            get(placement.register(ONE));
            disk.refuse(true);
            assertThatThrownBy(() -> get(placement.register(TWO)))
                    .hasRootCauseMessage(FaultyDisk.REFUSAL);
            assertThatThrownBy(() -> get(placement.register(TWO)))
                    .hasRootCauseMessage(FaultyDisk.REFUSAL);
            assertThat(placement.nodes()).as("what was agreed is still shown").containsExactly(ONE);
            disk.refuse(false);
            Await.untilTrue(
                    "changes are taken again",
                    Duration.ofSeconds(20),
                    () -> isTaken(placement.register(TWO)));
            assertThat(placement.nodes()).containsExactly(ONE, TWO);
        }
        assertThat(events.of(PlacementEvent.ConsensusFailed.class)).hasSize(1);
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE, TWO);
        }
    }

    @Test
    void nothing_is_registered_before_open_or_after_close() throws Exception {
        ClusterPlacement placement = placement(new LocalDisk(), 10_000);
        assertThat(placement.register(ONE)).isCompletedExceptionally();
        placement.open();
        placement.close();
        placement.close();
        assertThat(placement.register(ONE)).isCompletedExceptionally();
    }

    private static Node node(int i) {
        return new Node("node-" + i, Set.of(Role.JOURNAL_SERVER), Map.of("n", "" + i));
    }

    private static PlacementChange registered(long revision, Node node) {
        NodeEpoch identity = new NodeEpoch(node.nodeId(), revision);
        return new PlacementChange.Registered(
                revision, new Registration(node, identity, Registration.NO_INSTANCE));
    }

    private static long get(CompletableFuture<Long> revision) throws Exception {
        return revision.get(10, TimeUnit.SECONDS);
    }

    private static boolean isTaken(CompletableFuture<Long> revision) throws Exception {
        try {
            return get(revision) > 0;
        } catch (ExecutionException refused) {
            return false;
        }
    }

    private static PlacementChange next(BlockingQueue<PlacementChange> seen)
            throws InterruptedException {
        PlacementChange change = seen.poll(10, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change within 10 s");
        }
        return change;
    }

    private ClusterPlacement opened() throws IOException {
        return opened(10_000);
    }

    private Set<Path> snapshots() throws IOException {
        Set<Path> snapshots = new HashSet<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory.resolve("placement"), "*.snap")) {
            files.forEach(snapshots::add);
        }
        return snapshots;
    }

    private ClusterPlacement opened(int snapshotEvery) throws IOException {
        return opened(new LocalDisk(), snapshotEvery);
    }

    private ClusterPlacement opened(Disk disk, int snapshotEvery) throws IOException {
        ClusterPlacement placement = placement(disk, snapshotEvery);
        placement.open();
        return placement;
    }

    private ClusterPlacement opened(PlacementSettings settings) throws IOException {
        ClusterPlacement placement = placement(new LocalDisk(), settings);
        placement.open();
        return placement;
    }

    private ClusterPlacement placement(Disk disk, int snapshotEvery) throws IOException {
        return placement(disk, PlacementSettings.alone("node-1").snapshotEvery(snapshotEvery));
    }

    /** Over the log of the placement before it, opened anew. */
    private ClusterPlacement placement(Disk disk, PlacementSettings settings) throws IOException {
        closeJournal();
        Journal opening = journal(disk);
        journal = opening;
        opening.open();
        return new ClusterPlacement(
                settings,
                opening,
                opening.shard("placement", SHARD),
                PlacementNetwork.NONE,
                InstantSource.system(),
                new SplittableRandom(),
                events);
    }

    private Journal journal(Disk disk) {
        return new Journal(
                new JournalSettings(List.of(directory), Duration.ofSeconds(1)),
                disk,
                InstantSource.system(),
                new SplittableRandom(),
                events);
    }

    @AfterEach
    void closeJournal() {
        Journal open = journal;
        if (open != null) {
            open.close();
        }
    }
}
