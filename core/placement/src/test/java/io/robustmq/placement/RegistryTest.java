package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nodes that fall silent. */
class RegistryTest {
    private static final long TIMEOUT_MILLIS = 10_000;

    private final RecordingEvents events = new RecordingEvents();
    private PlacementState state = PlacementState.EMPTY;
    private long millis;
    private boolean failing;

    private final Registry registry =
            new Registry(
                    Duration.ofMillis(TIMEOUT_MILLIS),
                    () -> TimeUnit.MILLISECONDS.toNanos(millis),
                    () -> state,
                    this::submit,
                    events);

    private CompletableFuture<PlacementState.Step> submit(Command command) {
        if (failing) {
            return CompletableFuture.failedFuture(new IOException("nobody leads"));
        }
        PlacementState.Step step = state.apply(command);
        state = step.state();
        return CompletableFuture.completedFuture(step);
    }

    @Test
    void who_is_silent_for_longer_than_the_timeout_is_removed_and_who_is_heard_of_stays() {
        NodeEpoch silent = register("silent");
        NodeEpoch heard = register("heard");
        registry.lead();
        pass(9_000);
        assertThat(registry.heartbeat(heard)).isTrue();
        pass(2_000);
        assertThat(state.nodes().byId()).containsOnlyKeys("heard");
        assertThat(expired()).containsExactly(new PlacementEvent.NodeExpired("silent", 10_500, 3));
        assertThat(registry.expired()).isEqualTo(1);
        assertThat(registry.heartbeat(silent)).as("is to register again").isFalse();
        pass(9_000);
        assertThat(state.nodes().byId()).isEmpty();
    }

    @Test
    void who_begins_to_lead_gives_everybody_a_whole_timeout() {
        register("n");
        registry.lead();
        pass(9_000);
        registry.follow();
        pass(100_000);
        registry.lead();
        pass(9_500);
        assertThat(state.nodes().byId()).hasSize(1);
        pass(1_500);
        assertThat(state.nodes().byId()).isEmpty();
    }

    @Test
    void who_leads_again_without_having_heard_of_another_leader_gives_a_whole_timeout_too() {
        register("n");
        registry.lead();
        pass(9_000);
        registry.lead();
        pass(9_500);
        assertThat(state.nodes().byId()).hasSize(1);
        pass(1_500);
        assertThat(state.nodes().byId()).isEmpty();
    }

    @Test
    void who_was_stopped_itself_does_not_count_that_time() {
        register("n");
        registry.lead();
        pass(5_000);
        millis += 60_000;
        registry.look();
        pass(4_500);
        assertThat(state.nodes().byId()).hasSize(1);
        pass(1_500);
        assertThat(state.nodes().byId()).isEmpty();
    }

    @Test
    void an_expiry_that_fails_is_tried_again() {
        register("n");
        registry.lead();
        failing = true;
        pass(12_000);
        assertThat(state.nodes().byId()).hasSize(1);
        failing = false;
        pass(500);
        assertThat(state.nodes().byId()).isEmpty();
        assertThat(expired()).hasSize(1);
    }

    @Test
    void whoever_is_heard_of_when_nobody_is_removed_early_or_kept_long() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        registry.lead();
        Map<NodeEpoch, Long> heard = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            String nodeId = "n" + chance.nextInt(6);
            if (chance.nextInt(20) == 0) {
                heard.put(register(nodeId), millis);
            }
            Registration there = state.nodes().registration(nodeId);
            if (there != null && chance.nextInt(6) == 0) {
                assertThat(registry.heartbeat(there.identity())).isTrue();
                heard.put(there.identity(), millis);
            }
            Set<NodeEpoch> before = identities();
            pass(500);
            for (NodeEpoch each : before) {
                long silent = millis - heard.getOrDefault(each, 0L);
                boolean isThere = identities().contains(each);
                assertThat(isThere || silent > TIMEOUT_MILLIS).as("early -Dseed=%d", seed).isTrue();
                assertThat(isThere && silent > TIMEOUT_MILLIS + 500)
                        .as("long -Dseed=%d", seed)
                        .isFalse();
            }
        }
        assertThat(expired()).as("-Dseed=%d", seed).isNotEmpty();
    }

    private List<PlacementEvent.NodeExpired> expired() {
        return events.of(PlacementEvent.NodeExpired.class);
    }

    private Set<NodeEpoch> identities() {
        Set<NodeEpoch> identities = new HashSet<>();
        state.nodes().byId().values().forEach(each -> identities.add(each.identity()));
        return identities;
    }

    /** Looks as often as its thread would. */
    private void pass(long passing) {
        for (long passed = 0; passed < passing; passed += 500) {
            millis += 500;
            registry.look();
        }
    }

    private NodeEpoch register(String nodeId) {
        Node node = new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of());
        PlacementState.Step step = state.apply(new Command.Register(node));
        state = step.state();
        return ((NodeAnswer.Registered) step.answer()).identity();
    }
}
