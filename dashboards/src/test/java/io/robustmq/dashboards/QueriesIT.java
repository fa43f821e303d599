package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.dashboards.Queries.Language;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpSpan;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Prometheus;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.SmallCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A broker as users start it, a small cluster beside it, a little traffic, a real Prometheus with
 * our configuration and rules: whatever dashboards, alerts and runbooks ask for has to be there.
 */
@NeedsPart({Part.PROMTOOL, Part.MOSQUITTO})
class QueriesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private static Path folder;
    private static RobustMq broker;
    private static SmallCluster cluster;
    private static Prometheus prometheus;
    private static List<Query> queries;

    @BeforeAll
    static void start_and_publish_a_little() throws Exception {
        queries = Queries.in(Repository.root());
        broker = RobustMq.in(folder.resolve("broker")).everyTransport().start();
        broker.developmentCertificate(); // whose end is a metric
        cluster = SmallCluster.started(folder.resolve("cluster"));
        List<Integer> ports = new ArrayList<>(cluster.httpPorts());
        ports.add(broker.httpPort());
        prometheus = Prometheus.scraping(ports, folder);
        publishALittle(broker);
        publishBetweenBrokers();
    }

    private static void publishBetweenBrokers() throws Exception {
        try (MosquittoClients.Subscriber here =
                cluster.broker(0).mosquitto().subscribe("-V", "5", "-q", "1", "-t", "meters/#")) {
            RobustMq there = cluster.broker(1);
            Await.untilTrue(
                    "a message from the other broker",
                    LIMIT,
                    () -> {
                        there.mosquitto().publish("-t", "meters/1", "-m", "42", "-q", "1");
                        return there.metrics()
                                .text()
                                .lines()
                                .anyMatch(line ->
                                        line.startsWith(
                                                        "robustmq_mqtt_peer_forwarded_total{qos=\"1\"}")
                                                && !line.endsWith(" 0")
                                                && !line.endsWith(" 0.0"));
                    });
            here.await(1);
        }
    }

    private static void publishALittle(RobustMq broker) throws Exception {
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
        if (cluster != null) {
            cluster.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void every_metric_label_and_event_that_is_asked_for_is_there() throws Exception {
        assertThat(queries).hasSizeGreaterThan(50);
        assertThat(missing(Repository.root())).isEmpty();
    }

    @Test
    void the_reference_is_what_nodes_answer() throws Exception {
        var unused = known();
        MetricsPage page = new MetricsPage();
        page.read("standalone", broker.metrics().text());
        page.read("placement-center", cluster.center().metrics().text());
        page.read("journal-server", cluster.journal(0).metrics().text());
        page.read("mqtt-server", cluster.broker(0).metrics().text());
        page.read("mqtt-server", cluster.broker(1).metrics().text());
        assertThat(page.withoutSeries()).isEmpty();
        Path file = Repository.root().resolve("docs/reference/metrics.md");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(file, page.toString());
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(
                        "docs/reference/metrics.md differs from what nodes answer: run this test"
                                + " with -Dgolden.update=true and commit what it wrote")
                .isEqualTo(page.toString());
    }

    private static List<String> missing(Path root) throws Exception {
        Known known = known();
        List<String> missing = new ArrayList<>();
        Queries.in(root).forEach(query -> missing.addAll(known.missing(query)));
        Queries.texts(root).forEach(text -> missing.addAll(known.missing(text)));
        return missing;
    }

    /** A slip of the pen in a copy of what is published. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "dashboards/robustmq-overview.json;robustmq_mqtt_slow_consumers;robustmq_mqtt_slow_clients",
                "dashboards/robustmq-overview.json;sum by (reason);sum by (why)",
                "dashboards/robustmq-overview.json;area=\\\"heap\\\";area=\\\"heaps\\\"",
                "dashboards/robustmq-overview.json;legendFormat\": \"{{role}};legendFormat\": \"{{rule}}",
                "dashboards/robustmq-overview.json;label_values(robustmq_build_info, job);label_values(robustmq_build_info, jab)",
                "dashboards/robustmq-overview.json;process_start_time_seconds;process_begin_time_seconds",
                "dashboards/robustmq-overview.json;severity_text;severity",
                "dashboards/robustmq-jvm.json;foreign.line;foreign.word",
                "dashboards/robustmq-messages.json;\"robustmq_reason\";\"robustmq_raeson\"",
                "dashboards/robustmq-client.json;unwrap robustmq_latency_micros;unwrap robustmq_latency",
                "dashboards/robustmq-client.json;span.messaging.client.id;span.client.id",
                "dashboards/robustmq-trace.json;messaging.destination.name=;messaging.topic=",
                "dashboards/robustmq-trace.json;\"topic_name\";\"topic\"",
                "dashboards/robustmq-logs-elasticsearch.json;\"field\": \"client_id\";\"field\": \"client\"",
                "dashboards/robustmq-logs-elasticsearch.json;event:message.dropped;event:message.lost",
                "dashboards/robustmq-logs-loki.json;robustmq_log_events_total;robustmq_log_event_total",
                "dashboards/robustmq-cluster.json;robustmq_homes_unserved;robustmq_homes_lonely",
                "dashboards/robustmq-cluster.json;sum by (where);sum by (wheer)",
                "alerts/robustmq.rules.yml;robustmq_placement_has_leader;robustmq_placement_had_leader",
                "alerts/runbooks/PeerLinkDown.md;connection.peer_lost;connection.peer_left",
                "alerts/tests/ReplicaLags.yml;mqtt.mqtt-2;mqtt.other",
                "dashboards/robustmq-overview.json;connection.write_blocked;connection.blocked",
                "alerts/robustmq.rules.yml;robustmq_pipeline_sink_up;robustmq_pipeline_sink",
                "alerts/robustmq.rules.yml;slow_consumer|;slow_client|",
                "alerts/robustmq.rules.yml;$labels.sink;$labels.zink",
                "alerts/robustmq.rules.yml;level=\"error\";level=\"ERROR\"",
                "alerts/runbooks/SinkDown.md;pipeline.sink_failed;pipeline.sink_broke",
                "alerts/runbooks/EventsDropped.md;robustmq_pipeline_sink_up;robustmq_sink_up",
                "alerts/tests/SinkDown.yml;sink=\"file\";sink=\"disk\"",
                "alerts/robustmq.slo.rules.yml;le=\"0.25\";le=\"0.3\"",
                "alerts/robustmq.slo.rules.yml;robustmq_journal_sync_seconds_count[1d];robustmq_journal_synced_seconds_count[1d]",
                "alerts/robustmq.slo.rules.yml;late_ratio30m > 6;late_ratio45m > 6",
                "alerts/robustmq.loki.yml;connection.taken_over;connection.taken",
                "alerts/robustmq.loki.yml;robustmq_rule;robustmq_statement",
                "alerts/robustmq.loki.yml;service_name=;service=",
            })
    void what_the_broker_does_not_have_is_found(
            String file, String from, String to, @TempDir Path copy) throws Exception {
        for (String folder : List.of("dashboards", "alerts", "alerts/tests", "alerts/runbooks")) {
            Files.createDirectories(copy.resolve(folder));
        }
        String sound = Queries.text(Repository.root().resolve(file));
        assertThat(sound).contains(from);
        Files.writeString(copy.resolve(file), sound.replace(from, to));

        assertThat(missing(copy)).isNotEmpty();
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

    /** The last is for good; nothing else here needs both journal servers. */
    @Test
    void no_alert_fires_while_all_is_well_and_some_do_when_a_journal_server_dies()
            throws Exception {
        Await.untilTrue(
                "Prometheus evaluated all rules",
                LIMIT,
                () -> !prometheus.ruleHealth().containsValue("unknown"));

        assertThat(prometheus.ruleHealth())
                .isNotEmpty()
                .allSatisfy((n, h) -> assertThat(h).isEqualTo("ok"));
        var unused = known();
        Await.untilTrue(
                "none that began before the first scrape is left",
                LIMIT,
                () -> prometheus.alerts().isEmpty());

        cluster.journal(1).kill();
        List<String> wanted = List.of("BrokerDown", "NodeExpired", "ShardUnderReplicated");
        Set<String> seen = new TreeSet<>();
        Await.until(
                "alerts " + wanted,
                LIMIT,
                () -> {
                    seen.addAll(prometheus.alerts());
                    return seen.containsAll(wanted)
                            ? java.util.Optional.of(true)
                            : java.util.Optional.empty();
                },
                seen::toString);
    }

    /** Traces are only made for somebody who takes them. */
    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void the_latency_panel_gets_the_traces_behind_its_dots(@TempDir Path other) throws Exception {
        try (OtelCollector collector = OtelCollector.started(other);
                RobustMq traced =
                        RobustMq.in(other.resolve("broker"))
                                .otlp("grpc", collector.grpcPort())
                                .traceAll()
                                .start();
                Prometheus scraper = Prometheus.scraping(List.of(traced.httpPort()), other)) {
            publishALittle(traced);
            Await.untilTrue(
                    "an exemplar with the trace id of a span",
                    LIMIT,
                    () -> {
                        Set<String> traces =
                                collector.spans().stream()
                                        .map(OtlpSpan::traceId)
                                        .collect(Collectors.toSet());
                        return scraper
                                .exemplars("robustmq_mqtt_delivery_latency_seconds_bucket")
                                .stream()
                                .anyMatch(l -> traces.contains(l.getOrDefault("trace_id", "")));
                    });
        }
    }

    /** Once all were scraped after their traffic. */
    private static Known known() throws Exception {
        int nodes = cluster.httpPorts().size() + 1;
        Await.untilTrue(
                "all nodes were scraped",
                LIMIT,
                () -> !prometheus.results("count(count_over_time(up[5m])) == " + nodes).isEmpty());
        Await.untilTrue(
                "the broker was scraped",
                LIMIT,
                () ->
                        !prometheus
                                .results("robustmq_mqtt_delivered_total{qos=\"2\"} > 0")
                                .isEmpty());
        // the last rule of each group that records
        Await.untilTrue(
                "the objectives were recorded",
                LIMIT,
                () ->
                        prometheus
                                        .results(
                                                "group by (__name__)"
                                                        + " ({__name__=~\"instance.*:(increase1h|late_ratio3d)\"})")
                                        .size()
                                == 4);
        return Known.of(prometheus.series(), Catalogue.read());
    }
}
