package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.TraceOrder;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.Levels;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that agree by one placement on what they log. */
@Timeout(120)
class AgreedLogControlTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Admin ADMIN = Admin.withToken("127.0.0.1:4000");
    private static final Duration TIME = Duration.ofMinutes(10);
    private static final Event DEBUG =
            new MessageEvent.Unrouted(new Peer("mqtt/5.0", 1, "x", "127.0.0.1:5000"), "a/b", 1);

    @TempDir Path directory;

    /** Ahead of the machine's by this. */
    private volatile Duration ahead = Duration.ZERO;

    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private final FaultyDisk disk = new FaultyDisk();
    private final List<ControlledNode> nodes = new ArrayList<>();
    private @Nullable LocalPlacement placement;

    @Test
    void a_trace_holds_on_every_node_and_each_act_is_one_persons_event() throws Exception {
        ClusterPlacement places = placement();
        ControlledNode one = node("node-1").follow(places);
        ControlledNode two = node("node-2").follow(places);
        DebugTrace trace = begin(one, "x");
        await("the other node", () -> two.traced().equals(List.of(trace)));
        assertThat(one.traced()).containsExactly(trace);
        one.emit(DEBUG);
        two.emit(DEBUG);
        two.emit(DEBUG);
        assertThat(two.control.stopTrace(trace.id(), ADMIN))
                .isEqualTo(new LogControl.Outcome.Done<>(trace.id()));
        assertThat(two.traced()).isEmpty();
        await("the other node", () -> one.traced().isEmpty());
        one.emit(DEBUG);
        await("stored", () -> ended(one).size() + ended(two).size() == 2);
        assertThat(whose(one, "audit.trace_begun")).containsExactly("admin-token");
        assertThat(whose(two, "audit.trace_begun")).containsExactly("node");
        assertThat(whose(one, "audit.trace_ended")).containsExactly("node");
        assertThat(whose(two, "audit.trace_ended")).containsExactly("admin-token");
        assertThat(ended(one).getFirst().path("traced_events").asLong()).isEqualTo(1);
        assertThat(ended(two).getFirst().path("traced_events").asLong()).isEqualTo(2);
        assertThat(one.stored("message.unrouted")).hasSize(1);
        assertThat(two.stored("message.unrouted")).hasSize(2);
        assertThat(one.control.stopTrace(trace.id(), ADMIN)).isEqualTo(noTrace(trace.id()));
    }

    @Test
    void a_restarted_node_goes_on_until_the_time_is_over() throws Exception {
        ControlledNode before = node("node-1").follow(placement());
        DebugTrace trace = begin(before, "x");
        level(before, "session", Severity.ERROR, Duration.ZERO);
        Levels.Level passing = level(before, "message", Severity.WARN, TIME);
        closeAll();

        ClusterPlacement places = placement();
        ControlledNode after = node("node-1").follow(places);
        assertThat(after.traced()).containsExactly(trace);
        assertThat(after.pipeline.levels().of("session").level()).isEqualTo(Severity.ERROR);
        assertThat(after.pipeline.levels().of("message")).isEqualTo(passing);
        after.emit(DEBUG);
        ahead = TIME;
        await("no trace", () -> after.traced().isEmpty());
        await(
                "the level before",
                () -> after.pipeline.levels().of("message").level() == Severity.INFO);
        await("nothing of it in the state", () -> places.logOrders().traces().isEmpty());
        assertThat(places.logOrders().levels()).hasSize(1);
        assertThat(after.pipeline.levels().of("session").until()).isNull();
        await("stored", () -> ended(after).size() == 2);
        assertThat(whose(after, "audit.trace_begun")).containsExactly("admin-token", "node");
        assertThat(ended(after).getLast().path("traced_events").asLong()).isEqualTo(1);
        assertThat(whose(after, "audit.level_changed"))
                .containsExactly("admin-token", "admin-token", "node", "node", "node");
    }

    @Test
    void a_level_holds_on_every_node_and_stays_or_returns() throws Exception {
        ClusterPlacement places = placement();
        ControlledNode one = node("node-1").follow(places);
        ControlledNode two = node("node-2").follow(places);
        level(one, "session", Severity.WARN, Duration.ZERO);
        Levels.Level passing = level(one, "session", null, TIME);
        assertThat(passing.level()).as("that of all").isEqualTo(Severity.INFO);
        assertThat(passing.then()).isEqualTo(Severity.WARN);
        await("the other node", () -> passing.equals(two.pipeline.levels().of("session")));
        ahead = TIME;
        await("its return", () -> sessions(one) == Severity.WARN && sessions(two) == Severity.WARN);
        await("stored", () -> two.stored("audit.level_changed").size() == 3);
        assertThat(whose(two, "audit.level_changed")).containsOnly("node");
        assertThat(one.stored("audit.level_changed"))
                .extracting(event -> event.path("limit_seconds").asLong())
                .startsWith(0L, TIME.toSeconds());
    }

    @Test
    void a_full_disk_refuses_the_change_and_nothing_holds_half() throws Exception {
        ClusterPlacement places = placement();
        ControlledNode one = node("node-1").follow(places);
        ControlledNode two = node("node-2").follow(places);
        DebugTrace trace = begin(one, "x");
        long revision = places.revision();
        disk.full(true);
        for (LogControl.Outcome<?> refused :
                List.of(
                        one.control.beginTrace(TraceTarget.CLIENT, "y", TIME, 1, ADMIN),
                        one.control.stopTrace(trace.id(), ADMIN),
                        two.control.setLevel("session", Severity.WARN, TIME, ADMIN))) {
            assertThat(refused)
                    .isInstanceOf(LogControl.Outcome.Refused.class)
                    .asString()
                    .contains("503", "nothing was changed", "No space left on device");
        }
        assertThat(places.revision()).isEqualTo(revision);
        assertThat(one.traced()).containsExactly(trace);
        assertThat(sessions(two)).isEqualTo(Severity.INFO);
        disk.full(false);
        await(
                "room",
                () ->
                        one.control.stopTrace(trace.id(), ADMIN)
                                instanceof LogControl.Outcome.Done<String>);
        await("both", () -> one.traced().isEmpty() && two.traced().isEmpty());
    }

    @Test
    void without_placement_a_node_keeps_what_it_knows_until_the_time_is_over() throws Exception {
        ClusterPlacement places = placement();
        ControlledNode node = node("node-1").follow(places);
        DebugTrace trace = begin(node, "x");
        places.close();
        assertThat(node.control.stopTrace(trace.id(), ADMIN).toString()).contains("503");
        assertThat(node.traced()).containsExactly(trace);
        ahead = TIME;
        await("its end", () -> node.traced().isEmpty());
        ControlledNode early = node("node-2");
        assertThat(early.control.beginTrace(TraceTarget.CLIENT, "x", TIME, 1, ADMIN).toString())
                .contains("503", "placement is not open");
    }

    @Test
    void there_are_never_too_many_whoever_is_asked() throws Exception {
        ClusterPlacement places = placement();
        ControlledNode one = node("node-1").follow(places);
        ControlledNode two = node("node-2").follow(places);
        ConcurrentLinkedQueue<LogControl.Outcome<DebugTrace>> outcomes =
                new ConcurrentLinkedQueue<>();
        List<Thread> admins = new ArrayList<>();
        for (int i = 0; i < 2 * TraceOrder.MAX; i++) {
            ControlledNode asked = i % 2 == 0 ? one : two;
            String client = "client-" + i;
            admins.add(
                    Thread.ofVirtual()
                            .start(() ->
                                    outcomes.add(
                                            asked.control.beginTrace(
                                                    TraceTarget.CLIENT, client, TIME, 1, ADMIN))));
        }
        for (Thread admin : admins) {
            admin.join();
        }
        assertThat(outcomes)
                .filteredOn(outcome -> outcome instanceof LogControl.Outcome.Done<DebugTrace>)
                .hasSize(TraceOrder.MAX);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.toString().contains("status=409"))
                .hasSize(TraceOrder.MAX);
        await("all", () -> one.traced().size() == TraceOrder.MAX);
        await("all", () -> two.traced().size() == TraceOrder.MAX);
        assertThat(one.traced()).isEqualTo(two.traced());
        await(
                "stored",
                () ->
                        one.stored("audit.trace_begun").size() == TraceOrder.MAX
                                && two.stored("audit.trace_begun").size() == TraceOrder.MAX);
        List<String> whose = new ArrayList<>(whose(one, "audit.trace_begun"));
        whose.addAll(whose(two, "audit.trace_begun"));
        assertThat(whose).filteredOn("admin-token"::equals).hasSize(TraceOrder.MAX);
    }

    private static Severity sessions(ControlledNode node) {
        return node.pipeline.levels().of("session").level();
    }

    private static LogControl.Outcome<String> noTrace(String id) {
        return LogControl.noTrace(id);
    }

    private static List<JsonNode> ended(ControlledNode node) throws IOException {
        return node.stored("audit.trace_ended");
    }

    private static List<String> whose(ControlledNode node, String event) throws IOException {
        return node.stored(event).stream().map(each -> each.path("who").asText()).toList();
    }

    private static DebugTrace begin(ControlledNode node, String client) {
        return done(node.control.beginTrace(TraceTarget.CLIENT, client, TIME, 100, ADMIN));
    }

    private static Levels.Level level(
            ControlledNode node, String category, @Nullable Severity level, Duration limit) {
        return done(node.control.setLevel(category, level, limit, ADMIN));
    }

    private static <T> T done(LogControl.Outcome<T> outcome) {
        return switch (outcome) {
            case LogControl.Outcome.Done<T>(T value) -> value;
            case LogControl.Outcome.Refused<T> refused -> throw new AssertionError(refused);
        };
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.untilTrue(what, LIMIT, condition);
    }

    private ControlledNode node(String nodeId) throws IOException {
        ControlledNode node = new ControlledNode(nodeId, directory, clock);
        nodes.add(node);
        return node;
    }

    /** Over the log of the one before it. */
    private ClusterPlacement placement() throws IOException {
        LocalPlacement opened = LocalPlacement.in(directory, disk, clock);
        placement = opened;
        return opened.placement;
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(ControlledNode::close);
        nodes.clear();
        if (placement != null) {
            placement.close();
        }
    }
}
