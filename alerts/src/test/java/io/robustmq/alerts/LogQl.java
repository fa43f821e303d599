package io.robustmq.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one form of LogQL that our rules are written in, and what it evaluates to:
 *
 * <pre>
 *   sum by (label, …) (
 *     count_over_time({label="value"} | label=~"value|value" … [10m])
 *   ) > 5
 * </pre>
 *
 * It is our reading of Loki's manual, not Loki: a label that a record does not have is an empty
 * one, regular expressions are for the whole value, and the range begins after its first instant.
 */
record LogQl(
        List<String> groupedBy,
        List<LabelMatch> stream,
        List<LabelMatch> filters,
        Duration range,
        double threshold) {
    private static final String MATCH = "\\w+\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"";
    private static final Pattern FORM =
            Pattern.compile(
                    "sum by \\((?<by>\\w+(?:, \\w+)*)\\) \\(\\s*count_over_time\\(\\{(?<stream>%1$s(?:,\\s*%1$s)*)}(?<filters>(?: \\| %1$s)*) \\[(?<range>\\d+)m]\\)\\s*"
                                    .formatted(MATCH)
                            + "\\) > (?<threshold>\\d+)");
    private static final Pattern PARTS = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");

    /**
     * @throws IllegalArgumentException if it has another form
     */
    static LogQl read(String query) {
        Matcher form = FORM.matcher(query);
        if (!form.matches()) {
            throw new IllegalArgumentException("not the LogQL that is read here: " + query);
        }
        return new LogQl(
                List.of(form.group("by").split(", ")),
                matches(form.group("stream")),
                matches(form.group("filters")),
                Duration.ofMinutes(Long.parseLong(form.group("range"))),
                Double.parseDouble(form.group("threshold")));
    }

    private static List<LabelMatch> matches(String text) {
        List<LabelMatch> matches = new ArrayList<>();
        Matcher parts = PARTS.matcher(text);
        while (parts.find()) {
            matches.add(new LabelMatch(parts.group(1), parts.group(2), parts.group(3)));
        }
        return matches;
    }

    /** {@code label=~"value"} and the like. */
    record LabelMatch(String label, String operator, String value) {
        boolean holds(Map<String, String> labels) {
            String actual = labels.getOrDefault(label, "");
            return switch (operator) {
                case "=" -> actual.equals(value);
                case "!=" -> !actual.equals(value);
                case "=~" -> actual.matches(value);
                case "!~" -> !actual.matches(value);
                default -> throw new IllegalStateException(operator);
            };
        }
    }

    /**
     * A record as Loki keeps it.
     *
     * @param labels of its stream
     * @param metadata structured metadata
     */
    record Entry(Instant time, Map<String, String> labels, Map<String, String> metadata) {
        Map<String, String> all() {
            Map<String, String> all = new TreeMap<>(metadata);
            all.putAll(labels);
            return all;
        }
    }

    /** What is above the threshold at that time: the labels of each, and how many. */
    Map<Map<String, String>, Double> firing(List<Entry> entries, Instant at) {
        Predicate<Entry> chosen =
                entry ->
                        entry.time().isAfter(at.minus(range))
                                && !entry.time().isAfter(at)
                                && stream.stream().allMatch(m -> m.holds(entry.labels()))
                                && filters.stream().allMatch(m -> m.holds(entry.all()));
        Map<Map<String, String>, Double> counts = new java.util.HashMap<>();
        for (Entry entry : entries) {
            if (chosen.test(entry)) {
                Map<String, String> group = new TreeMap<>(entry.all());
                group.keySet().retainAll(groupedBy);
                counts.merge(group, 1.0, Double::sum);
            }
        }
        counts.values().removeIf(count -> count <= threshold);
        return counts;
    }
}
