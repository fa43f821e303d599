package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.dashboards.Queries.Language;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A broker as users start it, a little traffic, a real Prometheus with our configuration and rules:
 * whatever dashboards, alerts and runbooks ask for has to be there.
 */
@NeedsPart({Part.PROMTOOL, Part.MOSQUITTO})
class QueriesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private static Path folder;
    private static RobustMq broker;
    private static Prometheus prometheus;
    private static List<Query> queries;

    @BeforeAll
    static void start_and_publish_a_little() throws Exception {
        queries = Queries.in(Repository.root());
        broker = RobustMq.in(folder.resolve("broker")).traceAll().start();
        prometheus = Prometheus.scraping(broker.httpPort(), folder);
        MosquittoClients clients = broker.mosquitto();
        try (MosquittoClients.Subscriber all =
                clients.subscribe("-V", "5", "-q", "2", "-t", "meters/#")) {
            for (int qos = 0; qos <= 2; qos++) {
                clients.publish("-t", "meters/1", "-m", "42", "-q", "" + qos);
            }
            all.await(3);
        }
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void every_metric_label_and_event_that_is_asked_for_is_there() throws Exception {
        Known known = known();
        List<String> missing = new ArrayList<>();
        queries.forEach(query -> missing.addAll(known.missing(query)));
        Queries.texts(Repository.root()).forEach(text -> missing.addAll(known.missing(text)));

        assertThat(queries).hasSizeGreaterThan(50);
        assertThat(missing).isEmpty();
    }

    /** Not too many of them either, else the first test proves nothing. */
    @Test
    void a_metric_of_ours_that_nothing_asks_for_is_a_decision() throws Exception {
        Set<String> unasked = new TreeSet<>();
        known().series().forEach(labels -> unasked.add(labels.getOrDefault("__name__", "")));
        unasked.removeIf(name -> !name.startsWith("robustmq_"));
        for (Query query : queries) {
            if (query.language() == Language.PROMQL) {
                PromQl.read(query.query()).selectors().forEach(s -> unasked.remove(s.metric()));
            }
        }
        assertThat(unasked).allMatch(name -> name.matches(".*_(bucket|count|sum|created)"));
    }

    @Test
    void prometheus_answers_every_panel_with_the_labels_it_shows() throws Exception {
        List<Query> waiting = new ArrayList<>(queries);
        waiting.removeIf(query -> query.language() != Language.PROMQL);
        Await.until(
                "an answer",
                LIMIT,
                () -> {
                    for (Query query : List.copyOf(waiting)) {
                        if (answered(query)) {
                            waiting.remove(query);
                        }
                    }
                    return waiting.isEmpty()
                            ? java.util.Optional.of(true)
                            : java.util.Optional.empty();
                },
                waiting::toString);
    }

    private static boolean answered(Query query) throws Exception {
        List<Map<String, String>> results = prometheus.results(query.query());
        return !query.answers()
                || !results.isEmpty()
                        && query.shown().stream()
                                .allMatch(label ->
                                        results.stream().anyMatch(r -> r.containsKey(label)));
    }

    @Test
    void no_alert_fires_at_a_healthy_broker() throws Exception {
        Await.untilTrue(
                "Prometheus evaluated all rules",
                LIMIT,
                () -> !prometheus.ruleHealth().containsValue("unknown"));

        assertThat(prometheus.ruleHealth())
                .isNotEmpty()
                .allSatisfy((n, h) -> assertThat(h).isEqualTo("ok"));
        assertThat(prometheus.alerts()).isEmpty();
    }

    @Test
    void the_latency_panel_gets_the_traces_behind_its_dots() throws Exception {
        Await.untilTrue(
                "exemplars with a trace id",
                LIMIT,
                () ->
                        prometheus
                                .exemplars("robustmq_mqtt_delivery_latency_seconds_bucket")
                                .stream()
                                .anyMatch(labels ->
                                        labels.getOrDefault("trace_id", "")
                                                .matches("[0-9a-f]{32}")));
    }

    /** Once the broker was scraped after its traffic. */
    private static Known known() throws Exception {
        Await.untilTrue(
                "the broker was scraped",
                LIMIT,
                () ->
                        !prometheus
                                .results("robustmq_mqtt_delivered_total{qos=\"2\"} > 0")
                                .isEmpty());
        return new Known(prometheus.series(), Catalogue.read());
    }
}
