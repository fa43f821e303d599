package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.server.RawClient.Hello;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose log is made to say more while it runs. */
final class ControlIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MESSAGES = 60;

    @Test
    void one_client_is_traced_with_all_its_messages_and_the_end_says_how_many(@TempDir Path data)
            throws Exception {
        try (RobustMq broker = RobustMq.in(data).set("events.messages-per-second", "2").start()) {
            String begun = command(broker, "trace", "client", "watched", "--for=5m", "--rate=1000");
            assertThat(begun).contains("client watched until ");
            publish(broker, "watched");
            publish(broker, "other");
            String id = begun.substring(0, 8);
            broker.awaitRecord(
                    "connection.closed",
                    record -> record.path("client_id").asText().equals("other"));
            assertThat(command(broker, "trace", "list")).contains(id).contains(" 0 left out");
            command(broker, "trace", "stop", id);

            JsonNode end = broker.awaitRecord("audit.trace_ended");
            assertThat(end.path("target").asText()).isEqualTo("watched");
            assertThat(end.path("who").asText()).isEqualTo("admin-token");
            assertThat(end.path("left_out").asLong()).isZero();
            // connected, and so on, and each message twice: published, and unrouted
            assertThat(end.path("traced_events").asLong()).isGreaterThan(2 * MESSAGES);
            assertThat(published(broker, "watched")).isEqualTo(MESSAGES);
            assertThat(broker.records())
                    .filteredOn(record -> record.path("event").asText().equals("message.unrouted"))
                    .as("DEBUG, on a console that is for INFO")
                    .hasSize(MESSAGES);
            assertThat(published(broker, "other")).isLessThan(MESSAGES);
            String stored =
                    command(
                            broker,
                            "events",
                            "--event=message.unrouted",
                            "--client-id=watched",
                            "--limit=1000",
                            "--format=json");
            assertThat(stored.lines()).as("in the store all the same").hasSize(MESSAGES);
        }
    }

    @Test
    void a_category_says_more_while_the_broker_runs(@TempDir Path data) throws Exception {
        try (RobustMq broker = RobustMq.in(data).set("sinks.console.level", "info").start()) {
            command(broker, "levels", "connection", "error");
            publish(broker, "silent");
            command(broker, "levels", "connection", "info");
            publish(broker, "heard");
            broker.awaitRecord(
                    "connection.closed",
                    record -> record.path("client_id").asText().equals("heard"));
            assertThat(broker.records())
                    .noneMatch(record ->
                            record.path("event").asText().startsWith("connection.")
                                    && record.path("client_id").asText().equals("silent"));
            assertThat(broker.records())
                    .filteredOn(
                            record -> record.path("event").asText().equals("audit.level_changed"))
                    .hasSize(2);
            broker.awaitRecord(
                    "audit.token_created",
                    record -> record.path("file").asText().endsWith("admin-token"));
        }
    }

    @Test
    void a_trace_and_a_level_hold_over_a_killed_process(@TempDir Path data) throws Exception {
        String id;
        try (RobustMq broker = RobustMq.in(data).start()) {
            id = command(broker, "trace", "client", "watched", "--for=5m").substring(0, 8);
            command(broker, "levels", "session", "error");
            broker.kill();
        }
        try (RobustMq broker = RobustMq.in(data).start()) {
            assertThat(command(broker, "trace", "list")).startsWith(id);
            assertThat(command(broker, "levels")).containsPattern("(?m)^session +error$");
            publish(broker, "watched");
            broker.awaitRecord(
                    "message.unrouted",
                    record -> record.path("client_id").asText().equals("watched"));
            assertThat(broker.awaitRecord("audit.trace_begun").path("who").asText())
                    .isEqualTo("node");
            command(broker, "trace", "stop", id);
            assertThat(command(broker, "trace", "list")).contains("nothing is traced");
        }
    }

    @Test
    void whoever_has_no_token_changes_nothing_and_is_written_down(@TempDir Path data)
            throws Exception {
        try (RobustMq broker = RobustMq.in(data).start()) {
            HttpResponse<String> answer = broker.get("/api/v1/levels");
            assertThat(answer.statusCode()).isEqualTo(401);
            JsonNode refused = broker.awaitRecord("audit.access_refused");
            assertThat(refused.path("level").asText()).isEqualTo("warn");
            assertThat(refused.path("outcome").asText()).isEqualTo("refused");
            assertThat(refused.path("request").asText()).isEqualTo("GET /api/v1/levels");
        }
    }

    private static long published(RobustMq broker, String client) {
        return broker.records().stream()
                .filter(record -> record.path("event").asText().equals("message.published"))
                .filter(record -> record.path("client_id").asText().equals(client))
                .count();
    }

    private static void publish(RobustMq broker, String clientId) throws IOException {
        try (RawClient client = RawClient.connected(broker.mqttPort(), clientId, Hello.PLAIN)) {
            for (int i = 0; i < MESSAGES; i++) {
                client.publish("a/b", false, "x");
            }
            client.disconnect();
            client.awaitEnd();
        }
    }

    /** As at a terminal. */
    private static String command(RobustMq broker, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Repository.root().resolve("bin").resolve("robustmq").toString());
        command.addAll(List.of(args));
        command.add("--url=http://127.0.0.1:" + broker.httpPort());
        command.add("--token-file=" + broker.data().resolve("admin-token"));
        try (ChildProcess process =
                ChildProcess.start(
                        "command", broker.data(), Map.of("ROBUSTMQ_BUILD", "never"), command)) {
            int code = process.awaitExit(LIMIT);
            assertThat(code).as("%s: %s", command, process.stderr()).isZero();
            return String.join("\n", process.stdout()) + "\n";
        }
    }
}
