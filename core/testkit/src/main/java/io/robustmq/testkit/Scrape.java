package io.robustmq.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One answer of {@code /metrics} in Prometheus' text format. */
public final class Scrape {
    private static final Pattern SERIES =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: .*)?");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final String text;
    private final List<Series> series = new ArrayList<>();

    public Scrape(String text) {
        this.text = text;
        for (String line : text.split("\n")) {
            Matcher parts = SERIES.matcher(line);
            if (!line.startsWith("#") && parts.matches()) {
                Map<String, String> labels = new TreeMap<>();
                Matcher label = LABEL.matcher(parts.group(2) == null ? "" : parts.group(2));
                while (label.find()) {
                    labels.put(label.group(1), label.group(2));
                }
                series.add(new Series(parts.group(1), labels, number(parts.group(3))));
            }
        }
    }

    /** One series, such as {@code a_total{b="c"} 1}; the name has its suffix. */
    public record Series(String name, Map<String, String> labels, double value) {}

    public List<Series> series() {
        return List.copyOf(series);
    }

    /**
     * The sum over the series of this name that have these labels.
     *
     * @param labels name, value, name, value …
     * @throws AssertionError if there is none
     */
    public double sum(String name, String... labels) {
        List<Series> found =
                series.stream().filter(s -> s.name.equals(name) && has(s.labels, labels)).toList();
        if (found.isEmpty()) {
            throw new AssertionError(
                    "/metrics has no " + name + " with " + List.of(labels) + "\n" + text);
        }
        return found.stream().mapToDouble(Series::value).sum();
    }

    public String text() {
        return text;
    }

    private static boolean has(Map<String, String> labels, String[] wanted) {
        for (int i = 0; i < wanted.length; i += 2) {
            if (!wanted[i + 1].equals(labels.get(wanted[i]))) {
                return false;
            }
        }
        return true;
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
