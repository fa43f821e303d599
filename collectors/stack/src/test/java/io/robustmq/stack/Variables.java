package io.robustmq.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.stack.Dashboards.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A dashboard's variables, and what they are when it is opened. */
final class Variables {
    /** Where values of variables come from. */
    interface Sources {
        /** Prometheus: of the series of a selector, of all if that is empty. */
        List<String> ofSeries(String selector, String label) throws Exception;

        /** Loki: of labels, and of metadata where the query names it. */
        List<String> ofLogs(String label) throws Exception;

        /** Elasticsearch: what a field has in it. */
        List<String> ofDocuments(String field) throws Exception;

        /** What a user types into a text box that is empty when the dashboard is opened. */
        String typed(String variable);
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LABEL_VALUES =
            Pattern.compile("label_values\\((?:(?<selector>.+),\\s*)?(?<label>\\w+)\\)");
    private static final Pattern USED =
            Pattern.compile(
                    "\\$(?<plain>\\w+)|\\$\\{(?<braced>\\w+)(?::(?<format>\\w+))?}"
                            + "|\\[\\[(?<old>\\w+)]]");

    /**
     * What has a meaning in Lucene's syntax, and what is typed has none unless it is asked for raw.
     */
    private static final Pattern LUCENE = Pattern.compile("[-!*+=<>\\s&|()\\[\\]{}^~?:\\\\/\"]");

    /** What Grafana gives by itself, at a dashboard of half an hour, scraped each 15 s. */
    private static final Map<String, String> BUILT_IN =
            Map.of(
                    "__rate_interval", "1m",
                    "__interval", "15s",
                    "__interval_ms", "15000",
                    "__auto", "15s",
                    "__range", "30m",
                    "__range_s", "1800",
                    "__range_ms", "1800000",
                    "__all", ".*");

    private final Map<String, Values> values = new LinkedHashMap<>();

    /**
     * @param all what stands for all of them, taken as it is; empty if the values are listed
     */
    private record Values(List<String> chosen, String all, boolean several) {}

    static Variables of(JsonNode list, Sources sources) throws Exception {
        Variables variables = new Variables();
        for (JsonNode variable : list) {
            variables.put(variable, sources);
        }
        return variables;
    }

    private void put(JsonNode variable, Sources sources) throws Exception {
        String name = variable.path("name").asText();
        String type = variable.path("type").asText();
        List<String> options =
                switch (type) {
                    case "query" -> queried(variable, sources);
                    case "custom" -> custom(variable.path("query").asText());
                    case "constant" -> List.of(variable.path("query").asText());
                    case "interval" -> List.of(variable.path("query").asText().split(","));
                    case "textbox" -> {
                        String shown = variable.path("query").asText();
                        yield List.of(shown.isEmpty() ? sources.typed(name) : shown);
                    }
                    case "datasource", "adhoc" -> List.of("");
                    default ->
                            throw new IllegalArgumentException(
                                    "variable " + name + " is of a type unknown here: " + type);
                };
        if (options.isEmpty()) {
            throw new IllegalStateException("variable " + name + " has no values to choose from");
        }
        boolean several = variable.path("multi").asBoolean();
        JsonNode current = variable.path("current").path("value");
        boolean all =
                variable.path("includeAll").asBoolean()
                        && (current.isMissingNode() || current.toString().contains("$__all"));
        String stands = all ? variable.path("allValue").asText() : "";
        List<String> set = new ArrayList<>();
        (current.isArray() ? current : List.of(current)).forEach(v -> set.add(v.asText()));
        boolean knows = !all && options.containsAll(set);
        List<String> chosen = all ? options : knows ? set : List.of(options.getFirst());
        values.put(name, new Values(chosen, stands, several || all));
    }

    private List<String> queried(JsonNode variable, Sources sources) throws Exception {
        JsonNode query = variable.path("query");
        String type = variable.path("datasource").path("type").asText();
        List<String> found =
                switch (type) {
                    case "prometheus" -> {
                        JsonNode text = query.isTextual() ? query : query.path("query");
                        Matcher asks = LABEL_VALUES.matcher(fill(text.asText(), Source.PROMETHEUS));
                        if (!asks.matches()) {
                            throw new IllegalArgumentException(text + " is no label_values(…)");
                        }
                        String selector = asks.group("selector");
                        yield sources.ofSeries(
                                selector == null ? "" : selector, asks.group("label"));
                    }
                    case "loki" -> {
                        Matcher asks = LABEL_VALUES.matcher(query.asText());
                        yield sources.ofLogs(
                                asks.matches()
                                        ? asks.group("label")
                                        : query.path("label").asText());
                    }
                    case "elasticsearch", "grafana-opensearch-datasource" -> {
                        String text =
                                query.isTextual() ? query.asText() : query.path("query").asText();
                        yield sources.ofDocuments(JSON.readTree(text).path("field").asText());
                    }
                    default ->
                            throw new IllegalArgumentException(
                                    "a variable of a data source unknown here: " + variable);
                };
        String regex = variable.path("regex").asText();
        if (regex.isEmpty()) {
            return found;
        }
        Pattern pattern = Pattern.compile(regex.replaceAll("^/|/$", ""));
        return found.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(m -> m.groupCount() > 0 ? m.group(1) : m.group())
                .distinct()
                .toList();
    }

    /** {@code a,b} or {@code name : value,…}. */
    private static List<String> custom(String query) {
        List<String> options = new ArrayList<>();
        for (String option : query.split("(?<!\\\\),")) {
            String[] pair = option.split(" : ", 2);
            options.add(pair[pair.length - 1].strip().replace("\\,", ","));
        }
        return options;
    }

    String fill(String query, Source source) {
        return USED.matcher(query)
                .replaceAll(used -> {
                    Matcher found = (Matcher) used;
                    String name = found.group("plain");
                    name = name == null ? found.group("braced") : name;
                    name = name == null ? found.group("old") : name;
                    String format = found.group("format");
                    return Matcher.quoteReplacement(
                            filled(name, format == null ? "" : format, source, used.group()));
                });
    }

    private String filled(String name, String format, Source source, String asWritten) {
        String builtIn = BUILT_IN.get(name);
        if (builtIn != null) {
            return builtIn;
        }
        Values of = values.get(name);
        if (of == null) {
            // a $ of a regular expression, or of something that is not a variable of this dashboard
            return asWritten;
        }
        if (!of.all.isEmpty()) {
            return of.all;
        }
        String how = format.isEmpty() ? byDefault(source, of.several) : format;
        return switch (how) {
            case "raw", "text", "glob", "csv" -> String.join(",", of.chosen);
            case "pipe" -> String.join("|", of.chosen);
            case "regex" -> alternatives(of.chosen, Variables::escaped, "|");
            case "lucene" ->
                    of.several
                            ? alternatives(of.chosen, value -> "\"" + value + "\"", " OR ")
                            : LUCENE.matcher(of.chosen.getFirst()).replaceAll("\\\\$0");
            case "doublequote" ->
                    of.chosen.stream().map(v -> '"' + v + '"').collect(Collectors.joining(","));
            default ->
                    throw new IllegalArgumentException("unknown here: ${" + name + ":" + how + "}");
        };
    }

    private static String byDefault(Source source, boolean several) {
        return switch (source) {
            case PROMETHEUS, LOKI -> several ? "regex" : "raw";
            case ELASTICSEARCH -> "lucene";
            case TRACES -> "raw";
        };
    }

    private static String alternatives(
            List<String> values, Function<String, String> each, String between) {
        String all = values.stream().map(each).collect(Collectors.joining(between));
        return values.size() == 1 ? all : "(" + all + ")";
    }

    /** Within the quotes of a query a backslash is written twice. */
    private static String escaped(String value) {
        return value.replaceAll("[\\\\^$*+?.()|\\[\\]{}]", "\\\\\\\\$0");
    }
}
