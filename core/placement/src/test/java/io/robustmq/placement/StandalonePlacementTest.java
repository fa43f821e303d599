package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.CorruptJournalException;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StandalonePlacementTest {
    private static final Node ONE =
            new Node("node-1", EnumSet.allOf(Role.class), Map.of("mqtt", "127.0.0.1:1883"));
    private static final Node TWO = new Node("node-2", Set.of(Role.MQTT_SERVER), Map.of());

    @TempDir Path directory;
    private final RecordingEvents events = new RecordingEvents();
    private @Nullable Journal journal;

    @Test
    void a_registered_node_is_known_and_a_removed_one_is_not() throws Exception {
        try (StandalonePlacement placement = opened()) {
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
                .containsExactly(0);
    }

    @Test
    void removing_an_unknown_node_changes_nothing_but_the_revision() throws Exception {
        try (StandalonePlacement placement = opened()) {
            assertThat(get(placement.deregister("nobody"))).isEqualTo(1);
            assertThat(placement.nodes()).isEmpty();
        }
        assertThat(events.of(PlacementEvent.NodeRemoved.class)).isEmpty();
    }

    @Test
    void a_restart_recovers_what_was_agreed() throws Exception {
        try (StandalonePlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.register(TWO));
            get(placement.deregister("node-2"));
        }
        try (StandalonePlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE);
            assertThat(placement.revision()).isEqualTo(3);
            assertThat(get(placement.register(TWO))).isEqualTo(4);
        }
        assertThat(events.of(PlacementEvent.StateRecovered.class))
                .containsExactly(
                        new PlacementEvent.StateRecovered(0, 0, 0),
                        new PlacementEvent.StateRecovered(3, 1, 3));
        assertThat(events.of(PlacementEvent.NodeRegistered.class))
                .as("what was agreed before is not agreed again")
                .hasSize(3);
    }

    @Test
    void a_torn_tail_of_the_log_costs_only_what_was_not_acknowledged() throws Exception {
        try (StandalonePlacement placement = opened()) {
            get(placement.register(ONE));
        }
        closeJournal();
        Path segment = directory.resolve("placement/00000000000000000000.seg");
        Files.write(segment, new byte[] {0, 0, 0, 9, 1, 2, 3}, StandardOpenOption.APPEND);
        try (StandalonePlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE);
            assertThat(get(placement.register(TWO))).isEqualTo(2);
        }
        assertThat(events.of(JournalEvent.TailTruncated.class)).hasSize(1);
    }

    @Test
    void a_damaged_log_refuses_to_open() throws Exception {
        try (StandalonePlacement placement = opened()) {
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
        try (StandalonePlacement placement = opened()) {
            assertThat(placement.nodes()).containsExactly(ONE, TWO);
        }
    }

    @Test
    void a_watch_sees_every_change_once_and_in_order() throws Exception {
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (StandalonePlacement placement = opened()) {
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
        try (StandalonePlacement placement = opened()) {
            get(placement.register(ONE));
            get(placement.register(TWO));
            get(placement.deregister("node-1"));
        }
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (StandalonePlacement placement = opened();
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
        try (StandalonePlacement placement = opened();
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
    void an_address_in_use_is_named() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> opened(taken.getLocalPort()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("placement.listen 127.0.0.1:" + taken.getLocalPort());
        }
        opened().close();
    }

    @Test
    void it_listens_on_loopback_only_and_takes_a_free_port_for_0() throws Exception {
        try (StandalonePlacement placement = opened()) {
            assertThat(placement.localAddress().getAddress().isLoopbackAddress()).isTrue();
            assertThat(placement.localAddress().getPort()).isPositive();
            assertThat(placement.isJoinAllowed()).as("no other member may join").isFalse();
        }
        assertThatThrownBy(() -> new PlacementSettings(new InetSocketAddress("0.0.0.0", 1229)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("loopback");
    }

    @Test
    void nothing_is_registered_before_open_or_after_close() throws Exception {
        StandalonePlacement placement = placement(0);
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

    private static PlacementChange next(BlockingQueue<PlacementChange> seen)
            throws InterruptedException {
        PlacementChange change = seen.poll(10, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change within 10 s");
        }
        return change;
    }

    private StandalonePlacement opened() throws IOException {
        return opened(0);
    }

    private StandalonePlacement opened(int port) throws IOException {
        StandalonePlacement placement = placement(port);
        placement.open();
        return placement;
    }

    /** Over the log of the placement before it, opened anew. */
    private StandalonePlacement placement(int port) throws IOException {
        closeJournal();
        Journal opening =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        journal = opening;
        opening.open();
        ShardSettings settings =
                new ShardSettings(1 << 20, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);
        return new StandalonePlacement(
                new PlacementSettings(new InetSocketAddress("127.0.0.1", port)),
                opening.shard("placement", settings),
                InstantSource.system(),
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
