package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every node is to log, as placement holds it. */
@Timeout(60)
class LogOrdersTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");
    private static final Author BY = new Author("node-1", Admin.withToken("127.0.0.1:4000"));
    private static final LevelOrder STAYS =
            new LevelOrder("session", Severity.WARN, NOON, null, BY);
    private static final LevelOrder PASSES =
            new LevelOrder("session", null, NOON, NOON.plusSeconds(60), BY);

    @TempDir Path directory;
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private @Nullable Journal journal;

    @Test
    void a_trace_lasts_until_somebody_ends_it() {
        PlacementState begun = fold(new Command.BeginTrace(trace("a")));
        assertThat(begun.logOrders().traces()).containsExactly(trace("a"));
        PlacementState.Step ended = begun.apply(new Command.EndTrace("a", BY));
        assertThat(ended.change()).isEqualTo(new PlacementChange.TraceEnded(2, "a", BY));
        assertThat(ended.state().logOrders()).isEqualTo(new LogOrders(2, List.of(), List.of()));
        assertThat(ended.state().apply(new Command.EndTrace("a", BY)).change()).isNull();
    }

    @Test
    void there_is_a_bound_for_both_and_one_more_changes_nothing() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < TraceOrder.MAX; i++) {
            state = state.apply(new Command.BeginTrace(trace("t" + i))).state();
        }
        PlacementState.Step tooMany = state.apply(new Command.BeginTrace(trace("more")));
        assertThat(tooMany.agreement()).isEqualTo(new Agreement(TraceOrder.MAX + 1, false));
        assertThat(tooMany.state().orders()).isEqualTo(state.orders());
        for (int i = 0; i < LevelOrder.MAX; i++) {
            state = state.apply(new Command.SetLevel(level("c" + i))).state();
        }
        assertThat(state.apply(new Command.SetLevel(level("more"))).change()).isNull();
        assertThat(state.apply(new Command.SetLevel(level("c0"))).change()).isNotNull();
    }

    @Test
    void a_level_for_a_while_stands_behind_the_one_that_stays() {
        PlacementState both =
                fold(new Command.SetLevel(PASSES), new Command.SetLevel(STAYS))
                        .apply(new Command.SetLevel(PASSES))
                        .state();
        assertThat(both.logOrders().levels()).containsExactly(STAYS, PASSES);
        PlacementState after = both.apply(new Command.Expire(NOON.plusSeconds(60))).state();
        assertThat(after.logOrders().levels()).containsExactly(STAYS);
        assertThat(both.apply(new Command.SetLevel(STAYS)).state().logOrders().levels())
                .as("what stays takes the place of both")
                .containsExactly(STAYS);
    }

    @Test
    void only_what_is_over_expires() {
        PlacementState state =
                fold(new Command.BeginTrace(trace("a")), new Command.SetLevel(STAYS));
        assertThat(state.apply(new Command.Expire(NOON.plusSeconds(59))).change()).isNull();
        Instant over = NOON.plusSeconds(60);
        PlacementState.Step step = state.apply(new Command.Expire(over));
        assertThat(step.change()).isEqualTo(new PlacementChange.Expired(3, over));
        assertThat(step.state().logOrders()).isEqualTo(new LogOrders(3, List.of(), List.of(STAYS)));
    }

    @Test
    void a_restart_keeps_them_until_their_time_is_over() throws Exception {
        try (ClusterPlacement placement = opened()) {
            assertThat(get(placement.beginTrace(trace("a")))).isEqualTo(new Agreement(1, true));
            assertThat(get(placement.setLevel(STAYS))).isEqualTo(new Agreement(2, true));
            assertThat(get(placement.setLevel(PASSES))).isEqualTo(new Agreement(3, true));
            assertThat(get(placement.beginTrace(trace("a")))).isEqualTo(new Agreement(4, false));
        }
        try (ClusterPlacement placement = opened()) {
            assertThat(placement.logOrders())
                    .isEqualTo(new LogOrders(4, List.of(trace("a")), List.of(STAYS, PASSES)));
        }
        now.set(NOON.plusSeconds(61));
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (ClusterPlacement placement = opened();
                AutoCloseable _ = placement.watch(3, seen::add)) {
            assertThat(next(seen)).isEqualTo(new PlacementChange.Expired(5, now.get()));
            assertThat(placement.logOrders())
                    .isEqualTo(new LogOrders(5, List.of(), List.of(STAYS)));
        }
        assertThat(seen).as("expired once").isEmpty();
    }

    @Test
    void a_watch_is_handed_every_change_of_them() throws Exception {
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (ClusterPlacement placement = opened();
                AutoCloseable _ = placement.watch(0, seen::add)) {
            get(placement.beginTrace(trace("a")));
            get(placement.endTrace("b", BY));
            get(placement.setLevel(STAYS));
            get(placement.endTrace("a", BY));
            assertThat(next(seen)).isEqualTo(new PlacementChange.TraceBegun(1, trace("a")));
            assertThat(next(seen)).isEqualTo(new PlacementChange.LevelSet(3, STAYS));
            assertThat(next(seen)).isEqualTo(new PlacementChange.TraceEnded(4, "a", BY));
        }
    }

    @Test
    void what_is_too_long_to_be_logged_is_refused_before_it_is() throws Exception {
        assertThatThrownBy(() ->
                        new TraceOrder(
                                "a",
                                TraceTarget.CLIENT,
                                "点".repeat(TraceOrder.MAX_TARGET_BYTES / 3 + 1),
                                NOON,
                                NOON,
                                1,
                                BY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 65535 bytes, was 65538");
        try (ClusterPlacement placement = opened()) {
            assertThatThrownBy(() -> placement.endTrace("x".repeat(65), BY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 64 characters, was 65");
            assertThat(placement.revision()).isZero();
        }
    }

    private static PlacementState fold(Command... commands) {
        PlacementState state = PlacementState.EMPTY;
        for (Command command : commands) {
            state = state.apply(command).state();
        }
        return state;
    }

    private static TraceOrder trace(String id) {
        return new TraceOrder(id, TraceTarget.CLIENT, "x", NOON, NOON.plusSeconds(60), 100, BY);
    }

    private static LevelOrder level(String category) {
        return new LevelOrder(category, Severity.WARN, NOON, null, BY);
    }

    private static Agreement get(CompletableFuture<Agreement> agreement) throws Exception {
        return agreement.get(10, TimeUnit.SECONDS);
    }

    private static PlacementChange next(BlockingQueue<PlacementChange> seen)
            throws InterruptedException {
        PlacementChange change = seen.poll(10, TimeUnit.SECONDS);
        if (change == null) {
            throw new AssertionError("no change within 10 s");
        }
        return change;
    }

    /** Over the log of the placement before it, opened anew. */
    private ClusterPlacement opened() throws IOException {
        closeJournal();
        Journal opening =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        journal = opening;
        opening.open();
        ShardSettings settings =
                new ShardSettings(1 << 20, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);
        ClusterPlacement placement =
                new ClusterPlacement(
                        PlacementSettings.alone("node-1"),
                        opening,
                        opening.shard("placement", settings),
                        PlacementNetwork.NONE,
                        now::get,
                        new SplittableRandom(),
                        Events.NONE);
        placement.open();
        return placement;
    }

    @AfterEach
    void closeJournal() {
        Journal open = journal;
        if (open != null) {
            open.close();
        }
    }
}
