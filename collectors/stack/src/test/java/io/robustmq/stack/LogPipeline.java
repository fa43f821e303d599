package io.robustmq.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.re2j.Pattern;
import io.robustmq.stack.LogQlTokens.Kind;
import io.robustmq.stack.LogQlTokens.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * {@code {a="b"} |= "x" | c=~"d" | json …}: which lines, and what becomes of them. What it cannot
 * do, it refuses.
 */
final class LogPipeline {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final java.util.regex.Pattern TEMPLATE =
            java.util.regex.Pattern.compile("\\{\\{\\s*\\.(\\w+)\\s*}}");
    private static final java.util.regex.Pattern LOGFMT =
            java.util.regex.Pattern.compile("(\\w+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S*))");

    private final List<Predicate<Map<String, String>>> streams = new ArrayList<>();
    private final List<Function<Line, @Nullable Line>> stages = new ArrayList<>();
    private @Nullable String unwrapped;

    /**
     * A line on its way.
     *
     * @param labels all that can be filtered and grouped by: of the stream, metadata, and parsed
     */
    record Line(long nanos, Map<String, String> labels, String text, LogEntry from) {
        private Line with(Map<String, String> others) {
            return new Line(nanos, others, text, from);
        }

        private String get(String label) {
            return labels.getOrDefault(label, "");
        }
    }

    static LogPipeline read(LogQlTokens tokens) {
        LogPipeline pipeline = new LogPipeline();
        pipeline.selector(tokens);
        while (pipeline.stage(tokens)) {}
        return pipeline;
    }

    /** Those with {@code from < nanos <= until} that come through. */
    List<Line> run(Iterable<LogEntry> entries, long from, long until) {
        List<Line> lines = new ArrayList<>();
        for (LogEntry entry : entries) {
            if (entry.nanos() <= from
                    || entry.nanos() > until
                    || !streams.stream().allMatch(s -> s.test(entry.labels()))) {
                continue;
            }
            Map<String, String> labels = new TreeMap<>(entry.metadata());
            labels.putAll(entry.labels());
            Line line = new Line(entry.nanos(), labels, entry.line(), entry);
            for (var stages = this.stages.iterator(); line != null && stages.hasNext(); ) {
                line = stages.next().apply(line);
            }
            if (line != null) {
                lines.add(line);
            }
        }
        return lines;
    }

    /** The label whose number is counted with, null if lines are counted. */
    @Nullable String unwrapped() {
        return unwrapped;
    }

    private void selector(LogQlTokens tokens) {
        tokens.expect("{");
        while (!tokens.takeIf("}")) {
            String label = tokens.word();
            Predicate<String> wanted = comparison(tokens.take().text(), tokens.string());
            streams.add(labels -> wanted.test(labels.getOrDefault(label, "")));
            tokens.takeIf(",");
        }
        if (streams.isEmpty()) {
            throw tokens.unexpected("a matcher of streams");
        }
    }

    private boolean stage(LogQlTokens tokens) {
        if (List.of("|=", "|~", "!=", "!~").contains(tokens.peek().text())
                && tokens.second().kind() == Kind.STRING) {
            String operator = tokens.take().text();
            Predicate<String> wanted = lines(operator, tokens.string());
            while (tokens.takeIf("or")) {
                wanted =
                        operator.startsWith("|")
                                ? wanted.or(lines(operator, tokens.string()))
                                : wanted.and(lines(operator, tokens.string()));
            }
            Predicate<String> all = wanted;
            stages.add(line -> all.test(line.text) ? line : null);
            return true;
        }
        if (!tokens.takeIf("|")) {
            return false;
        }
        // a label may be called json, too
        boolean plain =
                !List.of("=", "!=", "=~", "!~", "==", ">", "<", ">=", "<=")
                        .contains(tokens.second().text());
        if (plain && tokens.takeIf("json")) {
            stages.add(LogPipeline::json);
        } else if (plain && tokens.takeIf("logfmt")) {
            stages.add(LogPipeline::logfmt);
        } else if (plain && tokens.takeIf("line_format")) {
            String template = known(tokens.string(), tokens);
            stages.add(l -> new Line(l.nanos, l.labels, filled(template, l), l.from));
        } else if (plain && tokens.takeIf("label_format")) {
            do {
                labelFormat(tokens);
            } while (tokens.takeIf(","));
        } else if (plain && (tokens.at("keep") || tokens.at("drop"))) {
            choose(tokens);
        } else if (plain && tokens.takeIf("unwrap")) {
            String label = tokens.word();
            unwrapped = label;
            stages.add(line -> number(line.get(label)).isPresent() ? line : null);
        } else {
            Predicate<Line> filter = anyOf(tokens);
            stages.add(line -> filter.test(line) ? line : null);
        }
        return true;
    }

    private static Predicate<String> lines(String operator, String text) {
        Pattern regex = Pattern.compile(operator.endsWith("~") ? text : "");
        return switch (operator) {
            case "|=" -> line -> line.contains(text);
            case "!=" -> line -> !line.contains(text);
            case "|~" -> line -> regex.matcher(line).find();
            default -> line -> !regex.matcher(line).find();
        };
    }

    private static Predicate<String> comparison(String operator, String value) {
        Pattern regex = Pattern.compile(operator.endsWith("~") ? value : "");
        return switch (operator) {
            case "=" -> value::equals;
            case "!=" -> other -> !value.equals(other);
            case "=~" -> regex::matches;
            case "!~" -> other -> !regex.matches(other);
            default -> throw new IllegalArgumentException(operator + " \"" + value + "\"");
        };
    }

    private static Predicate<Line> anyOf(LogQlTokens tokens) {
        Predicate<Line> any = allOf(tokens);
        while (tokens.takeIf("or")) {
            any = any.or(allOf(tokens));
        }
        return any;
    }

    private static Predicate<Line> allOf(LogQlTokens tokens) {
        Predicate<Line> all = one(tokens);
        while (tokens.takeIf("and") || tokens.takeIf(",")) {
            all = all.and(one(tokens));
        }
        return all;
    }

    private static Predicate<Line> one(LogQlTokens tokens) {
        if (tokens.takeIf("(")) {
            Predicate<Line> inner = anyOf(tokens);
            tokens.expect(")");
            return inner;
        }
        String label = tokens.word();
        String operator = tokens.take().text();
        if (tokens.peek().kind() == Kind.STRING) {
            Predicate<String> wanted = comparison(operator, tokens.string());
            return line -> wanted.test(line.get(label));
        }
        double wanted = number(tokens.take());
        return line -> {
            OptionalDouble is = number(line.get(label));
            if (is.isEmpty()) {
                return false;
            }
            int order = Double.compare(is.getAsDouble(), wanted);
            return switch (operator) {
                case "=", "==" -> order == 0;
                case "!=" -> order != 0;
                case ">" -> order > 0;
                case ">=" -> order >= 0;
                case "<" -> order < 0;
                case "<=" -> order <= 0;
                default -> throw new IllegalArgumentException("no comparison: " + operator);
            };
        };
    }

    private void labelFormat(LogQlTokens tokens) {
        String label = tokens.word();
        tokens.expect("=");
        boolean renamed = tokens.peek().kind() == Kind.WORD;
        String from = renamed ? tokens.word() : known(tokens.string(), tokens);
        stages.add(line -> {
            Map<String, String> labels = new TreeMap<>(line.labels);
            labels.put(label, renamed ? line.get(from) : filled(from, line));
            if (renamed) {
                labels.remove(from);
            }
            return line.with(labels);
        });
    }

    private void choose(LogQlTokens tokens) {
        boolean keep = tokens.take().text().equals("keep");
        List<String> names = new ArrayList<>();
        do {
            names.add(tokens.word());
        } while (tokens.takeIf(","));
        stages.add(line -> {
            Map<String, String> labels = new TreeMap<>(line.labels);
            labels.keySet().removeIf(name -> names.contains(name) != keep);
            return line.with(labels);
        });
    }

    private static Line json(Line line) {
        Map<String, String> labels = new TreeMap<>(line.labels);
        try {
            flat("", JSON.readTree(line.text), labels);
        } catch (JsonProcessingException e) {
            labels.put("__error__", "JSONParserErr");
        }
        return line.with(labels);
    }

    private static void flat(String name, JsonNode node, Map<String, String> labels) {
        if (node.isObject()) {
            node.properties()
                    .forEach(e ->
                            flat(
                                    (name.isEmpty() ? "" : name + "_") + e.getKey(),
                                    e.getValue(),
                                    labels));
        } else if (node.isValueNode()) {
            put(name, node.asText(), labels);
        }
    }

    private static Line logfmt(Line line) {
        Map<String, String> labels = new TreeMap<>(line.labels);
        Matcher pair = LOGFMT.matcher(line.text);
        while (pair.find()) {
            String quoted = pair.group(2);
            put(pair.group(1), quoted == null ? pair.group(3) : quoted, labels);
        }
        return line.with(labels);
    }

    /** What is a label already is not replaced by what is read out of the line. */
    private static void put(String name, String value, Map<String, String> labels) {
        String label = name.replaceAll("[^a-zA-Z0-9_]", "_");
        labels.put(labels.containsKey(label) ? label + "_extracted" : label, value);
    }

    /** Of Go's templates only {@code {{.label}}}. */
    private static String known(String template, LogQlTokens tokens) {
        if (TEMPLATE.matcher(template).replaceAll("").contains("{{")) {
            throw tokens.unexpected("a template with {{.label}} only");
        }
        return template;
    }

    private static String filled(String template, Line line) {
        return TEMPLATE.matcher(template)
                .replaceAll(found -> Matcher.quoteReplacement(line.get(found.group(1))));
    }

    private static double number(Token token) {
        if (token.kind() != Kind.NUMBER) {
            throw new IllegalArgumentException("no number: " + token.text());
        }
        return number(token.text()).orElseGet(() -> LogQl.nanos(token.text()) / 1e9);
    }

    static OptionalDouble number(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
