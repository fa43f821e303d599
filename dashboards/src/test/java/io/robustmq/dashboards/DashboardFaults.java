package io.robustmq.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with the form of one dashboard, of several that link to each other. */
final class DashboardFaults {
    /** One for all: who imports them has one version of Grafana. */
    static final int SCHEMA_VERSION = 39;

    private static final int GRID_COLUMNS = 24;
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:\\{(?<braced>[\\w.]+)(?::\\w+)?}|(?<bare>[a-zA-Z_]\\w*))");
    private static final Pattern LINK = Pattern.compile("/d/(?<uid>[\\w-]+)\\?(?<query>.*)");
    private static final Pattern SET = Pattern.compile("[?&]var-(\\w+)=");

    /** What Grafana itself fills in begins so. */
    private static final String GRAFANAS = "__";

    private static final Set<String> PANEL_TYPES =
            Set.of("timeseries", "stat", "table", "logs", "heatmap", "traces");

    /** Those of Grafana's that say what ours are measured in. */
    private static final Set<String> UNITS =
            Set.of(
                    "none",
                    "short",
                    "percentunit",
                    "s",
                    "ms",
                    "µs",
                    "bytes",
                    "Bps",
                    "ops",
                    "cps",
                    "pps");

    private final Map<String, JsonNode> others;
    private final JsonNode dashboard;
    private final List<String> faults = new ArrayList<>();

    /** The plugin of the data source that a variable chooses, by the variable's name. */
    private final Map<String, String> dataSources = new HashMap<>();

    private final Set<String> variables = new HashSet<>();
    private final Set<String> unused = new TreeSet<>();
    private final Set<Integer> ids = new HashSet<>();

    private DashboardFaults(Map<String, JsonNode> others, JsonNode dashboard) {
        this.others = others;
        this.dashboard = dashboard;
    }

    /**
     * @param file its name without .json
     * @param others by uid
     */
    static List<String> of(String file, JsonNode dashboard, Map<String, JsonNode> others) {
        DashboardFaults search = new DashboardFaults(others, dashboard);
        if (!dashboard.path("uid").asText().equals(file)) {
            search.faults.add("its uid is not " + file);
        }
        search.head();
        search.panels(dashboard.path("panels"));
        for (JsonNode panel : Panels.of(dashboard)) {
            search.panel(panel);
        }
        search.unused.forEach(name -> search.faults.add("nothing uses the variable " + name));
        return search.faults;
    }

    private void head() {
        if (dashboard.path("schemaVersion").asInt() != SCHEMA_VERSION) {
            faults.add("its schemaVersion is not " + SCHEMA_VERSION);
        }
        for (String field : List.of("title", "description", "tags", "links")) {
            if (dashboard.path(field).isMissingNode()
                    || dashboard.path(field).isEmpty()
                            && dashboard.path(field).asText().isBlank()) {
                faults.add("no " + field);
            }
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            String name = variable.path("name").asText();
            if (!variables.add(name)) {
                faults.add("two variables " + name);
            }
            unused.add(name);
            if (variable.path("type").asText().equals("datasource")) {
                dataSources.put(name, variable.path("query").asText());
            }
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            String where = "variable " + variable.path("name").asText();
            if (variable.has("datasource")) {
                dataSource(variable, where);
            }
            used(variable.path("definition").asText(), where);
        }
        for (JsonNode annotation : dashboard.path("annotations").path("list")) {
            dataSource(annotation, "annotation");
            used(annotation.path("target").path("expr").asText(), "annotation");
        }
    }

    /** Of the dashboard, or of a collapsed row, which has a grid of its own. */
    private void panels(JsonNode panels) {
        List<JsonNode> before = new ArrayList<>();
        for (JsonNode panel : panels) {
            String title = panel.path("title").asText();
            if (!ids.add(panel.path("id").asInt())) {
                faults.add(title + ": id " + panel.path("id") + " is another panel's");
            }
            place(panel, before);
            before.add(panel);
            if (panel.path("type").asText().equals("row")) {
                if (panel.path("collapsed").asBoolean() == panel.path("panels").isEmpty()) {
                    faults.add(title + ": a collapsed row has its panels inside, another has none");
                }
                panels(panel.path("panels"));
            }
        }
    }

    private void place(JsonNode panel, List<JsonNode> before) {
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

    private void panel(JsonNode panel) {
        String title = panel.path("title").asText();
        JsonNode defaults = panel.path("fieldConfig").path("defaults");
        if (title.isBlank()) {
            faults.add("panel " + panel.path("id") + " has no title");
        }
        if (!PANEL_TYPES.contains(panel.path("type").asText())) {
            faults.add(title + ": no panel is a " + panel.path("type"));
        }
        if (panel.path("description").asText().isBlank()) {
            faults.add(title + " has no description");
        }
        if (!UNITS.contains(defaults.path("unit").asText())) {
            faults.add(title + ": no unit " + defaults.path("unit"));
        }
        dataSource(panel, title);
        if (panel.path("targets").isEmpty()) {
            faults.add(title + " asks for nothing");
        }
        Set<String> refIds = new HashSet<>();
        for (JsonNode target : panel.path("targets")) {
            if (!refIds.add(target.path("refId").asText())) {
                faults.add(title + ": refId " + target.path("refId") + " twice");
            }
            if (!target.path("datasource").equals(panel.path("datasource"))) {
                faults.add(title + ": two data sources");
            }
            for (String field : List.of("expr", "query", "tags")) {
                used(target.path(field).asText(), title);
            }
        }
        thresholds(defaults.path("thresholds").path("steps"), title);
        panel.findValues("url").forEach(link -> link(link.asText(), title));
    }

    private void dataSource(JsonNode of, String where) {
        String uid = of.path("datasource").path("uid").asText();
        used(uid, where);
        String variable = uid.replaceAll("[${}]", "");
        String type = of.path("datasource").path("type").asText();
        if (!type.equals(dataSources.get(variable)) || !uid.equals("${" + variable + "}")) {
            faults.add(where + ": no variable chooses " + of.path("datasource"));
        }
    }

    /** The first is below all others and has no number, which grow. */
    private void thresholds(JsonNode steps, String title) {
        double last = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < steps.size(); i++) {
            JsonNode value = steps.path(i).path("value");
            if (i == 0 && !value.isNull() || i > 0 && !(value.asDouble(last) > last)) {
                faults.add(title + ": thresholds do not grow");
            }
            last = i == 0 ? last : value.asDouble();
        }
    }

    private void used(String text, String where) {
        Matcher used = VARIABLE.matcher(text);
        while (used.find()) {
            String name = used.group("bare") == null ? used.group("braced") : used.group("bare");
            unused.remove(name);
            if (!name.startsWith(GRAFANAS) && !variables.contains(name)) {
                faults.add(where + ": no variable $" + name);
            }
        }
    }

    /** It has the time and the variables with it, and sets none twice. */
    private void link(String url, String title) {
        Matcher link = LINK.matcher(url);
        if (!link.matches() || !others.containsKey(link.group("uid"))) {
            faults.add(title + ": no dashboard for " + url);
            return;
        }
        String query = link.group("query");
        if (!query.contains("${__url_time_range}")) {
            faults.add(title + ": " + url + " forgets the time");
        }
        Set<String> offered = new HashSet<>();
        others.get(link.group("uid"))
                .path("templating")
                .path("list")
                .forEach(variable -> offered.add(variable.path("name").asText()));
        boolean all = query.contains("${__all_variables}");
        Matcher set = SET.matcher("&" + query);
        while (set.find()) {
            if (!offered.contains(set.group(1))) {
                faults.add(title + ": " + url + " sets a variable that is not there");
            }
            if (all && variables.contains(set.group(1))) {
                faults.add(title + ": " + url + " sets " + set.group(1) + " twice");
            }
        }
        Matcher used = VARIABLE.matcher(query);
        while (used.find()) {
            String name = used.group("braced");
            if (name != null && !name.startsWith(GRAFANAS) && !variables.contains(name)) {
                faults.add(title + ": no variable $" + name + " for " + url);
            }
        }
    }
}
