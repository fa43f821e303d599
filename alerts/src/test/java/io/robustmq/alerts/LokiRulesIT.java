package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules for Loki on events of a running broker, with the names that the collectors give their
 * fields in Loki. They are evaluated by {@link LogQl}: Loki itself is not here.
 */
class LokiRulesIT {
    static final List<String> PROVOKED =
            List.of(
                    "ClientBreaksProtocol",
                    "ClientDenied",
                    "ClientIdentifierShared",
                    "JournalRecordsCut");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Pattern SHOWN = Pattern.compile("\\$labels\\.(\\w+)");

    @TempDir private Path folder;
    private RobustMq broker;
    private Map<String, String> streamLabels = Map.of();
    private Map<String, String> metadata = Map.of();

    @BeforeEach
    void start() throws Exception {
        JsonNode names =
                new ObjectMapper()
                        .readTree(
                                Repository.root().resolve("collectors/loki/fields.json").toFile());
        streamLabels = Map.of("service", names.path("labels").path("service").asText());
        Map<String, String> fields = new HashMap<>();
        names.path("structured_metadata")
                .properties()
                .forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
        metadata = fields;
        broker = setup().start();
    }

    private RobustMq.Setup setup() throws IOException {
        Path rules = Files.writeString(folder.resolve("acl"), "topic readwrite open/#\n");
        return RobustMq.in(folder.resolve("data")).set("mqtt.access.acl-file", rules.toString());
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void each_rule_fires_for_what_it_is_for_and_not_before() throws Exception {
        // once is no reason
        try (RawClient twin = RawClient.connected(broker.mqttPort(), "twin");
                RawClient again = RawClient.connected(broker.mqttPort(), "twin")) {
            again.publish("secret/1", new byte[1], 1);
            again.breakProtocol();
            assertThat(twin).isNotNull();
        }
        broker.awaitRecord("connection.taken_over");
        broker.awaitRecord("authentication.publish_denied");
        broker.awaitRecord("connection.protocol_violated");
        for (String rule : PROVOKED) {
            assertThat(firing(rule)).as(rule).isEmpty();
        }

        fires("ClientIdentifierShared", Map.of("messaging_client_id", "twin"), this::shareName);
        fires(
                "ClientBreaksProtocol",
                Map.of("messaging_client_id", "odd", "robustmq_rule", "MQTT-3.1.0-2"),
                () -> {
                    try (RawClient odd = RawClient.connected(broker.mqttPort(), "odd")) {
                        odd.breakProtocol();
                    }
                });
        fires(
                "ClientDenied",
                Map.of("messaging_client_id", "nosy"),
                () -> {
                    try (RawClient nosy = RawClient.connected(broker.mqttPort(), "nosy")) {
                        nosy.publish("secret/2", new byte[1], 1);
                        nosy.subscribe("secret/#", 1);
                    }
                });
        assertThat(firing("JournalRecordsCut")).isEmpty();
    }

    /** Two clients, each of which comes back when the other one came. */
    private void shareName() throws IOException {
        try (RawClient one = RawClient.connected(broker.mqttPort(), "twin");
                RawClient other = RawClient.connected(broker.mqttPort(), "twin")) {
            assertThat(one).isNotSameAs(other);
        }
    }

    @Test
    void a_torn_record_after_a_crash_is_told() throws Exception {
        broker.kill();
        broker.close();
        Path journal = folder.resolve("data").resolve("journal");
        Path newest;
        try (Stream<Path> files = Files.walk(journal)) {
            newest =
                    files.filter(file -> file.toString().contains("mqtt"))
                            .filter(file -> file.toString().endsWith(".seg"))
                            .max(java.util.Comparator.comparing(Path::toString))
                            .orElseThrow();
        }
        // the beginning of a record that was never written to its end
        Files.write(newest, new byte[] {0, 0, 1, 0, 1, 2, 3, 4}, StandardOpenOption.APPEND);
        broker = setup().start();
        broker.awaitRecord("journal.tail_truncated");

        assertThat(firing("JournalRecordsCut").keySet())
                .allSatisfy(labels ->
                        assertThat(labels)
                                .containsEntry("event_name", "journal.tail_truncated")
                                .containsKeys("robustmq_node_id", "robustmq_shard"))
                .hasSize(1);
    }

    interface Deed {
        void done() throws Exception;
    }

    private void fires(String rule, Map<String, String> labels, Deed deed) throws Exception {
        Await.untilTrue(
                rule,
                LIMIT,
                () -> {
                    deed.done();
                    return !firing(rule).isEmpty();
                });
        assertThat(firing(rule)).containsOnlyKeys(labels);
        Instant later = Instant.now().plus(query(rule).range());
        assertThat(query(rule).firing(entries(), later)).as("when it is over").isEmpty();
    }

    /** Each must be readable, and show no label that its result does not have. */
    @Test
    void each_rule_can_be_read_and_shows_what_it_has() throws IOException {
        List<AlertRule> rules = rules();
        assertThat(rules).extracting(AlertRule::name).containsExactlyInAnyOrderElementsOf(PROVOKED);
        for (AlertRule rule : rules) {
            LogQl query = LogQl.read(rule.expression());
            Matcher shown = SHOWN.matcher(rule.text());
            while (shown.find()) {
                assertThat(query.groupedBy()).as(rule.name()).contains(shown.group(1));
            }
        }
    }

    @Test
    void what_is_no_such_query_is_refused() {
        for (String wrong :
                List.of(
                        "sum by (a) (count_over_time({b=\"c\"} [5m]))",
                        "sum by (a) (count_over_time({b=\"c\" | d=\"e\" [5m])) > 5",
                        "sum by (a) (count_over_time({b=c} [5m])) > 5",
                        "sum by (a) (rate({b=\"c\"} [5m])) > 5",
                        "sum by (a) (count_over_time({b=\"c\"} | json [5m])) > 5")) {
            assertThatThrownBy(() -> LogQl.read(wrong))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static List<AlertRule> rules() throws IOException {
        return AlertRule.in(Repository.root().resolve("alerts")).stream()
                .filter(AlertRule::isLokis)
                .toList();
    }

    private static LogQl query(String rule) throws IOException {
        return LogQl.read(
                rules().stream()
                        .filter(r -> r.name().equals(rule))
                        .findFirst()
                        .orElseThrow()
                        .expression());
    }

    private Map<Map<String, String>, Double> firing(String rule) throws IOException {
        return query(rule).firing(entries(), Instant.now());
    }

    private List<LogQl.Entry> entries() {
        List<LogQl.Entry> entries = new ArrayList<>();
        for (JsonNode record : broker.records()) {
            if (record.has("event")) {
                entries.add(
                        new LogQl.Entry(
                                Instant.parse(record.path("time").asText()),
                                named(record, streamLabels),
                                named(record, metadata)));
            }
        }
        return entries;
    }

    private static Map<String, String> named(JsonNode record, Map<String, String> names) {
        Map<String, String> named = new TreeMap<>();
        names.forEach((field, name) -> {
            if (record.hasNonNull(field)) {
                named.put(name, record.path(field).asText());
            }
        });
        return named;
    }
}
