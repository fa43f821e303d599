package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.journal.LocalDisk;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Placement;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.telemetry.pipeline.Sampling;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that agree by one placement on which traces they record. */
@Timeout(120)
class AgreedSamplingTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Admin ADMIN = Admin.withToken("127.0.0.1:4000");
    private static final Instant NOW = Instant.parse("2026-11-26T16:20:12Z");
    private static final Peer CLIENT = new Peer("mqtt/5.0", 1, "x", "127.0.0.1:5000");
    private static final String ALARM = "plant/1/alarm";

    @TempDir Path directory;
    private final List<Brokered> nodes = new ArrayList<>();
    private @Nullable LocalPlacement placement;

    /** A node, and what it samples. */
    private record Brokered(ControlledNode node, AgreedSampling sampling, Tracing.Choice choice)
            implements AutoCloseable {
        /** Whether it records a publish that nobody else traces. */
        boolean traces(String topic) {
            return choice.takes(CLIENT, topic, 1);
        }

        Sampling now() {
            return sampling.status().now();
        }

        @Override
        public void close() {
            sampling.close();
            node.close();
        }
    }

    @Test
    void what_one_node_is_asked_for_decides_at_every_node_and_the_configuration_returns()
            throws Exception {
        ClusterPlacement places = placement();
        Brokered one = node("node-1", places);
        Brokered two = node("node-2", places);
        assertThat(one.traces(ALARM)).as("configured ratio is 0").isFalse();
        change(one, "rule=topic=plant/+/alarm ratio=1", "why=alarms are late");
        assertThat(one.traces(ALARM)).as("as soon as it is answered").isTrue();
        assertThat(one.traces("plant/1/heat")).isFalse();
        await("the other node", () -> two.traces(ALARM));

        change(two, "ratio=1");
        await("the other node", () -> one.traces("plant/1/heat"));
        assertThat(one.traces(ALARM)).as("what is not named stays").isTrue();
        change(one, "max-per-second=0");
        await("the other node", () -> two.now().maxPerSecond() == 0);
        assertThat(two.traces(ALARM)).as("no room").isFalse();

        done(two.sampling.change(reset("enough"), ADMIN));
        await("the other node", () -> one.now().equals(one.sampling.status().configured()));
        assertThat(one.traces(ALARM)).isFalse();
        assertThat(two.traces(ALARM)).isFalse();
        assertThat(places.view().documents(DocumentKind.CONFIG, "")).isEmpty();

        await("stored", () -> told(one).size() == 4 && told(two).size() == 4);
        assertThat(told(one))
                .extracting(each -> each.path("who").asText())
                .containsExactly("admin-token", "node", "admin-token", "node");
        assertThat(told(two))
                .extracting(each -> each.path("why").asText())
                .containsExactly("alarms are late", "", "", "enough");
        JsonNode first = told(two).getFirst();
        assertThat(first.path("new_rules").asText()).isEqualTo("topic=plant/+/alarm ratio=1");
        assertThat(first.path("old_rules").asText()).isEmpty();
        JsonNode second = told(two).get(1);
        assertThat(second.path("old_sampling").asText())
                .isEqualTo(
                        "ratio=0 max-per-second=1000000 keep-slow=0s keep-failed=false max-kept-per-second=20");
        assertThat(second.path("new_sampling").asText()).startsWith("ratio=1 ");
    }

    @Test
    void it_survives_a_restart_of_all_and_says_who_and_why() throws Exception {
        change(node("node-1", placement()), "ratio=1", "keep-slow=200ms", "why=a slow night");
        closeAll();

        Brokered after = node("node-1", placement());
        assertThat(after.traces(ALARM)).isTrue();
        AgreedSampling.Status status = after.sampling.status();
        assertThat(status.now().keepSlow()).isEqualTo(Duration.ofMillis(200));
        assertThat(status.agreed().values())
                .containsOnlyKeys(SamplingField.RATIO, SamplingField.KEEP_SLOW);
        assertThat(status.agreed().at()).isEqualTo(NOW);
        assertThat(status.last())
                .extracting(Document::why, last -> last.by().admin())
                .containsExactly("a slow night", ADMIN);
        await("told again", () -> told(after).size() == 2);
        assertThat(told(after).getLast().path("who").asText()).isEqualTo("node");
    }

    @Test
    void a_field_goes_back_alone_and_the_last_takes_the_document_with_it() throws Exception {
        ClusterPlacement places = placement();
        Brokered one = node("node-1", places);
        change(one, "ratio=1", "keep-failed=true");
        change(one, "ratio=default");
        assertThat(one.sampling.status().agreed().values())
                .containsOnlyKeys(SamplingField.KEEP_FAILED);
        change(one, "keep-failed=default");
        assertThat(places.view().documents(DocumentKind.CONFIG, "")).isEmpty();
        long revision = places.revision();
        done(one.sampling.change(reset(""), ADMIN));
        assertThat(places.revision()).as("there is nothing to take back").isEqualTo(revision);
    }

    @Test
    void what_cannot_be_read_leaves_what_held_is_told_once_and_only_a_reset_goes_over_it()
            throws Exception {
        ClusterPlacement places = placement();
        Brokered one = node("node-1", places);
        change(one, "ratio=1");
        for (String text : List.of("{\"ratio\":7}", "{\"ratio\":0.5,\"tail\":true}", "ratio=1")) {
            write(places, text);
        }
        await("told", () -> one.node.stored("pipeline.sampling_unreadable").size() == 3);
        assertThat(one.node.stored("pipeline.sampling_unreadable"))
                .extracting(each -> each.path("detail").asText())
                .containsExactly(
                        "ratio must be a number from 0.0 to 1.0",
                        "there is no \"tail\"",
                        "it is no JSON");
        assertThat(one.traces(ALARM)).isTrue();
        assertThat(one.sampling.status().unreadable()).isEqualTo("it is no JSON");
        assertThat(one.sampling.change(given("ratio=0"), ADMIN).toString())
                .contains("409", "cannot be read here", "reset it first");
        done(one.sampling.change(reset(""), ADMIN));
        assertThat(one.sampling.status().unreadable()).isEmpty();
        assertThat(one.traces(ALARM)).isFalse();
        assertThat(one.node.stored("pipeline.sampling_unreadable")).hasSize(3);
    }

    @Test
    void whoever_is_overtaken_is_told_to_look_again() throws Exception {
        ClusterPlacement places = placement();
        Brokered one = node("node-1", places);
        try (AgreedSampling slow = new AgreedSampling("node-2", one.node.pipeline, () -> NOW)) {
            slow.open(overtaken(places, () -> change(one, "ratio=1")));
            assertThat(slow.change(given("keep-failed=true"), ADMIN).toString())
                    .contains("status=409", "nothing was changed", "look again");
        }
        assertThat(one.sampling.status().agreed().values()).containsOnlyKeys(SamplingField.RATIO);
    }

    /** Another change comes before each of its own. */
    private static Placement overtaken(Placement places, Runnable other) {
        return (Placement)
                Proxy.newProxyInstance(
                        Placement.class.getClassLoader(),
                        new Class<?>[] {Placement.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("change")) {
                                other.run();
                            }
                            return method.invoke(places, arguments);
                        });
    }

    @Test
    void without_placement_it_goes_on_with_what_it_knows_and_changes_nothing() throws Exception {
        ClusterPlacement places = placement();
        Brokered one = node("node-1", places);
        change(one, "ratio=1");
        places.close();
        assertThat(one.sampling.change(given("ratio=0"), ADMIN).toString()).contains("status=503");
        assertThat(one.traces(ALARM)).isTrue();
        one.sampling.close();
        assertThat(one.sampling.change(given("ratio=0"), ADMIN).toString())
                .contains("status=503", "placement is not open; nothing was changed");
    }

    private static void write(ClusterPlacement places, String text) throws Exception {
        Document known =
                Objects.requireNonNull(
                        places.view().document(DocumentKind.CONFIG, SamplingDocument.NAME));
        DocumentChange change =
                DocumentChange.replace(known, Content.of(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(
                        places.change(List.of(change), new Author("by-hand", Admin.NODE), "")
                                .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(DocumentAnswer.Changed.class);
    }

    private static List<JsonNode> told(Brokered node) throws IOException {
        return node.node.stored("audit.sampling_changed");
    }

    private static void change(Brokered node, String... given) {
        done(node.sampling.change(given(given), ADMIN));
    }

    private static SamplingChange given(String... given) {
        return read(
                SamplingChange.read(
                        Arrays.stream(given)
                                .map(each -> each.split("=", 2))
                                .collect(
                                        Collectors.toMap(
                                                each -> each[0], each -> List.of(each[1])))));
    }

    private static SamplingChange reset(String why) {
        return read(SamplingChange.reset(why));
    }

    private static SamplingChange read(SamplingChange.Outcome outcome) {
        return switch (outcome) {
            case SamplingChange.Outcome.Read(SamplingChange change) -> change;
            case SamplingChange.Outcome.Wrong wrong -> throw new AssertionError(wrong);
        };
    }

    private static void done(LogControl.Outcome<AgreedSampling.Status> outcome) {
        assertThat(outcome).isInstanceOf(LogControl.Outcome.Done.class);
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Await.untilTrue(what, LIMIT, condition);
    }

    private Brokered node(String nodeId, ClusterPlacement places) throws IOException {
        Sampling none = new Sampling(0, List.of(), 1_000_000, Duration.ZERO, false, 20);
        ControlledNode node =
                new ControlledNode(
                        nodeId,
                        directory,
                        InstantSource.system(),
                        ControlledNode.tracing(directory, none));
        Brokered opened =
                new Brokered(
                        node,
                        new AgreedSampling(nodeId, node.pipeline, () -> NOW),
                        node.pipeline.tracing().choice());
        nodes.add(opened);
        opened.sampling.open(places);
        return opened;
    }

    private ClusterPlacement placement() throws IOException {
        LocalPlacement opened =
                LocalPlacement.in(directory, new LocalDisk(), InstantSource.system());
        placement = opened;
        return opened.placement;
    }

    @AfterEach
    void closeAll() {
        nodes.forEach(Brokered::close);
        nodes.clear();
        if (placement != null) {
            placement.close();
        }
    }
}
