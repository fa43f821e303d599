package io.robustmq.stack;

import io.robustmq.stack.LogPipeline.Line;
import io.robustmq.stack.LogQlTokens.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * As much of LogQL as our dashboards, rules and pages ask for, by Loki's documentation. It refuses
 * what it does not know, so that a query is never taken for right because it was not understood.
 */
final class LogQl {
    private static final Set<String> AGGREGATIONS =
            Set.of("sum", "avg", "min", "max", "count", "topk", "bottomk");
    private static final Set<String> COUNTS =
            Set.of("count_over_time", "rate", "bytes_over_time", "bytes_rate");
    private static final Set<String> UNWRAPPED =
            Set.of(
                    "rate",
                    "sum_over_time",
                    "avg_over_time",
                    "min_over_time",
                    "max_over_time",
                    "quantile_over_time");
    private static final List<String> OPERATORS =
            List.of("+", "-", "*", "/", ">", ">=", "<", "<=", "==", "!=");
    private static final Pattern DURATION = Pattern.compile("([0-9.]+)(ns|us|ms|s|m|h|d|w)");

    private final LogQlTokens tokens;

    private LogQl(LogQlTokens tokens) {
        this.tokens = tokens;
    }

    /** A line of a result of numbers. */
    record Sample(Map<String, String> labels, double value) {}

    sealed interface Query {}

    /** Asks for lines. */
    record Lines(LogPipeline pipeline) implements Query {}

    /** Asks for numbers, which are computed for one moment. */
    record Numbers(Metric metric) implements Query {}

    interface Metric {
        List<Sample> at(long nanos, Iterable<LogEntry> entries);
    }

    static Query read(String query) {
        LogQlTokens tokens = new LogQlTokens(query);
        Query read =
                tokens.at("{")
                        ? new Lines(LogPipeline.read(tokens))
                        : new Numbers(new LogQl(tokens).sums());
        if (tokens.peek().kind() != Kind.END) {
            throw tokens.unexpected("the end");
        }
        return read;
    }

    static long nanos(String duration) {
        Matcher part = DURATION.matcher(duration);
        double nanos = 0;
        int end = 0;
        while (part.find() && part.start() == end) {
            end = part.end();
            double number = Double.parseDouble(part.group(1));
            nanos +=
                    number
                            * switch (part.group(2)) {
                                case "ns" -> 1;
                                case "us" -> 1e3;
                                case "ms" -> 1e6;
                                case "s" -> 1e9;
                                case "m" -> 60e9;
                                case "h" -> 3600e9;
                                case "d" -> 86_400e9;
                                default -> 7 * 86_400e9;
                            };
        }
        if (end != duration.length() || nanos == 0) {
            throw new IllegalArgumentException("no duration: " + duration);
        }
        return (long) nanos;
    }

    /** Operators have the same precedence here unless they are * and /. */
    private Metric sums() {
        Metric left = products();
        while (OPERATORS.contains(tokens.peek().text()) || tokens.at("or")) {
            String operator = tokens.take().text();
            Metric right = products();
            left = operator.equals("or") ? or(left, right) : binary(operator, left, right);
        }
        return left;
    }

    private Metric products() {
        Metric left = operand();
        while (tokens.at("*") || tokens.at("/")) {
            left = binary(tokens.take().text(), left, operand());
        }
        return left;
    }

    private Metric operand() {
        if (tokens.takeIf("(")) {
            Metric inner = sums();
            tokens.expect(")");
            return inner;
        }
        if (tokens.peek().kind() == Kind.NUMBER) {
            return constant(Double.parseDouble(tokens.take().text()));
        }
        String function = tokens.word();
        if (function.equals("vector")) {
            tokens.expect("(");
            Metric number = constant(Double.parseDouble(tokens.take().text()));
            tokens.expect(")");
            return number;
        }
        return AGGREGATIONS.contains(function) ? aggregation(function) : range(function);
    }

    private static Metric constant(double value) {
        return (nanos, entries) -> List.of(new Sample(Map.of(), value));
    }

    private static Metric or(Metric left, Metric right) {
        return (nanos, entries) -> {
            List<Sample> all = new ArrayList<>(left.at(nanos, entries));
            Set<Map<String, String>> there =
                    Set.copyOf(all.stream().map(Sample::labels).distinct().toList());
            right.at(nanos, entries).stream()
                    .filter(sample -> !there.contains(sample.labels))
                    .forEach(all::add);
            return all;
        };
    }

    /** One for one of the same labels, or with a number without labels. */
    private static Metric binary(String operator, Metric left, Metric right) {
        DoubleBinaryOperator apply =
                switch (operator) {
                    case "+" -> Double::sum;
                    case "-" -> (a, b) -> a - b;
                    case "*" -> (a, b) -> a * b;
                    case "/" -> (a, b) -> a / b;
                    case ">" -> (a, b) -> a > b ? a : Double.NaN;
                    case ">=" -> (a, b) -> a >= b ? a : Double.NaN;
                    case "<" -> (a, b) -> a < b ? a : Double.NaN;
                    case "<=" -> (a, b) -> a <= b ? a : Double.NaN;
                    case "==" -> (a, b) -> a == b ? a : Double.NaN;
                    default -> (a, b) -> a != b ? a : Double.NaN;
                };
        boolean filters = !Set.of("+", "-", "*", "/").contains(operator);
        return (nanos, entries) -> {
            List<Sample> results = new ArrayList<>();
            List<Sample> others = right.at(nanos, entries);
            for (Sample one : left.at(nanos, entries)) {
                for (Sample other : others) {
                    if (other.labels.equals(one.labels) || other.labels.isEmpty()) {
                        double value = apply.applyAsDouble(one.value, other.value);
                        if (!filters || !Double.isNaN(value)) {
                            results.add(new Sample(one.labels, value));
                        }
                    }
                }
            }
            return results;
        };
    }

    /**
     * @param labels null for all
     */
    private record Grouping(boolean by, @Nullable List<String> labels) {
        private static final Grouping ALL = new Grouping(true, List.of());

        private Map<String, String> of(Map<String, String> from) {
            Map<String, String> kept = new TreeMap<>(from);
            if (labels != null) {
                kept.keySet().removeIf(name -> labels.contains(name) != by);
            }
            return kept;
        }
    }

    private @Nullable Grouping grouping() {
        if (tokens.takeIf("by")) {
            return new Grouping(true, tokens.words());
        }
        return tokens.takeIf("without") ? new Grouping(false, tokens.words()) : null;
    }

    private Metric aggregation(String function) {
        Grouping before = grouping();
        tokens.expect("(");
        boolean chooses = function.endsWith("k");
        int count = chooses ? Integer.parseInt(tokens.take().text()) : 0;
        if (chooses) {
            tokens.expect(",");
        }
        Metric over = sums();
        tokens.expect(")");
        Grouping after = before == null ? grouping() : before;
        Grouping grouping = after == null ? Grouping.ALL : after;
        return (nanos, entries) -> {
            Map<Map<String, String>, List<Sample>> groups = new java.util.LinkedHashMap<>();
            for (Sample sample : over.at(nanos, entries)) {
                groups.computeIfAbsent(grouping.of(sample.labels), g -> new ArrayList<>())
                        .add(sample);
            }
            List<Sample> results = new ArrayList<>();
            groups.forEach((labels, samples) -> {
                if (chooses) {
                    Comparator<Sample> order = Comparator.comparingDouble(Sample::value);
                    samples.stream()
                            .sorted(function.equals("topk") ? order.reversed() : order)
                            .limit(count)
                            .forEach(results::add);
                } else {
                    double[] values = samples.stream().mapToDouble(Sample::value).toArray();
                    results.add(new Sample(labels, together(function, values, 0)));
                }
            });
            return results;
        };
    }

    private Metric range(String function) {
        tokens.expect("(");
        double quantile = 0;
        if (function.equals("quantile_over_time")) {
            quantile = Double.parseDouble(tokens.take().text());
            tokens.expect(",");
        }
        double chosen = quantile;
        LogPipeline pipeline = LogPipeline.read(tokens);
        tokens.expect("[");
        long range = nanos(tokens.take().text());
        tokens.expect("]");
        tokens.expect(")");
        String unwrapped = pipeline.unwrapped();
        if (!(unwrapped == null ? COUNTS : UNWRAPPED).contains(function)) {
            throw tokens.unexpected("a function that is known, not " + function);
        }
        Grouping given = unwrapped == null ? null : grouping();
        Grouping grouping = given == null ? new Grouping(true, null) : given;
        return (nanos, entries) -> {
            Map<Map<String, String>, List<Line>> series = new java.util.LinkedHashMap<>();
            for (Line line : pipeline.run(entries, nanos - range, nanos)) {
                Map<String, String> labels = new TreeMap<>(grouping.of(line.labels()));
                if (unwrapped != null) {
                    labels.remove(unwrapped);
                }
                series.computeIfAbsent(labels, l -> new ArrayList<>()).add(line);
            }
            List<Sample> results = new ArrayList<>();
            series.forEach((labels, lines) -> {
                double[] values =
                        lines.stream().mapToDouble(l -> of(l, function, unwrapped)).toArray();
                boolean perSecond = function.endsWith("rate");
                double value =
                        together(
                                perSecond || COUNTS.contains(function)
                                        ? "sum"
                                        : function.replace("_over_time", ""),
                                values,
                                chosen);
                results.add(new Sample(labels, perSecond ? value * 1e9 / range : value));
            });
            return results;
        };
    }

    private static double of(Line line, String function, @Nullable String unwrapped) {
        if (unwrapped != null) {
            return Double.parseDouble(line.labels().getOrDefault(unwrapped, "NaN"));
        }
        return function.startsWith("bytes")
                ? line.text().getBytes(java.nio.charset.StandardCharsets.UTF_8).length
                : 1;
    }

    private static double together(String function, double[] values, double quantile) {
        return switch (function) {
            case "sum" -> java.util.Arrays.stream(values).sum();
            case "avg" -> java.util.Arrays.stream(values).average().orElse(Double.NaN);
            case "min" -> java.util.Arrays.stream(values).min().orElse(Double.NaN);
            case "max" -> java.util.Arrays.stream(values).max().orElse(Double.NaN);
            case "count" -> values.length;
            case "quantile" -> quantile(values, quantile);
            default -> throw new IllegalArgumentException("no aggregation: " + function);
        };
    }

    private static double quantile(double[] values, double quantile) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        double at = quantile * (sorted.length - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
    }
}
