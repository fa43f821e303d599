package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.testkit.Repository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DashboardTest {
    private static final int GRID_COLUMNS = 24;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)}?");

    /** What Grafana itself fills in. */
    private static final Set<String> GRAFANAS = Set.of("__rate_interval", "__all");

    static Stream<Path> dashboards() {
        return Queries.files(Repository.root().resolve("dashboards"), ".json").stream();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void a_dashboard_opens_and_explains_itself(Path file) {
        assertThat(faults(Queries.json(file))).isEmpty();
    }

    @Test
    void there_are_an_overview_and_one_of_the_cluster() {
        assertThat(dashboards().map(Path::getFileName).map(Path::toString))
                .contains("robustmq-overview.json", "robustmq-cluster.json");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void each_fault_is_found(Path file) {
        JsonNode sound = Queries.json(file);

        assertThat(faults(with(sound, panel -> panel.put("id", 2))))
                .anyMatch(f -> f.contains("id"));
        assertThat(faults(with(sound, panel -> panel.put("description", " "))))
                .anyMatch(f -> f.contains("description"));
        assertThat(faults(with(sound, panel -> defaults(panel).remove("unit"))))
                .anyMatch(f -> f.contains("unit"));
        assertThat(faults(with(sound, panel -> position(panel).put("x", 20).put("w", 8))))
                .anyMatch(f -> f.contains("grid"));
        assertThat(faults(with(sound, panel -> position(panel).put("y", 3))))
                .anyMatch(f -> f.contains("overlaps"));
        assertThat(faults(with(sound, panel -> target(panel).put("expr", "up{job=\"$jab\"}"))))
                .anyMatch(f -> f.contains("$jab"));
        assertThat(faults(with(sound, panel -> target(panel).put("refId", "B"))))
                .anyMatch(f -> f.contains("refId"));
    }

    private static List<String> faults(JsonNode dashboard) {
        List<String> faults = new ArrayList<>();
        for (String field : List.of("uid", "title", "schemaVersion", "templating", "panels")) {
            if (!dashboard.hasNonNull(field)) {
                faults.add("no " + field);
            }
        }
        Set<String> variables = new HashSet<>(GRAFANAS);
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            variables.add(variable.path("name").asText());
        }
        for (String wanted : List.of("datasource", "loki", "instance")) {
            if (!variables.contains(wanted)) {
                faults.add("no variable " + wanted);
            }
        }
        Set<Integer> ids = new HashSet<>();
        List<JsonNode> before = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            String title = panel.path("title").asText();
            if (!ids.add(panel.path("id").asInt())) {
                faults.add(title + ": id " + panel.path("id") + " is another panel's");
            }
            place(panel, before, faults);
            before.add(panel);
            if (!panel.path("type").asText().equals("row")) {
                explain(panel, title, faults);
                query(panel, title, variables, faults);
            }
        }
        return faults;
    }

    private static void place(JsonNode panel, List<JsonNode> before, List<String> faults) {
        JsonNode at = panel.path("gridPos");
        String title = panel.path("title").asText();
        if (at.path("x").asInt(-1) < 0
                || at.path("y").asInt(-1) < 0
                || at.path("w").asInt() < 1
                || at.path("h").asInt() < 1
                || at.path("x").asInt() + at.path("w").asInt() > GRID_COLUMNS) {
            faults.add(title + " is not on the grid: " + at);
        }
        for (JsonNode other : before) {
            JsonNode there = other.path("gridPos");
            if (meet(at, there, "x", "w") && meet(at, there, "y", "h")) {
                faults.add(title + " overlaps " + other.path("title").asText());
            }
        }
    }

    private static boolean meet(JsonNode a, JsonNode b, String from, String size) {
        return a.path(from).asInt() < b.path(from).asInt() + b.path(size).asInt()
                && b.path(from).asInt() < a.path(from).asInt() + a.path(size).asInt();
    }

    private static void explain(JsonNode panel, String title, List<String> faults) {
        if (title.isBlank()) {
            faults.add("panel " + panel.path("id") + " has no title");
        }
        if (panel.path("description").asText().isBlank()) {
            faults.add(title + " has no description");
        }
        if (panel.path("fieldConfig").path("defaults").path("unit").asText().isBlank()) {
            faults.add(title + " has no unit");
        }
    }

    private static void query(
            JsonNode panel, String title, Set<String> variables, List<String> faults) {
        Set<String> refIds = new HashSet<>();
        if (panel.path("targets").isEmpty()) {
            faults.add(title + " asks for nothing");
        }
        for (JsonNode target : panel.path("targets")) {
            if (!refIds.add(target.path("refId").asText())) {
                faults.add(title + ": refId " + target.path("refId") + " twice");
            }
            Matcher used =
                    VARIABLE.matcher(
                            target.path("expr").asText()
                                    + target.path("datasource").path("uid").asText());
            while (used.find()) {
                if (!variables.contains(used.group(1))) {
                    faults.add(title + ": no variable $" + used.group(1));
                }
            }
        }
    }

    private interface Change {
        void to(ObjectNode panel);
    }

    /** A copy in which the last panel of metrics with several queries is changed. */
    private static JsonNode with(JsonNode dashboard, Change change) {
        JsonNode copy = dashboard.deepCopy();
        List<ObjectNode> several = new ArrayList<>();
        for (JsonNode panel : copy.path("panels")) {
            if (panel.path("targets").size() > 1) {
                several.add((ObjectNode) panel);
            }
        }
        change.to(several.getLast());
        return copy;
    }

    private static ObjectNode defaults(ObjectNode panel) {
        return (ObjectNode) panel.path("fieldConfig").path("defaults");
    }

    private static ObjectNode position(ObjectNode panel) {
        return (ObjectNode) panel.path("gridPos");
    }

    private static ObjectNode target(ObjectNode panel) {
        return (ObjectNode) panel.path("targets").path(0);
    }
}
