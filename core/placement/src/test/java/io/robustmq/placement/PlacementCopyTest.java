package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known of placement elsewhere. */
@Timeout(60)
class PlacementCopyTest {
    @Test
    void whatever_happens_it_is_what_placement_has_but_for_claims() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            try (PlacementCopy copy = new PlacementCopy()) {
                for (int i = 0; i < 300; i++) {
                    PlacementState.Step step = state.apply(some.command(state));
                    state = step.state();
                    PlacementChange change = step.change();
                    if (chance.nextInt(100) == 0) {
                        copy.apply(whole(state));
                    } else if (change == null || change instanceof PlacementChange.ClaimsChanged) {
                        copy.progress(state.revision());
                    } else {
                        copy.apply(change);
                    }
                    assertThat(copy.view())
                            .as("-Dseed=%d", seed)
                            .isEqualTo(new PlacementView(known(state)));
                }
            }
        }
    }

    /** As somebody elsewhere makes it of what is told. */
    private static PlacementChange whole(PlacementState state) {
        PlacementView view = new PlacementView(state);
        List<Document> documents = new ArrayList<>();
        for (DocumentKind kind : DocumentKind.values()) {
            documents.addAll(view.documents(kind, ""));
        }
        LogOrders orders = view.logOrders();
        return new PlacementChange.Whole(
                PlacementView.of(
                        view.revision(),
                        view.registrations(),
                        documents,
                        orders.traces(),
                        orders.levels(),
                        view.members()));
    }

    /** Who was a member once is not told. */
    private static PlacementState known(PlacementState state) {
        return new PlacementState(
                state.revision(),
                state.nodes(),
                state.orders(),
                state.documents(),
                Claims.NONE,
                new Members(state.members().byId(), Members.NONE.gone()),
                Answers.NONE);
    }

    @Test
    void those_who_follow_it_get_each_change_and_a_state_of_another_history_whole()
            throws Exception {
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        PlacementState.Step first = PlacementState.EMPTY.apply(register("a"));
        PlacementState.Step second = first.state().apply(register("b"));
        try (PlacementCopy copy = new PlacementCopy();
                AutoCloseable _ = copy.watch(0, Interest.ALL, seen::add)) {
            copy.apply(change(first));
            copy.progress(7);
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(first.change());
            copy.apply(whole(second.state()));
            assertThat(seen.poll(10, TimeUnit.SECONDS))
                    .isEqualTo(new PlacementChange.Whole(new PlacementView(second.state())));
            assertThat(copy.view().revision()).isEqualTo(2);
            try (AutoCloseable _ = copy.watch(7, Interest.ALL, seen::add)) {
                assertThat(seen.poll(10, TimeUnit.SECONDS))
                        .as("from a revision of the history before")
                        .isInstanceOf(PlacementChange.Whole.class);
            }
        }
        assertThat(seen).isEmpty();
    }

    private static PlacementChange change(PlacementState.Step step) {
        PlacementChange change = step.change();
        if (change == null) {
            throw new AssertionError("nothing changed");
        }
        return change;
    }

    private static Command register(String nodeId) {
        return new Command.Register(new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of()));
    }
}
