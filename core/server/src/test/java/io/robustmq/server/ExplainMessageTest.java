package io.robustmq.server;

import static io.robustmq.server.ExplainedNode.steady;
import static io.robustmq.server.ExplainedNode.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.eventlog.Explanation;
import io.robustmq.server.RawClient.Hello;
import io.robustmq.testkit.FreePorts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages of real clients through a real node, and what its files tell of them. */
@Timeout(120)
class ExplainMessageTest {
    @TempDir Path folder;

    /** Every publish is traced; there is nobody at the other end of the spans. */
    private ExplainedNode node(String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("sinks.otlp.enabled=true");
        all.add("sinks.otlp.endpoint=http://127.0.0.1:" + FreePorts.several(1)[0]);
        all.add("tracing.ratio=1.0");
        return ExplainedNode.in(folder.resolve("data"), all.toArray(String[]::new));
    }

    /** Of the last event of that name on a topic. */
    private static String trace(ExplainedNode node, String topic) throws Exception {
        node.awaitEvent("topic=" + topic);
        Matcher found =
                Pattern.compile("trace_id\":\"([0-9a-f]{32})\"")
                        .matcher(node.events("topic=" + topic));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static List<String> patterns(Explanation explanation) {
        return explanation.findings().stream().map(Explanation.Finding::pattern).toList();
    }

    @Test
    void a_message_is_followed_to_those_who_got_it_those_who_wait_and_those_who_lost_it()
            throws Exception {
        try (ExplainedNode node = node("mqtt.max-queued-messages=1")) {
            RawClient listener = RawClient.connected(node.port(), "listener", Hello.PLAIN);
            listener.subscribe("m/#", 0);
            try (RawClient away = RawClient.connected(node.port(), "away", Hello.kept(600))) {
                away.subscribe("m/#", 1);
                away.disconnect();
                away.awaitEnd();
            }
            RawClient other = RawClient.connected(node.port(), "other", Hello.PLAIN);
            other.subscribe("elsewhere", 0);
            RawClient speaker = RawClient.connected(node.port(), "speaker", Hello.PLAIN);
            speaker.publish("m/1", false, "x");
            speaker.publish("m/2", false, "x");
            listener.await(RawClient.PUBLISH);
            listener.await(RawClient.PUBLISH);
            String first = trace(node, "m/1");
            String second = trace(node, "m/2");
            node.awaitEvent("event=message.delivered&topic=m/2");
            node.awaitEvent("event=message.dropped&topic=m/2");
            Explanation waits = node.explained(explainer -> explainer.message(first, "away"));
            assertThat(steady(waits.verdict()))
                    .startsWith(
                            "away did not get it yet, as far as is known: it waits in its session. speaker published it at TIME to m/1 (QoS 1, 1 bytes). ")
                    .contains("listener was sent it (QoS 0 is not acknowledged).");
            assertThat(steps(waits))
                    .contains(
                            "speaker published to m/1, QoS 1, 1 bytes: 2 deliveries at once\n",
                            "kept for away, which was away or busy\n",
                            "sent to listener with QoS 0");
            Explanation lost = node.explained(explainer -> explainer.message(second, "away"));
            assertThat(patterns(lost)).containsExactly("dropped_queue_full");
            assertThat(lost.verdict()).startsWith("away did not get it: its queue was full.");
            Explanation not = node.explained(explainer -> explainer.message(second, "other"));
            assertThat(not.verdict())
                    .startsWith(
                            "other was not to get it: none of its subscriptions matched: it had elsewhere.");
            for (RawClient client : List.of(listener, other, speaker)) {
                client.close();
            }
        }
    }

    @Test
    void a_message_that_waited_is_told_to_have_been_sent_later_and_acknowledged() throws Exception {
        try (ExplainedNode node = node()) {
            try (RawClient away = RawClient.connected(node.port(), "away", Hello.kept(600))) {
                away.subscribe("m/#", 1);
                away.disconnect();
                away.awaitEnd();
            }
            RawClient speaker = RawClient.connected(node.port(), "speaker", Hello.PLAIN);
            speaker.publish("m/1", false, "x");
            String trace = trace(node, "m/1");
            RawClient back = RawClient.connected(node.port(), "away", Hello.kept(600));
            back.acknowledge(back.await(RawClient.PUBLISH));
            node.awaitEvent("event=message.acknowledged&topic=m/1");
            Explanation told = node.explained(explainer -> explainer.message(trace, "away"));
            assertThat(told.verdict()).startsWith("away got it and acknowledged it.");
            assertThat(steps(told))
                    .containsSubsequence(
                            "kept for away",
                            "sent to away",
                            "away acknowledged it, success (0x00)");
            speaker.close();
            back.close();
        }
    }

    @Test
    void a_message_that_nobody_was_to_get_is_told_so_and_why_one_who_waits_was_not()
            throws Exception {
        try (ExplainedNode node = node()) {
            try (RawClient gone = RawClient.connected(node.port(), "gone", Hello.PLAIN)) {
                gone.subscribe("m/#", 1);
                gone.disconnect();
                gone.awaitEnd();
            }
            node.awaitAccount("gone", "its session ended");
            try (RawClient speaker = RawClient.connected(node.port(), "speaker", Hello.PLAIN)) {
                speaker.publish("m/1", false, "x");
                speaker.publish("$SYS/mine", false, "x");
                String trace = trace(node, "m/1");
                String denied = trace(node, "$SYS/mine");
                Explanation told = node.explained(explainer -> explainer.message(trace, "gone"));
                assertThat(patterns(told)).contains("no_subscription", "not_subscribed");
                assertThat(steady(told.verdict()))
                        .startsWith(
                                "gone was not to get it: it was away, and its session had ended at TIME, so nothing was kept for it.")
                        .contains("No subscription matched it at that time");
                Explanation refused = node.explained(explainer -> explainer.message(denied, null));
                assertThat(refused.verdict())
                        .startsWith("The broker refused it, not authorized (0x87)")
                        .endsWith("Nobody got it.");
            }
        }
    }

    @Test
    void a_trace_without_events_says_why_and_the_topic_tells_what_is_known() throws Exception {
        try (ExplainedNode node = ExplainedNode.in(folder.resolve("data"))) {
            RawClient listener = RawClient.connected(node.port(), "listener", Hello.PLAIN);
            listener.subscribe("m/#", 0);
            try (RawClient speaker = RawClient.connected(node.port(), "speaker", Hello.PLAIN)) {
                speaker.publish("m/1", false, "x");
                listener.await(RawClient.PUBLISH);
                node.awaitEvent("event=message.delivered&topic=m/1");
            }
            String unknown = "0af7651916cd43dd8448eb211c80319c";
            assertThat(node.explained(explainer -> explainer.message(unknown, null)).verdict())
                    .startsWith("No event has this trace. Either it was not sampled");
            Explanation told =
                    node.explained(explainer -> explainer.topic("m/1", null, "listener"));
            assertThat(steady(told.verdict()))
                    .isEqualTo(
                            "listener was sent it (QoS 0 is not acknowledged), at TIME; that is the last that is recorded for it. 1 publish to it recorded, the last at TIME by speaker with 1 delivery.");
            assertThat(told.missing())
                    .anyMatch(line -> line.startsWith("Single messages are recorded as samples"));
            listener.close();
        }
    }
}
