package io.robustmq.server;

import static io.robustmq.server.ExplainedNode.steady;
import static io.robustmq.server.ExplainedNode.steps;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.eventlog.Explanation;
import io.robustmq.server.RawClient.Hello;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each trouble is made by real clients of a real node, and told by its files. */
@Timeout(120)
class ExplainClientTest {
    @TempDir Path folder;

    private ExplainedNode node(String... settings) throws Exception {
        return ExplainedNode.in(folder.resolve("data"), settings);
    }

    private static Explanation of(String clientId, ExplainedNode node) throws IOException {
        return node.explained(explainer -> explainer.client(clientId, null));
    }

    private static List<String> patterns(Explanation explanation) {
        return explanation.findings().stream().map(Explanation.Finding::pattern).toList();
    }

    @Test
    void two_clients_with_one_id_are_found_and_their_struggle_is_told_as_one_step()
            throws Exception {
        try (ExplainedNode node = node("events.per-key-per-second=0")) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(RawClient.connected(node.port(), "pump-7", Hello.kept(3600)));
            }
            node.awaitAccount("pump-7", "19 times");
            Explanation told = of("pump-7", node);
            for (RawClient client : clients) {
                client.close();
            }
            assertThat(patterns(told)).contains("two_clients_one_id");
            assertThat(steady(told.verdict()))
                    .contains(
                            "Its connection was taken over 19 times",
                            "two clients use this client id at once, from 127.0.0.1 both, or one that opens a new connection while its old one is still open.");
            assertThat(steps(told))
                    .contains(
                            "18 times, every SPAN: connected from 127.0.0.1 with mqtt/5.0, no keep alive; its session was found (no subscription); disconnected: another connection, from 127.0.0.1:PORT, came with the same client id and took over; its session is kept for 1 h (no subscription)");
        }
    }

    @Test
    void what_the_throttle_left_out_is_counted_and_said_to_be_missing() throws Exception {
        try (ExplainedNode node = node("events.per-key-per-second=1")) {
            Await.untilTrue(
                    "something left out, and told in a later second",
                    Duration.ofSeconds(20),
                    () -> {
                        try {
                            RawClient.connected(node.port(), "busy", Hello.PLAIN).close();
                            return node.asked(ExplainApi.PATH + "client/busy")
                                    .contains(
                                            "events connection.accepted were left out by the throttle");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
            Explanation told = of("busy", node);
            assertThat(told.missing())
                    .anyMatch(line ->
                            line.matches(
                                    "\\d+ events connection\\.accepted were left out by the throttle.*"));
        }
    }

    @Test
    void a_keep_alive_that_ran_out_is_told_with_how_long_nothing_came() throws Exception {
        try (ExplainedNode node = node()) {
            try (RawClient silent =
                    RawClient.connected(node.port(), "silent", new Hello(true, 1, 0, -1))) {
                silent.subscribe("plant/+", 1);
                silent.awaitEnd();
            }
            node.awaitAccount("silent", "its session ended");
            Explanation told = of("silent", node);
            assertThat(patterns(told)).first().isEqualTo("keep_alive_expired");
            assertThat(steady(told.verdict()))
                    .matches(
                            "It is not connected\\. Last disconnect: TIME, the client's keep alive of 1 s ran out: nothing came from it for 1\\.\\d s\\. It has no session: .*A keep alive of 1 s is short: .*");
            assertThat(steps(told))
                    .matches(
                            "(?s)connected from 127\\.0\\.0\\.1:PORT with mqtt/5\\.0, keep alive 1 s; new session that ends with the connection\nsubscribed to plant/\\+ \\(QoS 1\\)\ndisconnected: the client's keep alive of 1 s ran out.*its session ended with it\nthe broker was asked to stop\n");
        }
    }

    @Test
    void a_broken_rule_is_named_and_so_is_a_packet_that_is_too_large() throws Exception {
        try (ExplainedNode node = node("mqtt.max-packet-size=1KiB")) {
            try (RawClient twice = RawClient.connected(node.port(), "twice", Hello.PLAIN)) {
                twice.connect("twice", Hello.PLAIN);
                twice.awaitEnd();
            }
            try (RawClient large = RawClient.connected(node.port(), "large", Hello.PLAIN)) {
                large.publishUnacknowledged("t", "x".repeat(2000));
                large.awaitEnd();
            }
            Explanation broke = of("twice", node);
            assertThat(patterns(broke)).first().isEqualTo("protocol_error");
            assertThat(broke.verdict())
                    .contains(
                            "it broke the rule MQTT-3.1.0-2 with a CONNECT packet, protocol error (0x82): ");
            Explanation large = of("large", node);
            assertThat(patterns(large)).first().isEqualTo("packet_too_large");
            assertThat(large.findings().getFirst().action()).contains("mqtt.max-packet-size");
        }
    }

    @Test
    void a_full_queue_a_clean_start_and_an_expired_session_are_told_with_what_was_lost()
            throws Exception {
        try (ExplainedNode node = node("mqtt.max-queued-messages=3")) {
            RawClient.connected(node.port(), "away", Hello.kept(600)).close();
            try (RawClient away = RawClient.connected(node.port(), "away", Hello.kept(600))) {
                away.subscribe("s/#", 1);
                away.disconnect();
                away.awaitEnd();
            }
            try (RawClient publisher = RawClient.connected(node.port(), "speaker", Hello.PLAIN)) {
                for (int i = 0; i < 10; i++) {
                    publisher.publish("s/1", false, "x");
                }
            }
            RawClient.connected(node.port(), "away", Hello.PLAIN).close();
            RawClient.connected(node.port(), "short", Hello.kept(1)).close();
            node.awaitAccount("short", "its session expired");
            node.awaitAccount("away", "its session ended with it");
            Explanation away = of("away", node);
            assertThat(patterns(away)).contains("queue_full", "session_discarded");
            assertThat(steady(away.verdict()))
                    .contains(
                            "Its queue was full at TIME (3 messages waited): at least 1 message to s/1.",
                            "A clean start discarded its session once at TIME, and 3 waiting messages with it.");
            assertThat(steps(away))
                    .contains(
                            "clean start: the session it had was discarded, 3 waiting messages gone with it; new session that ends with the connection");
            assertThat(away.missing())
                    .anyMatch(line -> line.startsWith("message.dropped tells of one message"));
            Explanation expired = of("short", node);
            assertThat(patterns(expired)).contains("session_expired");
            assertThat(expired.verdict()).contains("It has no session");
        }
    }

    @Test
    void a_slow_reader_is_told_with_what_was_dropped() throws Exception {
        try (ExplainedNode node = node("mqtt.max-outbound-bytes=64KiB")) {
            try (RawClient slow = RawClient.connected(node.port(), "slow", Hello.PLAIN);
                    RawClient fast = RawClient.connected(node.port(), "fast", Hello.PLAIN)) {
                slow.subscribe("flood", 0);
                for (int i = 0; i < 500; i++) {
                    fast.publishUnacknowledged("flood", "x".repeat(64 * 1024));
                }
                node.awaitAccount("slow", "reads too slowly");
            }
            Explanation told = of("slow", node);
            assertThat(patterns(told)).contains("slow_consumer");
            assertThat(steps(told))
                    .contains("a message for it was dropped, it reads too slowly for QoS 0: flood")
                    .containsOnlyOnce("bytes wait in its socket");
        }
    }

    @Test
    void a_client_without_the_right_password_is_told_to_have_been_refused() throws Exception {
        Path passwords = folder.resolve("passwords");
        Files.writeString(passwords, "");
        try (ExplainedNode node =
                node("mqtt.password-file=" + passwords, "mqtt.allow-anonymous=false")) {
            for (int i = 0; i < 4; i++) {
                try (RawClient stranger = RawClient.to(node.port())) {
                    stranger.connect("stranger", Hello.PLAIN);
                    stranger.awaitEnd();
                }
            }
            Explanation told = of("stranger", node);
            assertThat(patterns(told)).first().isEqualTo("authentication_refused");
            assertThat(steady(told.verdict()))
                    .startsWith(
                            "It did not get in, as far as is known. Last try: TIME, refused with ")
                    .contains("Its CONNECT was refused 4 times");
            assertThat(steps(told)).startsWith("4 times, every SPAN: refused, ");
        }
    }

    @Test
    void refused_publishes_and_subscriptions_are_told_with_their_codes() throws Exception {
        try (ExplainedNode node = node()) {
            try (RawClient client = RawClient.connected(node.port(), "curious", Hello.PLAIN)) {
                client.subscribe("a/#/b", 1);
                client.publish("$SYS/mine", false, "x");
                client.disconnect();
                client.awaitEnd();
            }
            Explanation told = of("curious", node);
            assertThat(patterns(told)).contains("publish_denied", "subscription_refused");
            assertThat(steps(told))
                    .contains(
                            "its subscription was refused, topic filter invalid (0x8F)",
                            "may not publish, not authorized (0x87), denied by the broker ($SYS topics are its own), to $SYS/mine",
                            "disconnected: the client sent DISCONNECT");
        }
    }

    @Test
    void a_publish_beyond_a_limit_is_told_with_its_code() throws Exception {
        try (ExplainedNode node = node("mqtt.max-delayed-messages=0")) {
            try (RawClient late = RawClient.connected(node.port(), "late", Hello.PLAIN)) {
                late.publish("$delayed/60/t", false, "x");
            }
            Explanation told = of("late", node);
            assertThat(patterns(told)).contains("publish_refused");
            assertThat(steps(told)).contains("its message was refused, quota exceeded (0x97), ");
        }
    }

    @Test
    void a_will_is_told_and_so_is_a_connection_that_broke() throws Exception {
        try (ExplainedNode node = node()) {
            RawClient.connected(node.port(), "fragile", Hello.PLAIN.will(0)).reset();
            node.awaitAccount("fragile", "its will was published");
            Explanation told = of("fragile", node);
            assertThat(patterns(told)).first().isEqualTo("connection_lost");
            assertThat(steps(told))
                    .contains("its will was published to wills/fragile (0 deliveries)");
        }
    }

    @Test
    void a_stop_of_the_broker_and_its_crash_are_told_apart() throws Exception {
        Path copy = folder.resolve("crashed");
        try (ExplainedNode node = node()) {
            RawClient client = RawClient.connected(node.port(), "steady", Hello.kept(600));
            node.awaitAccount("steady", "It is connected since");
            node.crashed(copy);
            Explanation stopped = of("steady", node);
            client.close();
            assertThat(stopped.verdict())
                    .contains("the broker was stopped, server shutting down (0x8B)");
            assertThat(patterns(stopped))
                    .contains("broker_stopped")
                    .doesNotContain("broker_killed");
        }
        try (ExplainedNode again = ExplainedNode.in(copy)) {
            Explanation crashed = of("steady", again);
            assertThat(patterns(crashed)).first().isEqualTo("broker_killed");
            assertThat(steady(crashed.verdict()))
                    .startsWith(
                            "It is not connected. Last disconnect: before TIME, when the broker started again without having been stopped in order.");
            assertThat(steps(crashed))
                    .contains("the broker started again; it had not been stopped in order");
            assertThat(crashed.missing())
                    .anyMatch(line ->
                            line.startsWith("The end of its connection at the broker's crash"));
        }
    }

    @Test
    void a_client_that_no_event_names_is_told_so_with_those_of_nearly_that_name() throws Exception {
        try (ExplainedNode node = node()) {
            RawClient.connected(node.port(), "sensor-17", Hello.PLAIN).close();
            node.awaitAccount("sensor-17", "disconnected");
            assertThat(of("sensor-71", node).verdict())
                    .startsWith("No event names this client: ")
                    .endsWith("Was it sensor-17?");
        }
    }

    @Test
    void hashed_identities_are_found_while_the_node_runs_and_not_afterwards() throws Exception {
        try (ExplainedNode node = node("events.hash-identities=true")) {
            RawClient.connected(node.port(), "secret", Hello.PLAIN).close();
            node.awaitAccount("secret", "Identities are hashed in these events: this client is");
            assertThat(of("secret", node).missing())
                    .anyMatch(line ->
                            line.startsWith(
                                    "Identities are hashed in these events, with a key that only the running node has"));
        }
    }
}
