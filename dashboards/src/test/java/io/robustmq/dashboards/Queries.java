package io.robustmq.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything in {@code dashboards/} and {@code alerts/} that names a metric, a label or an event.
 */
final class Queries {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LABEL_VALUES =
            Pattern.compile("label_values\\((?<selector>.+),\\s*(?<label>\\w+)\\)");
    private static final Pattern FENCED =
            Pattern.compile("(?ms)^```(?<language>promql|logql)\n(?<text>.*?)^```");
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");
    private static final Pattern RULE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");
    private static final Pattern RULE_EXPRESSION =
            Pattern.compile("(?m)^( +)expr: (?:\\|\n((?:\\1 +.*\n)+)|(.+)\n)");
    private static final Pattern RULE_START =
            Pattern.compile("(?m)^ *- (?:alert|record): ([\\w:]+)$");
    private static final Pattern TEST_SERIES = Pattern.compile("(?m)^ *- series: (.+)$");

    private Queries() {}

    enum Language {
        PROMQL,
        LOGQL
    }

    /**
     * @param where for the reader of a failure
     * @param query as Prometheus or Loki gets it: variables are filled in
     * @param shown labels that its results are shown with
     * @param answers whether a healthy broker gives it a result, as panels want it; alerts do not
     */
    record Query(
            String where, Language language, String query, List<String> shown, boolean answers) {}

    /** A page or file in which events are written by name. */
    record Text(String where, String text) {}

    static List<Query> in(Path root) {
        List<Query> queries = new ArrayList<>();
        for (Path dashboard : files(root.resolve("dashboards"), ".json")) {
            queries.addAll(ofDashboard(dashboard.getFileName().toString(), json(dashboard)));
        }
        Path alerts = root.resolve("alerts");
        for (Path rules : files(alerts, ".rules.yml")) {
            queries.addAll(ofRules(rules.getFileName().toString(), text(rules), Language.PROMQL));
        }
        for (Path rules : files(alerts, ".loki.yml")) {
            queries.addAll(ofRules(rules.getFileName().toString(), text(rules), Language.LOGQL));
        }
        for (Path test : files(alerts.resolve("tests"), ".yml")) {
            Matcher series = TEST_SERIES.matcher(text(test));
            while (series.find()) {
                queries.add(promQl(test.getFileName().toString(), series.group(1)));
            }
        }
        for (Path runbook : files(alerts.resolve("runbooks"), ".md")) {
            queries.addAll(ofRunbook(runbook.getFileName().toString(), text(runbook)));
        }
        return queries;
    }

    static List<Text> texts(Path root) {
        return Stream.of(
                        files(root.resolve("dashboards"), ".json"),
                        files(root.resolve("alerts"), ".rules.yml"),
                        files(root.resolve("alerts"), ".loki.yml"),
                        files(root.resolve("alerts/tests"), ".yml"),
                        files(root.resolve("alerts/runbooks"), ".md"))
                .flatMap(List::stream)
                .map(file -> new Text(file.getFileName().toString(), text(file)))
                .toList();
    }

    static List<Query> ofDashboard(String file, JsonNode dashboard) {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                String where = file + ", panel '" + panel.path("title").asText() + "'";
                String query = filled(target.path("expr").asText());
                boolean loki = target.path("datasource").path("type").asText().equals("loki");
                queries.add(
                        new Query(
                                where,
                                loki ? Language.LOGQL : Language.PROMQL,
                                query,
                                all(LEGEND_LABEL, target.path("legendFormat").asText()),
                                !loki));
            }
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            if (variable.path("type").asText().equals("query")) {
                String where = file + ", variable " + variable.path("name").asText();
                Matcher values = LABEL_VALUES.matcher(filled(variable.path("definition").asText()));
                if (!values.matches()) {
                    throw new IllegalArgumentException(where + " is no label_values(…)");
                }
                queries.add(
                        new Query(
                                where,
                                Language.PROMQL,
                                values.group("selector"),
                                List.of(values.group("label")),
                                true));
            }
        }
        return queries;
    }

    static List<Query> ofRules(String file, String rules, Language language) {
        List<Query> queries = new ArrayList<>();
        Matcher start = RULE_START.matcher(rules);
        List<Integer> starts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        while (start.find()) {
            starts.add(start.start());
            names.add(start.group(1));
        }
        starts.add(rules.length());
        for (int i = 0; i < names.size(); i++) {
            String rule = rules.substring(starts.get(i), starts.get(i + 1));
            Matcher expression = RULE_EXPRESSION.matcher(rule);
            String where = file + ", rule " + names.get(i);
            if (!expression.find()) {
                throw new IllegalArgumentException(where + " has no expr that can be read");
            }
            String block = expression.group(2);
            String query = block == null ? expression.group(3) : block;
            queries.add(new Query(where, language, query.strip(), all(RULE_LABEL, rule), false));
        }
        return queries;
    }

    static List<Query> ofRunbook(String file, String runbook) {
        List<Query> queries = new ArrayList<>();
        Matcher fenced = FENCED.matcher(runbook);
        while (fenced.find()) {
            String query = fenced.group("text").strip();
            queries.add(
                    fenced.group("language").equals("logql")
                            ? new Query(file, Language.LOGQL, query, List.of(), false)
                            : promQl(file, query));
        }
        return queries;
    }

    static Query promQl(String where, String query) {
        return new Query(where, Language.PROMQL, query, List.of(), false);
    }

    /** Grafana's variables as "All" and the shortest time fill them. */
    private static String filled(String query) {
        return query.replace("$__rate_interval", "1m")
                .replace("$job", "robustmq")
                .replaceAll("\\$(instance|service|category|event|level)\\b", ".+");
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).distinct().toList();
    }

    static List<Path> files(Path folder, String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
