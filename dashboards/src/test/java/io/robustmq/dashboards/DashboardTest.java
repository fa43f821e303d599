package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.testkit.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DashboardTest {
    private static final Map<String, JsonNode> ALL = all();

    private static JsonNode one(String name) {
        return Objects.requireNonNull(ALL.get(name), name);
    }

    static Stream<String> dashboards() {
        return ALL.keySet().stream();
    }

    private static Map<String, JsonNode> all() {
        Map<String, JsonNode> all = new TreeMap<>();
        for (Path file : Queries.files(Repository.root().resolve("dashboards"), ".json")) {
            all.put(file.getFileName().toString().replace(".json", ""), Queries.json(file));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void a_dashboard_opens_explains_itself_and_leads_on(String name) {
        assertThat(DashboardFaults.of(name, one(name), ALL)).isEmpty();
    }

    @Test
    void there_is_one_for_each_question() {
        assertThat(dashboards())
                .containsExactlyInAnyOrder(
                        "robustmq-overview",
                        "robustmq-clients",
                        "robustmq-messages",
                        "robustmq-subscriptions",
                        "robustmq-sessions",
                        "robustmq-journal",
                        "robustmq-cluster",
                        "robustmq-pipeline",
                        "robustmq-jvm",
                        "robustmq-logs-loki",
                        "robustmq-logs-elasticsearch",
                        "robustmq-client",
                        "robustmq-trace");
    }

    /** A dashboard that nobody finds helps nobody. */
    @Test
    void the_page_says_what_each_is_for() {
        String page = Queries.text(Repository.root().resolve("dashboards/README.md"));
        assertThat(dashboards()).allSatisfy(name -> assertThat(page).contains(name + ".json"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void each_fault_is_found(String name) {
        assertFault("id 1 ", name, panel -> panel.put("id", 1));
        assertFault("no description", name, panel -> panel.put("description", " "));
        assertFault("no unit", name, panel -> defaults(panel).put("unit", "furlong"));
        assertFault("no panel is a", name, panel -> panel.put("type", "graph"));
        assertFault("not on the grid", name, panel -> position(panel).put("x", 20).put("w", 8));
        assertFault("overlaps", name, panel -> position(panel).put("y", 0));
        assertFault(
                "no variable $jab", name, panel -> target(panel).put("expr", "up{job=\"$jab\"}"));
        assertFault("refId", name, panel -> targets(panel).add(target(panel).deepCopy()));
        assertFault(
                "chooses",
                name,
                panel -> ((ObjectNode) panel.path("datasource")).put("uid", "prometheus"));
        assertFault("two data sources", name, panel -> target(panel).remove("datasource"));
        assertFault(
                "do not grow",
                name,
                panel ->
                        defaults(panel)
                                .putObject("thresholds")
                                .putArray("steps")
                                .add(defaults(panel).objectNode().putNull("value"))
                                .add(defaults(panel).objectNode().put("value", 2))
                                .add(defaults(panel).objectNode().put("value", 1)));
        assertFault("no dashboard for", name, panel -> link(panel, "/d/robustmq-nowhere?"));
        assertFault("forgets the time", name, panel -> link(panel, "/d/robustmq-jvm?"));
        assertFault(
                "is not there",
                name,
                panel -> link(panel, "/d/robustmq-jvm?${__url_time_range}&var-topic=a"));
        assertFault(
                "no variable $jab for",
                name,
                panel -> link(panel, "/d/robustmq-jvm?${__url_time_range}&${jab:queryparam}"));
    }

    @Test
    void a_variable_that_nothing_uses_is_found() {
        ObjectNode dashboard = one("robustmq-jvm").deepCopy();
        ((ArrayNode) dashboard.path("templating").path("list"))
                .addObject()
                .put("name", "jab")
                .put("type", "textbox");

        assertThat(DashboardFaults.of("robustmq-jvm", dashboard, ALL))
                .containsExactly("nothing uses the variable jab");
    }

    @Test
    void another_name_or_version_is_found() {
        ObjectNode dashboard = one("robustmq-jvm").deepCopy();
        dashboard.put("schemaVersion", 38);

        assertThat(DashboardFaults.of("robustmq-other", dashboard, ALL))
                .containsExactly("its uid is not robustmq-other", "its schemaVersion is not 39");
    }

    private interface Change {
        void to(ObjectNode panel);
    }

    private static void assertFault(String fault, String name, Change change) {
        JsonNode copy = one(name).deepCopy();
        List<ObjectNode> panels = new ArrayList<>();
        for (JsonNode panel : copy.path("panels")) {
            if (!panel.path("type").asText().equals("row")) {
                panels.add((ObjectNode) panel);
            }
        }
        change.to(panels.getLast());
        assertThat(DashboardFaults.of(name, copy, ALL)).anyMatch(f -> f.contains(fault));
    }

    private static ObjectNode defaults(ObjectNode panel) {
        return (ObjectNode) panel.path("fieldConfig").path("defaults");
    }

    private static ObjectNode position(ObjectNode panel) {
        return (ObjectNode) panel.path("gridPos");
    }

    private static ArrayNode targets(ObjectNode panel) {
        return (ArrayNode) panel.path("targets");
    }

    private static ObjectNode target(ObjectNode panel) {
        return (ObjectNode) targets(panel).path(0);
    }

    private static void link(ObjectNode panel, String url) {
        panel.putArray("links").addObject().put("url", url);
    }
}
