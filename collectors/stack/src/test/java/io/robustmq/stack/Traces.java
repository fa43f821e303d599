package io.robustmq.stack;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.Jaeger;
import io.robustmq.testkit.Jaeger.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks Jaeger what a panel asks of traces: a trace by its id, Jaeger's own search, or a TraceQL
 * search for spans with certain attributes, which Tempo would answer.
 */
final class Traces {
    private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{16}|[0-9a-f]{32}");
    private static final Pattern TAG = Pattern.compile("([\\w.]+)=\"([^\"]*)\"");
    private static final Pattern CONDITION =
            Pattern.compile(
                    "\\s*(resource\\.service\\.name|name|status|(?:span|resource)?\\.[\\w.]+)"
                            + "\\s*(=~|!=|=)\\s*(?:\"([^\"]*)\"|`([^`]*)`|(\\w+))\\s*");

    private final Jaeger jaeger;

    Traces(Jaeger jaeger) {
        this.jaeger = jaeger;
    }

    /** How many spans answer. */
    int shown(Dashboards.Asked asked) throws IOException, InterruptedException {
        String query = asked.text().strip();
        JsonNode target = asked.target();
        if (TRACE_ID.matcher(query).matches()) {
            return jaeger.trace(query).size();
        }
        if (query.startsWith("{")) {
            Predicate<Span> wanted = traceQl(query);
            return (int) all().stream().filter(wanted).count();
        }
        if (target.has("service")) {
            String operation = target.path("operation").asText();
            List<Predicate<Span>> tags = tags(query);
            return (int)
                    jaeger.spansOf(target.path("service").asText()).stream()
                            .filter(s -> operation.isEmpty() || s.name().equals(operation))
                            .filter(s -> tags.stream().allMatch(tag -> tag.test(s)))
                            .count();
        }
        throw new IllegalArgumentException(asked.where() + " asks for no traces: " + query);
    }

    /** {@code a="b" c="d"}, as Jaeger's own page wants it. */
    private static List<Predicate<Span>> tags(String text) {
        if (!text.matches("\\s*(?:[\\w.]+=\"[^\"]*\"\\s*)*")) {
            throw new IllegalArgumentException("no tags: " + text);
        }
        List<Predicate<Span>> tags = new ArrayList<>();
        Matcher tag = TAG.matcher(text);
        while (tag.find()) {
            String name = tag.group(1);
            String value = tag.group(2);
            tags.add(span -> value.equals(span.tags().get(name)));
        }
        return tags;
    }

    private List<Span> all() throws IOException, InterruptedException {
        List<Span> spans = new ArrayList<>();
        for (String service : jaeger.services()) {
            spans.addAll(jaeger.spansOf(service));
        }
        return spans;
    }

    /** {@code {a="b" && c=~"d"}}; what is more than that is refused. */
    static Predicate<Span> traceQl(String query) {
        if (!query.matches("(?s)\\{[^{}]*}")) {
            throw new IllegalArgumentException("TraceQL that is unknown here: " + query);
        }
        String inner = query.substring(1, query.length() - 1);
        Predicate<Span> all = span -> true;
        for (String part : inner.isBlank() ? new String[0] : inner.split("&&")) {
            Matcher condition = CONDITION.matcher(part);
            if (!condition.matches()) {
                throw new IllegalArgumentException("TraceQL that is unknown here: " + part);
            }
            String value =
                    condition.group(3) != null
                            ? condition.group(3)
                            : condition.group(4) != null ? condition.group(4) : condition.group(5);
            String attribute = condition.group(1);
            Predicate<String> wanted =
                    switch (condition.group(2)) {
                        case "=" -> value::equals;
                        case "!=" -> other -> !value.equals(other);
                        default -> Pattern.compile(value).asMatchPredicate();
                    };
            all = all.and(span -> wanted.test(of(span, attribute)));
        }
        return all;
    }

    private static String of(Span span, String attribute) {
        return switch (attribute) {
            case "resource.service.name" -> span.service();
            case "name" -> span.name();
            case "status" ->
                    span.tags()
                            .getOrDefault("otel.status_code", "unset")
                            .toLowerCase(java.util.Locale.ROOT);
            default -> span.tags().getOrDefault(attribute.replaceFirst("^\\w*\\.", ""), "");
        };
    }
}
