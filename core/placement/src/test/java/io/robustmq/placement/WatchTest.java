package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.PlacementChange.ClaimsChanged;
import io.robustmq.placement.PlacementChange.DocumentsChanged;
import io.robustmq.placement.PlacementChange.Whole;
import io.robustmq.telemetry.event.Admin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Following what is agreed. */
@Timeout(60)
class WatchTest {
    private static final Author BY = new Author("n", Admin.NODE);
    private static final NodeEpoch A = new NodeEpoch("a", 1);
    private static final NodeEpoch B = new NodeEpoch("b", 2);

    @Test
    void whoever_takes_when_nobody_misses_a_change_or_gets_one_twice_or_a_state_without_need() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < 40; round++) {
            int kept = 1 + chance.nextInt(30);
            long bytes = 400L + chance.nextInt(20_000);
            PlacementHistory history = new PlacementHistory(kept, bytes);
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            List<PlacementChange> all = new ArrayList<>();
            long[] seen = new long[3];
            for (int i = 0; i < 600; i++) {
                int who = chance.nextInt(12);
                if (who >= seen.length) {
                    PlacementState.Step step = state.apply(some.command(state));
                    state = step.state();
                    if (step.change() != null) {
                        all.add(step.change());
                    }
                    history.add(step);
                    assertThat(bytes(all, history.begin()))
                            .as("-Dseed=%d", seed)
                            .isLessThanOrEqualTo(
                                    Math.max(bytes, all.isEmpty() ? 0 : all.getLast().bytes()));
                } else if (hasMore(all, seen[who])) {
                    seen[who] = take(history, all, state, seen[who], seed);
                }
            }
        }
    }

    private static long bytes(List<PlacementChange> all, long after) {
        return all.stream()
                .filter(each -> each.revision() > after)
                .mapToLong(PlacementChange::bytes)
                .sum();
    }

    private static boolean hasMore(List<PlacementChange> all, long seen) {
        return !all.isEmpty() && all.getLast().revision() > seen;
    }

    private static long take(
            PlacementHistory history,
            List<PlacementChange> all,
            PlacementState state,
            long seen,
            long seed) {
        List<PlacementChange> taken = after(history, seen);
        assertThat(taken).as("-Dseed=%d", seed).isNotEmpty();
        if (taken.getFirst() instanceof Whole(PlacementView view)) {
            assertThat(taken).as("-Dseed=%d", seed).hasSize(1);
            assertThat(view).as("-Dseed=%d", seed).isEqualTo(new PlacementView(state));
            assertThat(seen).as("-Dseed=%d", seed).isLessThan(history.begin());
        } else {
            List<PlacementChange> expected =
                    all.stream()
                            .filter(each -> each.revision() > seen)
                            .limit(taken.size())
                            .toList();
            assertThat(taken).as("-Dseed=%d", seed).isEqualTo(expected);
        }
        return taken.getLast().revision();
    }

    @Test
    void a_state_that_is_not_the_next_one_is_handed_over_as_a_whole() {
        PlacementHistory history = new PlacementHistory();
        PlacementState.Step first = PlacementState.EMPTY.apply(new Command.Register(node("a")));
        history.add(first);
        assertThat(after(history, 0)).containsExactly(first.change());
        PlacementState later = Everything.state(1);
        history.add(PlacementState.Step.to(later));
        assertThat(after(history, 1)).containsExactly(new Whole(new PlacementView(later)));
        PlacementState.Step next = later.apply(new Command.Register(node("z")));
        history.add(next);
        assertThat(after(history, later.revision())).containsExactly(next.change());
    }

    private static List<PlacementChange> after(PlacementHistory history, long seen) {
        return history.after(seen, history.turn(), 0, () -> false).changes();
    }

    @Test
    void a_state_of_another_history_is_handed_over_whatever_its_revision() {
        PlacementHistory history = new PlacementHistory();
        history.restart(Everything.state(1));
        long seen = history.after(0, 0, 0, () -> false).revision();
        int turn = history.turn();
        assertThat(history.after(seen, turn, 0, () -> false).changes()).isEmpty();
        PlacementState young = PlacementState.EMPTY.apply(new Command.Register(node("a"))).state();
        history.restart(young);
        assertThat(history.after(seen, turn, 0, () -> false).changes())
                .containsExactly(new Whole(new PlacementView(young)));
    }

    @Test
    void a_slow_watcher_gets_the_whole_state_and_delays_nobody() throws Exception {
        PlacementHistory history = new PlacementHistory(10, 1 << 20);
        Semaphore permits = new Semaphore(0);
        ConcurrentLinkedQueue<PlacementChange> slow = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<PlacementChange> quick = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(1000);
        try (Watch one =
                        started(
                                history,
                                change -> {
                                    permits.acquireUninterruptibly();
                                    slow.add(change);
                                });
                Watch other =
                        started(
                                history,
                                change -> {
                                    quick.add(change);
                                    all.countDown();
                                })) {
            PlacementState state = PlacementState.EMPTY;
            for (int i = 0; i < 1000; i++) {
                PlacementState.Step step = state.apply(new Command.Register(node("n" + i)));
                state = step.state();
                history.add(step);
                long revision = state.revision();
                while (quick.stream().noneMatch(each -> each.revision() == revision)
                        && i % 10 == 9) {
                    Thread.onSpinWait();
                }
            }
            assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(slow).isEmpty();
            permits.release(1000);
            while (slow.stream().noneMatch(each -> each.revision() == 1000)) {
                Thread.onSpinWait();
            }
            PlacementState last = state;
            assertThat(slow)
                    .as("what it had taken, and then a state")
                    .anyMatch(each -> each.equals(new Whole(new PlacementView(last))));
            assertThat(slow).hasSizeLessThan(20);
        }
        assertThat(quick).hasSize(1000);
    }

    @Test
    void a_watch_that_is_closed_ends_its_thread_also_while_nothing_happens() throws Exception {
        PlacementHistory history = new PlacementHistory();
        Watch watch = new Watch(history, 7, Interest.ALL, change -> {});
        Thread thread = Thread.ofVirtual().start(watch);
        watch.close();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void a_watch_of_documents_gets_those_that_begin_so_of_a_change() {
        Interests interests =
                new Interests(
                        Set.of(
                                new Interest.Documents(DocumentKind.USER, "a/"),
                                new Interest.Documents(DocumentKind.ACL, "")));
        DocumentsChanged.One user = new DocumentsChanged.One(DocumentKind.USER, "a/x", null);
        DocumentsChanged.One other = new DocumentsChanged.One(DocumentKind.USER, "b", null);
        DocumentsChanged.One acl = new DocumentsChanged.One(DocumentKind.ACL, "b", null);
        assertThat(interests.of(new DocumentsChanged(1, List.of(user, other, acl), BY, "")))
                .isEqualTo(new DocumentsChanged(1, List.of(user, acl), BY, ""));
        assertThat(interests.of(new DocumentsChanged(1, List.of(other), BY, ""))).isNull();
        assertThat(interests.of(new PlacementChange.Removed(1, A))).isNull();
    }

    @Test
    void a_node_gets_the_clients_that_others_took_from_it() {
        Interests interests = new Interests(Set.of(new Interest.ClaimsTakenFrom("a")));
        ClaimsChanged.One taken = new ClaimsChanged.One("x", 5, A);
        ClaimsChanged.One others = new ClaimsChanged.One("y", 6, new NodeEpoch("c", 1));
        ClaimsChanged.One fresh = new ClaimsChanged.One("z", 7, null);
        assertThat(interests.of(new ClaimsChanged(3, B, List.of(taken, others, fresh))))
                .isEqualTo(new ClaimsChanged(3, B, List.of(taken)));
        assertThat(interests.of(new ClaimsChanged(3, A, List.of(taken)))).as("by itself").isNull();
    }

    private static Watch started(PlacementHistory history, Consumer<PlacementChange> watcher) {
        Watch watch = new Watch(history, 0, Interest.ALL, watcher);
        Thread.ofPlatform().daemon().start(watch);
        return watch;
    }

    private static Node node(String nodeId) {
        return new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of());
    }
}
