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
    private static final Pattern FENCED =
            Pattern.compile("(?ms)^```(?<language>promql|logql)\n(?<text>.*?)^```");
    private static final Pattern RULE_LABEL = Pattern.compile("\\$labels\\.(\\w+)");
    private static final Pattern RULE_EXPRESSION =
            Pattern.compile("(?m)^( +)expr: (?:\\|\n((?:\\1 +.*\n)+)|(.+)\n)");
    private static final Pattern RULE_START =
            Pattern.compile("(?m)^ *- (?:alert|record): ([\\w:]+)$");
    private static final Pattern TEST_SERIES = Pattern.compile("(?m)^ *- series: (.+)$");

    private Queries() {}

    enum Language {
        PROMQL,
        LOGQL,
        LUCENE,
        TRACES
    }

    /**
     * @param where for the reader of a failure
     * @param query as the data source gets it: variables are filled in
     * @param shown labels, or fields, that its results are shown with
     * @param answers whether a healthy broker gives it a result, as panels want it; alerts do not
     */
    record Query(
            String where, Language language, String query, List<String> shown, boolean answers) {}

    /** A page or file in which events are written by name. */
    record Text(String where, String text) {}

    static List<Query> in(Path root) {
        List<Query> queries = new ArrayList<>();
        for (Path dashboard : files(root.resolve("dashboards"), ".json")) {
            String name = dashboard.getFileName().toString();
            queries.addAll(Panels.queries(name, json(dashboard)));
            queries.addAll(Panels.around(name, json(dashboard)));
        }
        Path alerts = root.resolve("alerts");
        queries.addAll(rules(alerts));
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

    /** Of Prometheus and of Loki. */
    static List<Query> rules(Path alerts) {
        List<Query> queries = new ArrayList<>();
        for (Path rules : files(alerts, ".rules.yml")) {
            queries.addAll(ofRules(rules.getFileName().toString(), text(rules), Language.PROMQL));
        }
        for (Path rules : files(alerts, ".loki.yml")) {
            queries.addAll(ofRules(rules.getFileName().toString(), text(rules), Language.LOGQL));
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

    static List<String> all(Pattern pattern, String text) {
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

    static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
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
