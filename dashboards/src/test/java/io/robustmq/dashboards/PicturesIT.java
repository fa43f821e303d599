package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Prometheus;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page that {@code docs/pictures} are taken of, in Chromium: it draws every panel of a
 * dashboard with what a broker, Prometheus and the OpenTelemetry Collector say.
 */
@NeedsPart({Part.PICTURE, Part.PROMTOOL, Part.MOSQUITTO, Part.OTEL_COLLECTOR})
class PicturesIT {
    /** Panels of the overview, of a broker that is alone and well. */
    private static final Map<String, String> NOTHING_TO_TELL =
            Map.of(
                    "Alerts that fire", "no-data",
                    "Homes not served", "no-data",
                    "Logs without quorum", "no-data");

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir private static Path folder;
    private static OtelCollector collector;
    private static RobustMq broker;
    private static Prometheus prometheus;
    private static long begun;

    @BeforeAll
    static void start_and_publish_a_little() throws Exception {
        begun = System.currentTimeMillis();
        collector = OtelCollector.started(folder);
        broker =
                RobustMq.in(folder.resolve("broker"))
                        .everyTransport()
                        .otlp("grpc", collector.grpcPort())
                        .start();
        prometheus = Prometheus.scraping(List.of(broker.httpPort()), folder);
        MosquittoClients clients = broker.mosquitto();
        try (MosquittoClients.Subscriber all =
                clients.subscribe("-V", "5", "-q", "1", "-t", "meters/#")) {
            Await.untilTrue(
                    "a rate of messages that Prometheus knows",
                    LIMIT,
                    () -> {
                        clients.publish("-t", "meters/1", "-m", "42", "-q", "1");
                        // for some steps already
                        return prometheus.value(
                                        "sum(rate(robustmq_mqtt_delivered_total[4s] offset 4s))")
                                > 0;
                    });
            all.await(1);
        }
        collector.awaitLog(
                "a closed connection", log -> log.eventName().equals("connection.closed"));
    }

    @AfterAll
    static void stop() {
        if (prometheus != null) {
            prometheus.close();
        }
        if (broker != null) {
            broker.close();
        }
        if (collector != null) {
            collector.close();
        }
    }

    @Test
    void every_panel_of_the_overview_has_a_title_and_is_drawn() throws Exception {
        JsonNode page = rendered(dashboards(), "robustmq-overview");

        assertThat(page.path("complaints")).isEmpty();
        assertThat(page.path("panels").size()).isGreaterThan(20);
        assertThat(page.path("panels"))
                .allSatisfy(panel -> {
                    assertThat(panel.path("title").asText()).isNotBlank();
                    assertThat(panel.path("text").asText())
                            .startsWith(panel.path("title").asText());
                });
        assertThat(notDrawn(page))
                .as("but for what is not of a broker alone")
                .isEqualTo(NOTHING_TO_TELL);
    }

    /** They may ask who is not here, and then lack data, but not a way to ask or to draw it. */
    @Test
    void no_dashboard_has_a_panel_of_a_kind_that_the_page_does_not_know(@TempDir Path copies)
            throws Exception {
        List<String> names = new ArrayList<>();
        Set<String> kinds = new HashSet<>();
        try (Stream<Path> files = Files.list(dashboards())) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                ObjectNode dashboard = (ObjectNode) JSON.readTree(file.toFile());
                ArrayNode few = JSON.createArrayNode();
                for (JsonNode row : dashboard.path("panels")) {
                    few.addAll(firstOfTheirKind(row.path("panels"), kinds));
                }
                few.addAll(firstOfTheirKind(dashboard.path("panels"), kinds));
                if (!few.isEmpty()) {
                    dashboard.set("panels", few);
                    names.add(file.getFileName().toString().replace(".json", ""));
                    JSON.writeValue(copies.resolve(file.getFileName()).toFile(), dashboard);
                }
            }
        }
        assertThat(kinds).hasSizeGreaterThan(2);

        for (JsonNode page : rendered(copies, names)) {
            String name = page.path("dashboard").asText();
            assertThat(page.path("failed").isNull()).as(name + page.path("failed")).isTrue();
            assertThat(notDrawn(page).values()).as(name).isSubsetOf("no-data", "not-here");
        }
    }

    private static List<JsonNode> firstOfTheirKind(JsonNode panels, Set<String> kinds) {
        List<JsonNode> first = new ArrayList<>();
        for (JsonNode panel : panels) {
            String kind =
                    panel.path("type").asText()
                            + panel.findValuesAsText("format")
                            + panel.path("targets").findValuesAsText("type")
                            + panel.path("transformations").findValuesAsText("id");
            if (!panel.path("type").asText().equals("row") && kinds.add(kind)) {
                first.add(panel);
            }
        }
        return first;
    }

    @Test
    void what_the_page_cannot_draw_is_told(@TempDir Path copies) throws Exception {
        ObjectNode dashboard =
                (ObjectNode) JSON.readTree(dashboards().resolve("robustmq-overview.json").toFile());
        ArrayNode panels = JSON.createArrayNode();
        target(faulty(panels, dashboard, "sound")).put("expr", "up");
        faulty(panels, dashboard, "type").put("type", "piechart");
        target(faulty(panels, dashboard, "query")).put("expr", "sum((up)");
        target(faulty(panels, dashboard, "nothing")).put("expr", "up == 7");
        target(faulty(panels, dashboard, "source")).putObject("datasource").put("type", "mysql");
        dashboard.set("panels", panels);
        JSON.writeValue(copies.resolve("faults.json").toFile(), dashboard);

        Map<String, String> found = notDrawn(rendered(copies, "faults"));

        assertThat(found)
                .containsOnlyKeys("type", "query", "nothing", "source")
                .containsEntry("type", "a panel of type piechart is not drawn here")
                .containsEntry("nothing", "no-data")
                .containsEntry("source", "a data source of type mysql is not known here");
        assertThat(found.get("query")).contains("parse error");
    }

    /** A copy of the first stat panel. */
    private static ObjectNode faulty(ArrayNode to, JsonNode dashboard, String title) {
        for (JsonNode panel : dashboard.path("panels")) {
            if (panel.path("type").asText().equals("stat")) {
                ObjectNode copy = panel.deepCopy();
                to.add(copy);
                return copy.put("title", title).put("id", to.size());
            }
        }
        throw new AssertionError("no stat panel");
    }

    private static ObjectNode target(ObjectNode panel) {
        return (ObjectNode) panel.path("targets").path(0);
    }

    private static Path dashboards() {
        return Repository.root().resolve("dashboards");
    }

    /** By title: the error, or how else it is not drawn. */
    private static Map<String, String> notDrawn(JsonNode page) {
        Map<String, String> panels = new TreeMap<>();
        for (JsonNode panel : page.path("panels")) {
            String status = panel.path("status").asText();
            if (!status.equals("drawn")) {
                panels.put(
                        panel.path("title").asText(),
                        status.equals("error") ? panel.path("error").asText() : status);
            }
        }
        return panels;
    }

    private static JsonNode rendered(Path dashboards, String name) throws Exception {
        return rendered(dashboards, List.of(name)).getFirst();
    }

    private static List<JsonNode> rendered(Path dashboards, List<String> names) throws Exception {
        List<String> command =
                Stream.concat(
                                Stream.of(
                                        Part.PICTURE.program("node").toString(),
                                        Part.PICTURE.made().resolve("../../render.mjs").normalize()
                                                + "",
                                        Part.PICTURE.program("chromium").toString(),
                                        dashboards.toString(),
                                        "-"),
                                names.stream().map(PicturesIT::query))
                        .toList();
        Map<String, String> environment =
                Map.of(
                        "PROMETHEUS",
                        prometheus.address(),
                        "EVENTS",
                        folder.resolve("logs.json").toString(),
                        "TMPDIR",
                        folder.toString());
        try (ChildProcess render = ChildProcess.start("render", folder, environment, command)) {
            assertThat(render.awaitExit(LIMIT)).as(String.join("\n", render.stderr())).isZero();
            return render.stdout().stream().map(PicturesIT::json).toList();
        }
    }

    private static String query(String name) {
        return "dashboard=%s&from=%d&to=%d&interval=1s"
                .formatted(name, begun, System.currentTimeMillis());
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError(line, e);
        }
    }
}
