package io.robustmq.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the dashboards of a folder ask, with their variables filled in as Grafana does. */
final class Dashboards {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Dashboards() {}

    /** Which kind of data source is asked. */
    enum Source {
        PROMETHEUS,
        LOKI,
        ELASTICSEARCH,
        TRACES
    }

    /**
     * One query.
     *
     * @param where dashboard, panel and which of its queries
     * @param text the query itself, filled in
     * @param target all that the dashboard says of it, for data sources that need more
     * @param optional an annotation: it marks what happened, if it did
     */
    record Asked(String where, Source source, String text, JsonNode target, boolean optional) {}

    static List<Asked> in(Path folder, Variables.Sources sources) throws Exception {
        List<Asked> asked = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                asked.addAll(of(file.getFileName().toString(), json(file), sources));
            }
        }
        return asked;
    }

    static List<Asked> of(String name, JsonNode dashboard, Variables.Sources sources)
            throws Exception {
        Variables variables = Variables.of(dashboard.path("templating").path("list"), sources);
        List<Asked> asked = new ArrayList<>();
        panels(name, dashboard.path("panels"), variables, asked);
        for (JsonNode annotation : dashboard.path("annotations").path("list")) {
            String type = annotation.path("datasource").path("type").asText();
            if (!type.equals("grafana") && !type.equals("datasource")) {
                String where = name + ", annotation '" + annotation.path("name").asText() + "'";
                JsonNode target = annotation.has("target") ? annotation.path("target") : annotation;
                asked.add(asked(where, type, target, variables, true));
            }
        }
        return asked;
    }

    private static void panels(
            String name, JsonNode panels, Variables variables, List<Asked> asked) {
        for (JsonNode panel : panels) {
            panels(name, panel.path("panels"), variables, asked); // of a row that is folded up
            for (JsonNode target : panel.path("targets")) {
                String where =
                        "%s, '%s', %s"
                                .formatted(
                                        name,
                                        panel.path("title").asText(),
                                        target.path("refId").asText());
                JsonNode own = target.path("datasource").path("type");
                String type =
                        own.isMissingNode()
                                ? panel.path("datasource").path("type").asText()
                                : own.asText();
                // takes what another panel got, or computes with it
                if (!type.equals("datasource") && !type.equals("__expr__")) {
                    asked.add(asked(where, type, target, variables, false));
                }
            }
        }
    }

    private static Asked asked(
            String where, String type, JsonNode target, Variables variables, boolean optional) {
        Source source =
                switch (type) {
                    case "prometheus" -> Source.PROMETHEUS;
                    case "loki" -> Source.LOKI;
                    case "elasticsearch", "grafana-opensearch-datasource" -> Source.ELASTICSEARCH;
                    case "tempo", "jaeger" -> Source.TRACES;
                    default ->
                            throw new IllegalArgumentException(
                                    where + " asks a data source of a kind unknown here: " + type);
                };
        // a search of Jaeger's data source has neither
        String raw =
                target.path(target.has("expr") ? "expr" : target.has("query") ? "query" : "tags")
                        .asText();
        return new Asked(where, source, variables.fill(raw, source), target, optional);
    }

    static JsonNode json(Path file) throws IOException {
        return JSON.readTree(file.toFile());
    }
}
