package io.robustmq.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.dashboards.Queries.Language;
import io.robustmq.dashboards.Queries.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the panels, variables and annotations of a dashboard ask for. */
final class Panels {
    private static final Pattern LABEL_VALUES =
            Pattern.compile("label_values\\((?<selector>.+),\\s*(?<label>\\w+)\\)");
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern TAG = Pattern.compile("([\\w.]+)=(\"[^\"]*\")");

    /** Columns of tables that Grafana's data sources make themselves. */
    private static final Set<String> GRAFANAS_COLUMNS = Set.of("Time");

    private Panels() {}

    /** All, those of collapsed rows too; no rows. */
    static List<JsonNode> of(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            if (panel.path("type").asText().equals("row")) {
                panel.path("panels").forEach(panels::add);
            } else {
                panels.add(panel);
            }
        }
        return panels;
    }

    static List<Query> queries(String file, JsonNode dashboard) {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : of(dashboard)) {
            String where = file + ", panel '" + panel.path("title").asText() + "'";
            for (JsonNode target : panel.path("targets")) {
                queries.add(query(where, panel, target));
            }
        }
        return queries;
    }

    /** What the variables offer, and what is drawn into all panels. */
    static List<Query> around(String file, JsonNode dashboard) {
        List<Query> queries = new ArrayList<>();
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (variable.path("type").asText().equals("query")) {
                queries.add(variable(file, variable));
            }
        }
        for (JsonNode annotation : dashboard.path("annotations").path("list")) {
            queries.add(
                    new Query(
                            file + ", annotation '" + annotation.path("name").asText() + "'",
                            Language.PROMQL,
                            filled(annotation.path("target").path("expr").asText(), ".+"),
                            Queries.all(LEGEND_LABEL, annotation.path("titleFormat").asText()),
                            true));
        }
        return queries;
    }

    private static Query query(String where, JsonNode panel, JsonNode target) {
        List<String> shown = new ArrayList<>(columns(panel));
        return switch (target.path("datasource").path("type").asText()) {
            case "prometheus" -> {
                String query = filled(target.path("expr").asText(), ".+");
                shown.addAll(Queries.all(LEGEND_LABEL, target.path("legendFormat").asText()));
                // a broker that is well has no alerts
                boolean answers = !query.contains("ALERTS");
                yield new Query(where, Language.PROMQL, query, shown, answers);
            }
            case "loki" -> {
                shown.addAll(Queries.all(LEGEND_LABEL, target.path("legendFormat").asText()));
                yield new Query(
                        where,
                        Language.LOGQL,
                        filled(target.path("expr").asText(), ".+"),
                        shown,
                        false);
            }
            case "elasticsearch" -> {
                for (String part : List.of("metrics", "bucketAggs")) {
                    shown.addAll(target.path(part).findValuesAsText("field"));
                }
                shown.add(target.path("timeField").asText());
                yield new Query(
                        where,
                        Language.LUCENE,
                        filled(target.path("query").asText(), "*"),
                        shown,
                        false);
            }
            case "jaeger", "tempo" ->
                    new Query(where, Language.TRACES, traceQl(target), List.of(), false);
            default -> throw new IllegalArgumentException(where + ": no data source is known");
        };
    }

    /** Which fields a table picks. */
    private static List<String> columns(JsonNode panel) {
        List<String> columns = new ArrayList<>();
        for (JsonNode transformation : panel.path("transformations")) {
            if (transformation.path("id").asText().equals("filterFieldsByName")) {
                for (JsonNode name : transformation.path("options").path("include").path("names")) {
                    if (!GRAFANAS_COLUMNS.contains(name.asText())) {
                        columns.add(name.asText());
                    }
                }
            }
        }
        return columns;
    }

    private static Query variable(String file, JsonNode variable) {
        String where = file + ", variable " + variable.path("name").asText();
        String definition = variable.path("definition").asText();
        if (variable.path("datasource").path("type").asText().equals("elasticsearch")) {
            JsonNode terms = Queries.parsed(definition);
            return new Query(
                    where,
                    Language.LUCENE,
                    filled(terms.path("query").asText(), "*"),
                    List.of(terms.path("field").asText()),
                    false);
        }
        Matcher values = LABEL_VALUES.matcher(filled(definition, ".+"));
        if (!values.matches()) {
            throw new IllegalArgumentException(where + " is no label_values(…)");
        }
        return new Query(
                where,
                Language.PROMQL,
                values.group("selector"),
                List.of(values.group("label")),
                true);
    }

    /** What Jaeger is asked for, in Tempo's words. */
    private static String traceQl(JsonNode target) {
        if (!target.path("queryType").asText().equals("search")) {
            return target.path("query").asText();
        }
        StringBuilder query =
                new StringBuilder(
                        String.format(
                                Locale.ROOT,
                                "resource.service.name=\"%s\" && name=\"%s\"",
                                target.path("service").asText(),
                                target.path("operation").asText()));
        Matcher tag = TAG.matcher(target.path("tags").asText());
        while (tag.find()) {
            query.append(" && span.").append(tag.group(1)).append('=').append(tag.group(2));
        }
        return query.toString();
    }

    /** Grafana's variables as "All" and the shortest time fill them. */
    private static String filled(String query, String all) {
        return query.replaceAll("\\$__(rate_interval|auto|interval)\\b", "1m")
                .replaceAll("\\$job\\b", "robustmq")
                .replaceAll(
                        "\\$[a-z_]\\w*|\\$\\{[a-z_]\\w*(:\\w+)?}", Matcher.quoteReplacement(all));
    }
}
