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
record Known(List<Map<String, String>> series, Catalogue catalogue, Stores stores) {
    private static final String NAME = "__name__";

    /** Has a series only where it is switched on ({@code tracing.lossless}). */
    private static final String SPAN_SINK = "otlp-traces";

    /** Of Prometheus itself, and only while an alert fires. */
    private static final Map<String, String> ALERTS =
            Map.of(NAME, "ALERTS", "alertname", "", "alertstate", "firing", "severity", "");

    private static final List<String> NONE = List.of();

    static Known of(List<Map<String, String>> scraped, Catalogue catalogue) {
        List<Map<String, String>> series = new ArrayList<>(scraped);
        series.add(ALERTS);
        Set<String> services =
                series.stream()
                        .filter(labels -> "robustmq_log_events_total".equals(labels.get(NAME)))
                        .map(labels -> labels.getOrDefault("service", ""))
                        .collect(Collectors.toSet());
        return new Known(series, catalogue, Stores.of(catalogue, services));
    }

    /** What {@code query} asks for that is not there; empty if all is. */
    List<String> missing(Query query) {
        List<String> missing =
                switch (query.language()) {
                    case PROMQL -> missingOfPromQl(query);
                    case LOGQL -> stores.missingOfLogQl(query);
                    case LUCENE -> stores.missingOfLucene(query);
                    case TRACES -> stores.missingOfTraces(query);
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
        Set<String> events = stores.eventNames();
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
            for (String value : matcher.literals()) {
                boolean there =
                        synthetic(matcher.label())
                                || matcher.label().equals("sink") && value.equals(SPAN_SINK)
                                || named(metric)
                                        .anyMatch(s -> value.equals(s.get(matcher.label())));
                if (!there) {
                    missing.add("no " + metric + " with " + matcher.label() + "=\"" + value + "\"");
                }
            }
            for (String pattern : matcher.label().equals("event") ? matcher.patterns() : NONE) {
                Predicate<String> like = Pattern.compile(pattern).asMatchPredicate();
                if (named(metric).noneMatch(s -> like.test(s.getOrDefault("event", "")))) {
                    missing.add("no event is like " + pattern);
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
}
