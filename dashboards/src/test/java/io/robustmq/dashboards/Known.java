package io.robustmq.dashboards;

import io.robustmq.dashboards.PromQl.Grouping;
import io.robustmq.dashboards.PromQl.LabelMatcher;
import io.robustmq.dashboards.PromQl.Selector;
import io.robustmq.dashboards.Queries.Query;
import io.robustmq.dashboards.Queries.Text;
import io.robustmq.telemetry.catalogue.Catalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the running broker has: series, as Prometheus scraped them, and the events of the catalogue.
 * Says what a query asks for beyond that.
 *
 * @param series the labels of each, its name under {@code __name__}
 */
record Known(List<Map<String, String>> series, Catalogue catalogue) {
    private static final String NAME = "__name__";

    /** The label that a record has in Loki whichever way it came; see collectors/loki. */
    private static final Set<String> LOKI_LABELS = Set.of("service_name");

    /** What it keeps of every record, the fields of the events aside. */
    private static final Set<String> LOKI_METADATA =
            Set.of(
                    "severity_text",
                    "severity_number",
                    "detected_level",
                    "trace_id",
                    "span_id",
                    "event_name",
                    "service_version",
                    "service_instance_id",
                    "robustmq_node_id");

    /** Has a series only where it is switched on ({@code tracing.lossless}). */
    private static final String SPAN_SINK = "otlp-traces";

    private static final Set<String> SEVERITY_TEXTS = Set.of("DEBUG", "INFO", "WARN", "ERROR");
    private static final Pattern LOGQL_STREAM = Pattern.compile("\\{([^}]*)}");
    private static final Pattern LOGQL_MATCHER =
            Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern LOGQL_GROUPING = Pattern.compile("\\bby\\s*\\(([^)]*)\\)");
    private static final Pattern LITERALS = Pattern.compile("[\\w.:-]+(\\|[\\w.:-]+)*");

    /** What {@code query} asks for that is not there; empty if all is. */
    List<String> missing(Query query) {
        List<String> missing =
                switch (query.language()) {
                    case PROMQL -> missingOfPromQl(query);
                    case LOGQL -> missingOfLogQl(query.query());
                };
        return missing.stream().map(what -> query.where() + ": " + what).toList();
    }

    /** Events that {@code text} names and the catalogue does not. */
    List<String> missing(Text text) {
        Matcher named =
                Pattern.compile(
                                "(?<![\\w.])(?:"
                                        + String.join("|", catalogue.categories().keySet())
                                        + ")\\.[a-z_]++(?![\\w*-]|\\.\\w)")
                        .matcher(text.text());
        Set<String> events = eventNames();
        return named.results()
                .map(found -> found.group())
                .filter(name -> !events.contains(name))
                .distinct()
                .map(name -> text.where() + ": no event " + name)
                .toList();
    }

    private List<String> missingOfPromQl(Query query) {
        PromQl.Reads reads;
        try {
            reads = PromQl.read(query.query());
        } catch (IllegalArgumentException e) {
            return List.of(Objects.toString(e.getMessage()));
        }
        List<String> missing = new ArrayList<>();
        for (Selector selector : reads.selectors()) {
            missing.addAll(missingOf(selector));
        }
        for (Grouping grouping : reads.groupings()) {
            for (Selector over : grouping.over()) {
                for (String label : grouping.labels()) {
                    missing.addAll(missingLabel(over.metric(), label));
                }
            }
        }
        for (String shown : query.shown()) {
            boolean anywhere =
                    reads.selectors().stream()
                            .anyMatch(selector -> missingLabel(selector.metric(), shown).isEmpty());
            if (!anywhere) {
                missing.add("shows a label that no metric of it has: " + shown);
            }
        }
        return missing;
    }

    private List<String> missingOf(Selector selector) {
        String metric = selector.metric();
        if (named(metric).findAny().isEmpty()) {
            return List.of("no metric " + metric);
        }
        List<String> missing = new ArrayList<>();
        for (LabelMatcher matcher : selector.matchers()) {
            missing.addAll(missingLabel(metric, matcher.label()));
            for (String value : literals(matcher.operator(), matcher.value())) {
                boolean there =
                        synthetic(matcher.label())
                                || matcher.label().equals("sink") && value.equals(SPAN_SINK)
                                || named(metric)
                                        .anyMatch(s -> value.equals(s.get(matcher.label())));
                if (!there) {
                    missing.add("no " + metric + " with " + matcher.label() + "=\"" + value + "\"");
                }
            }
        }
        return missing;
    }

    /** Which broker it is, and where its files are, depends on where it runs. */
    private static boolean synthetic(String label) {
        return label.equals("instance") || label.equals("directory");
    }

    private List<String> missingLabel(String metric, String label) {
        boolean there = named(metric).anyMatch(labels -> labels.containsKey(label));
        return there ? List.of() : List.of("no label " + label + " on " + metric);
    }

    private Stream<Map<String, String>> named(String metric) {
        return series.stream().filter(labels -> metric.equals(labels.get(NAME)));
    }

    private List<String> missingOfLogQl(String query) {
        Matcher stream = LOGQL_STREAM.matcher(query);
        if (!stream.find()) {
            return List.of("no {…} in " + query);
        }
        List<String> missing = new ArrayList<>();
        checkLogQl(stream.group(1), LOKI_LABELS::contains, missing);
        String rest = query.substring(0, stream.start()) + query.substring(stream.end());
        Set<String> fields = lokiFields();
        checkLogQl(rest, fields::contains, missing);
        Matcher grouping = LOGQL_GROUPING.matcher(rest);
        while (grouping.find()) {
            for (String label : grouping.group(1).split("\\s*,\\s*")) {
                if (!fields.contains(label) && !LOKI_LABELS.contains(label)) {
                    missing.add("Loki has no " + label);
                }
            }
        }
        return missing;
    }

    private void checkLogQl(String part, Predicate<String> has, List<String> missing) {
        Matcher matcher = LOGQL_MATCHER.matcher(part);
        while (matcher.find()) {
            String label = matcher.group(1);
            if (!has.test(label)) {
                missing.add("Loki has no " + label);
            }
            Set<String> values = lokiValues(label);
            for (String value : literals(matcher.group(2), matcher.group(3))) {
                if (!values.isEmpty() && !values.contains(value)) {
                    missing.add("no " + label + " " + value);
                }
            }
        }
    }

    /** All that the label can be; empty if that is not known. */
    private Set<String> lokiValues(String label) {
        return switch (label) {
            case "event_name" -> eventNames();
            case "severity_text" -> SEVERITY_TEXTS;
            case "service_name" ->
                    named("robustmq_log_events_total")
                            .map(labels -> labels.getOrDefault("service", ""))
                            .collect(Collectors.toSet());
            default -> Set.of();
        };
    }

    private Set<String> lokiFields() {
        Set<String> fields = new TreeSet<>(LOKI_METADATA);
        catalogue.events().stream()
                .flatMap(event -> event.fields().stream())
                .map(field -> field.attribute().replace('.', '_'))
                .forEach(fields::add);
        return fields;
    }

    private Set<String> eventNames() {
        return catalogue.events().stream()
                .map(event -> event.name())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The values that a matcher asks for by name; none for a real regular expression. */
    private static List<String> literals(String operator, String value) {
        return switch (operator) {
            case "=", "!=" -> List.of(value);
            case "=~", "!~" ->
                    LITERALS.matcher(value).matches() ? List.of(value.split("\\|")) : List.of();
            default -> throw new IllegalArgumentException("no operator: " + operator);
        };
    }
}
