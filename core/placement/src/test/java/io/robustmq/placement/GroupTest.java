package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real members with their threads and journals, in one process. */
@Timeout(180)
class GroupTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Author BY = new Author("test", Admin.NODE);

    @TempDir Path directory;
    private final TestGroup group = new TestGroup();

    @Test
    void what_is_changed_at_any_member_is_seen_at_all() throws Exception {
        start("a", "b", "c");
        for (String name : List.of("a", "b", "c")) {
            register(name, "node-" + name);
        }
        for (String name : List.of("a", "b", "c")) {
            get(placement(name).barrier());
            assertThat(placement(name).nodes())
                    .extracting(Node::nodeId)
                    .containsExactly("node-a", "node-b", "node-c");
        }
    }

    @Test
    void without_the_one_that_leads_the_others_go_on_and_it_comes_back() throws Exception {
        start("a", "b", "c");
        register("a", "before");
        String leader = leader();
        stop(leader);
        String other = leader.equals("a") ? "b" : "a";
        register(other, "after");
        open(leader, List.of("a", "b", "c"));
        get(placement(leader).ready());
        get(placement(leader).barrier());
        assertThat(placement(leader).nodes())
                .extracting(Node::nodeId)
                .containsExactly("after", "before");
    }

    @Test
    void a_group_of_one_grows_and_a_dead_member_is_replaced() throws Exception {
        open("a", List.of("a"));
        register("a", "alone");
        stop("a");
        open("a", List.of("a", "b"));
        open("b", List.of("a", "b"));
        get(placement("a").ready());
        settled(() -> placement("a").addMember("b", BY, "grow"));
        get(placement("b").ready());
        open("c", List.of("a", "c"));
        settled(() -> placement("a").addMember("c", BY, "grow"));
        get(placement("c").ready());
        register("c", "grown");
        assertThatThrownBy(() -> get(placement(leader()).addMember("nobody", BY, "?")))
                .hasRootCauseInstanceOf(PlacementRefusedException.class)
                .hasMessageContaining("no member nobody asks to be let in");

        stop("c");
        reopenEmpty("c", List.of("a", "c"));
        settled(() -> placement(leader()).replaceMember("c", BY, "its disk is lost"));
        Await.untilTrue(
                "the new c has it",
                LIMIT,
                () ->
                        placement("c").nodes().stream()
                                .map(Node::nodeId)
                                .toList()
                                .equals(List.of("alone", "grown")));
    }

    @Test
    void what_would_leave_too_few_is_refused() throws Exception {
        start("a", "b", "c");
        register("a", "before");
        String leader = leader();
        List<String> others = new ArrayList<>(List.of("a", "b", "c"));
        others.remove(leader);
        stop(others.getFirst()); // and just before that it answered
        assertThatThrownBy(() -> get(placement(leader).removeMember(others.getLast(), BY, "no")))
                .hasRootCauseInstanceOf(PlacementRefusedException.class)
                .hasMessageContaining("of 2 members then 2 must answer, and only 1 do")
                .hasMessageContaining("bring back " + others.getFirst() + " first");
        assertThat(get(placement(leader).removeMember(others.getFirst(), BY, "dead")).changed())
                .isTrue();
    }

    private interface Asking {
        CompletableFuture<Agreement> ask() throws Exception;
    }

    private void settled(Asking asking) throws Exception {
        Await.untilTrue(
                "the members are changed",
                LIMIT,
                () -> {
                    try {
                        return get(asking.ask()).changed();
                    } catch (ExecutionException notYet) {
                        return false;
                    }
                });
    }

    private String leader() throws Exception {
        return group.leader();
    }

    private void start(String... names) throws Exception {
        for (String name : names) {
            open(name, List.of(names));
        }
        for (String name : names) {
            get(placement(name).ready());
        }
        assertThat(group.events("a").of(PlacementEvent.GroupFormed.class)).hasSize(1);
    }

    private void stop(String name) {
        group.stop(name);
    }

    private void open(String name, List<String> initial) throws IOException {
        group.open(TestGroup.settings(name, initial), directory.resolve(name));
    }

    private void reopenEmpty(String name, List<String> initial) throws IOException {
        group.open(TestGroup.settings(name, initial), directory.resolve(name + "-empty"));
    }

    private ClusterPlacement placement(String name) {
        return group.placement(name);
    }

    private void register(String at, String nodeId) throws Exception {
        get(placement(at).register(new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of())));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(15, TimeUnit.SECONDS);
    }

    @AfterEach
    void closeAll() {
        group.close();
    }
}
