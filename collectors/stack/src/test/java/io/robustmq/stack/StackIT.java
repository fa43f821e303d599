package io.robustmq.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.stack.Dashboards.Asked;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.Jaeger.Span;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OpenSearch;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Everything together, asked by its own interfaces for what clients and faults left in it. */
@NeedsPart({
    Part.MOSQUITTO,
    Part.PROMTOOL,
    Part.AMTOOL,
    Part.OTEL_COLLECTOR,
    Part.JAEGER,
    Part.OPENSEARCH
})
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StackIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration FIRES_WITHIN = Duration.ofSeconds(150);
    private static final int TRAFFIC_SECONDS = 400;
    private static final String STREAM = "/logs-robustmq-default";

    /** Queries, by a part of them, that have no answer in this stack, and why. */
    private static final Map<String, String> WITHOUT_DATA =
            Map.of(
                    "event_name=~\"foreign.line\"", "no library has anything to complain of",
                    "messaging_client_id=`kitchen` | event_name=~\"message.dropped\"",
                            "all that it missed waits for it",
                    "messaging_client_id=`kitchen` | event_name=~\"subscription.slow\"",
                            "it reads as fast as it is written to");

    /** What must fire, and of what. */
    private static final Map<String, String> FIRES =
            Map.of(
                    "SinkDown", "the broker whose collector is not there",
                    "ShippingSloBurns", "the same, once its events are a minute old",
                    "BrokerDown", "the broker that was killed");

    /** A killed broker, and a machine that is slow, are felt by who waits for an answer. */
    private static final Set<String> MAY_FIRE =
            Set.of("AcknowledgementSloBurns", "DeliverySloBurns", "SyncSloBurns");

    @TempDir private static Path folder;
    private static Stack stack;
    private static Traffic traffic;
    private static Instant begun;
    private static String traceId = "";

    @BeforeAll
    static void start_and_let_clients_and_faults_work() throws Exception {
        begun = Instant.now();
        stack = Stack.started(folder);
        traffic = Traffic.started(stack.nodes(), TRAFFIC_SECONDS);
        traffic.troubles(stack.nodes().cluster().broker(0), folder);
        traceId = traffic.traced(stack.collector().grpcPort());
        // the other one opens its home, and serves its clients
        stack.nodes().cluster().broker(1).kill();
    }

    @AfterAll
    static void stop() throws Exception {
        if (traffic != null) {
            traffic.close();
        }
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void an_event_is_in_the_stand_in_for_loki_under_its_labels() throws Exception {
        String query =
                "{service_name=\"mqtt-broker\", category=\"connection\", level=\"info\"}"
                        + " | event_name=\"connection.accepted\" | messaging_client_id=\"%s\""
                                .formatted(Traffic.CLIENT);
        LogEntry accepted =
                Await.until(
                        query,
                        LIMIT,
                        () ->
                                stack.stores().loki().lines(query, begun).stream()
                                        .map(LogPipeline.Line::from)
                                        .findFirst(),
                        () -> "not there");

        assertThat(accepted.labels())
                .containsOnly(
                        Map.entry("service_name", "mqtt-broker"),
                        Map.entry("category", "connection"),
                        Map.entry("level", "info"));
        assertThat(accepted.metadata())
                .containsEntry("severity_text", "INFO")
                .containsEntry("network_protocol_name", "mqtt/5.0")
                .containsEntry("robustmq_node_id", "node-1")
                .containsKeys("robustmq_seq", "robustmq_keep_alive_seconds");
        assertThat(accepted.line()).contains(Traffic.CLIENT);
        assertThat(Instant.ofEpochSecond(0, accepted.nanos())).isBetween(begun, Instant.now());
    }

    @Test
    @Order(1)
    void an_event_is_in_opensearch_with_dates_as_dates_and_keywords_as_keywords() throws Exception {
        OpenSearch store = stack.stores().documents();
        String accepted =
                """
                {"term": {"event": "connection.accepted"}}, {"term": {"client_id": "%s"}}\
                """
                        .formatted(Traffic.CLIENT);
        Await.untilTrue("it is there", LIMIT, () -> found(store, accepted) > 0);

        JsonNode columns =
                store.send("GET", STREAM + "/_mapping", "")
                        .elements()
                        .next()
                        .at("/mappings/properties");
        for (String date : List.of("@timestamp", "time")) {
            assertThat(columns.path(date).path("type").asText()).isEqualTo("date_nanos");
        }
        for (String keyword : List.of("event", "level", "client_id", "node_id", "trace_id")) {
            assertThat(columns.path(keyword).path("type").asText()).isEqualTo("keyword");
        }
        assertThat(columns.path("keep_alive_seconds").path("type").asText()).isEqualTo("long");
        String since = "{\"range\": {\"%s\": {\"%s\": \"%s\"}}}";
        for (String date : List.of("@timestamp", "time")) {
            assertThat(found(store, accepted + "," + since.formatted(date, "gte", begun)))
                    .as(date)
                    .isPositive();
            assertThat(found(store, accepted + "," + since.formatted(date, "lt", begun))).isZero();
        }
        assertThat(found(store, "{\"term\": {\"event\": \"accepted\"}}"))
                .as("a keyword is found whole only")
                .isZero();
    }

    private static int found(OpenSearch store, String filters) throws Exception {
        String query = "{\"query\": {\"bool\": {\"filter\": [" + filters + "]}}}";
        store.send("POST", STREAM + "/_refresh", "");
        return store.send("POST", STREAM + "/_count", query).path("count").asInt();
    }

    @Test
    @Order(1)
    void the_trace_of_a_message_to_two_subscribers_is_whole_in_jaeger() throws Exception {
        List<Span> spans =
                Await.until(
                        "all spans of " + traceId,
                        LIMIT,
                        () ->
                                Optional.of(stack.stores().jaeger().trace(traceId))
                                        .filter(all -> named(all, "process traced/1").size() == 2)
                                        .filter(all -> named(all, "deliver").size() == 2)
                                        .filter(all -> named(all, "route").size() == 1)
                                        .filter(all -> named(all, "publish").size() == 1),
                        () -> {
                            try {
                                return "" + stack.stores().jaeger().trace(traceId);
                            } catch (Exception e) {
                                return e.toString();
                            }
                        });

        Span published = only(spans, "publish traced/1");
        Span taken = only(spans, "publish");
        assertThat(published.service()).isEqualTo("sample-publisher");
        assertThat(published.parentId()).isEmpty();
        assertThat(taken.service()).isEqualTo("mqtt-broker");
        assertThat(taken.parentId()).isEqualTo(published.spanId());
        assertThat(only(spans, "route").parentId()).isEqualTo(taken.spanId());
        assertThat(named(spans, "deliver"))
                .allMatch(s -> s.service().equals("mqtt-broker"))
                .allMatch(s -> s.parentId().equals(taken.spanId()));
        assertThat(named(spans, "process traced/1"))
                .allMatch(s -> s.service().equals("sample-subscriber"))
                .extracting(Span::parentId)
                .containsExactlyInAnyOrderElementsOf(
                        named(spans, "deliver").stream().map(Span::spanId).toList());
        Set<String> ids = spans.stream().map(Span::spanId).collect(Collectors.toSet());
        assertThat(spans)
                .allMatch(s -> s.traceId().equals(traceId))
                .allMatch(s -> s.equals(published) || ids.contains(s.parentId()));
    }

    private static List<Span> named(List<Span> spans, String name) {
        return spans.stream().filter(s -> s.name().equals(name)).toList();
    }

    private static Span only(List<Span> spans, String name) {
        assertThat(named(spans, name)).as(name).hasSize(1);
        return named(spans, name).getFirst();
    }

    @Test
    @Order(2)
    void every_query_of_every_dashboard_returns_data() throws Exception {
        List<Asked> all = asked();
        assertThat(all).hasSizeGreaterThan(100);
        Map<String, List<Asked>> without = new LinkedHashMap<>();
        List<Asked> waiting = new ArrayList<>();
        for (Asked asked : all) {
            Optional<String> reason =
                    WITHOUT_DATA.keySet().stream().filter(asked.text()::contains).findFirst();
            reason.ifPresentOrElse(
                    part -> without.computeIfAbsent(part, p -> new ArrayList<>()).add(asked),
                    () -> waiting.add(asked));
        }
        Await.until(
                "data for every query",
                LIMIT,
                () -> {
                    for (Asked asked : List.copyOf(waiting)) {
                        if (shown(asked) > 0 || asked.optional()) {
                            waiting.remove(asked);
                        }
                    }
                    return waiting.isEmpty() ? Optional.of(true) : Optional.empty();
                },
                () ->
                        waiting.stream()
                                .map(asked -> "\n" + asked.where() + ": " + asked.text())
                                .collect(Collectors.joining()));

        assertThat(without.keySet())
                .as("reasons for queries that are on no dashboard")
                .containsExactlyInAnyOrderElementsOf(WITHOUT_DATA.keySet());
        for (List<Asked> excused : without.values()) {
            for (Asked asked : excused) {
                assertThat(shown(asked)).as("has data after all: " + asked.where()).isZero();
            }
        }
    }

    private static List<Asked> asked() throws Exception {
        return Dashboards.in(Repository.root().resolve("dashboards"), new Real());
    }

    private static int shown(Asked asked) throws Exception {
        return switch (asked.source()) {
            case PROMETHEUS -> stack.prometheus().shown(asked.text(), begun).size();
            case LOKI -> stack.stores().loki().shown(asked.text(), begun, 5).size();
            case ELASTICSEARCH -> new Documents(stack.stores().documents()).shown(asked, begun);
            case TRACES -> new Traces(stack.stores().jaeger()).shown(asked);
        };
    }

    /** Variables get their values from the stack, and from a user who looks for one client. */
    private static final class Real implements Variables.Sources {
        @Override
        public List<String> ofSeries(String selector, String label) throws Exception {
            return stack.prometheus().labelValues(selector, label);
        }

        @Override
        public List<String> ofLogs(String label) {
            return stack.stores().loki().values(label);
        }

        @Override
        public List<String> ofDocuments(String field) throws Exception {
            return new Documents(stack.stores().documents()).values(field);
        }

        @Override
        public String typed(String variable) {
            if (variable.contains("client")) {
                return Traffic.CLIENT;
            }
            return variable.contains("trace")
                    ? traceId
                    : variable.contains("topic") ? Traffic.TRACED_TOPIC : "";
        }
    }

    /** The last: two of the alerts take minutes. */
    @Test
    @Order(3)
    void the_alerts_that_the_faults_cause_fire_and_no_others() throws Exception {
        Set<String> seen = new TreeSet<>();
        Await.until(
                "alerts " + FIRES,
                FIRES_WITHIN,
                () -> {
                    stack.stores()
                            .alertmanager()
                            .firing()
                            .forEach(alert -> seen.add(alert.getOrDefault("alertname", "")));
                    return seen.containsAll(FIRES.keySet()) ? Optional.of(true) : Optional.empty();
                },
                seen::toString);
        seen.removeAll(MAY_FIRE);
        assertThat(seen).containsExactlyInAnyOrderElementsOf(FIRES.keySet());
        assertThat(stack.stores().alertmanager().firing())
                .filteredOn(alert -> "SinkDown".equals(alert.get("alertname")))
                .extracting(alert -> alert.get("instance"))
                .containsOnly("127.0.0.1:" + stack.nodes().cutOff().httpPort());
    }

    @Test
    void the_page_says_how_to_start_it() throws Exception {
        assertThat(Files.readString(Repository.root().resolve("docs/stack.md")))
                .contains("\nbin/stack up\n")
                .contains("\nbin/stack check\n");
        try (Stream<Path> files = Files.list(Repository.root().resolve("bin"))) {
            assertThat(files.map(f -> f.getFileName().toString())).contains("stack");
        }
    }
}
