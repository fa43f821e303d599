package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EnsemblesTest {
    private final Ensembles ensembles = new Ensembles(new SplittableRandom(1));

    private static Nodes.Candidate node(String node, String rack, long freeBytes) {
        return new Nodes.Candidate(node, rack, freeBytes, false);
    }

    private static final List<Nodes.Candidate> FOUR =
            List.of(
                    node("a1", "a", 10),
                    node("a2", "a", 10),
                    node("b1", "b", 10),
                    node("c1", "c", 10));

    @Test
    void each_rack_has_one_while_there_are_enough() {
        for (int i = 0; i < 100; i++) {
            assertThat(ensembles.choose(FOUR, 3, Set.of(), Set.of())).contains("b1", "c1");
        }
    }

    @Test
    void one_more_is_rather_of_a_rack_that_has_none() {
        for (int i = 0; i < 100; i++) {
            assertThat(ensembles.choose(FOUR, 1, Set.of("a1", "b1"), Set.of("a1", "b1")))
                    .containsExactly("c1");
        }
    }

    @Test
    void a_rack_is_taken_twice_rather_than_a_replica_left_out() {
        assertThat(ensembles.choose(FOUR, 4, Set.of(), Set.of()))
                .containsExactlyInAnyOrder("a1", "a2", "b1", "c1");
        assertThat(ensembles.choose(FOUR, 5, Set.of("b1"), Set.of())).hasSize(3);
    }

    @Test
    void one_that_is_drained_is_not_chosen() {
        List<Nodes.Candidate> nodes =
                List.of(node("a", "a", 1), new Nodes.Candidate("b", "b", 1000, true));
        assertThat(ensembles.choose(nodes, 2, Set.of(), Set.of())).containsExactly("a");
    }

    @Test
    void more_room_means_chosen_more_often() {
        List<Nodes.Candidate> nodes = List.of(node("much", "r", 3000), node("little", "r", 1000));
        Map<String, Integer> chosen = new HashMap<>();
        for (int i = 0; i < 4000; i++) {
            chosen.merge(
                    ensembles.choose(nodes, 1, Set.of(), Set.of()).getFirst(), 1, Integer::sum);
        }
        assertThat(chosen.get("much")).isBetween(2800, 3200);
    }
}
