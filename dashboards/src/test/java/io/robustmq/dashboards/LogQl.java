package io.robustmq.dashboards;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a LogQL query asks for: the labels of its streams, the fields that its stages filter, and
 * those that it groups by or reckons with. Whether all of it is LogQL is for a grammar to say; this
 * finds what a grammar cannot, and what it does not know it refuses.
 */
final class LogQl {
    private static final Set<String> FUNCTIONS =
            Set.of(
                    "sum",
                    "min",
                    "max",
                    "avg",
                    "count",
                    "topk",
                    "bottomk",
                    "rate",
                    "count_over_time",
                    "sum_over_time",
                    "avg_over_time",
                    "min_over_time",
                    "max_over_time",
                    "first_over_time",
                    "last_over_time",
                    "quantile_over_time",
                    "absent_over_time",
                    "bytes_rate",
                    "bytes_over_time",
                    "vector");
    private static final Set<String> LINE_FILTERS = Set.of("|=", "|~", "!=", "!~");
    private static final Set<String> COMPARISONS =
            Set.of("=", "!=", "=~", "!~", "==", ">", "<", ">=", "<=");
    private static final Pattern FIELD_IN_TEMPLATE = Pattern.compile("\\.(\\w+)");
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s+"
                            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)"
                            + "|(?<range>\\[[^\\]]*])"
                            + "|(?<number>[0-9][0-9a-zA-Z.]*)"
                            + "|(?<word>[a-zA-Z_]\\w*)"
                            + "|(?<symbol>\\|=|\\|~|!=|!~|=~|==|>=|<=|[-+*/%^=<>(){}|,])");

    private final String query;
    private final List<Token> tokens = new ArrayList<>();
    private final List<PromQl.LabelMatcher> streams = new ArrayList<>();
    private final List<PromQl.LabelMatcher> fields = new ArrayList<>();
    private final List<String> used = new ArrayList<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int next;

    private LogQl(String query) {
        this.query = query;
    }

    /**
     * @param streams what is between the braces
     * @param fields what the stages filter by
     * @param used what is grouped by, unwrapped, kept or printed
     */
    record Reads(
            List<PromQl.LabelMatcher> streams,
            List<PromQl.LabelMatcher> fields,
            List<String> used) {}

    private enum Kind {
        STRING,
        RANGE,
        NUMBER,
        WORD,
        SYMBOL,
        END
    }

    private record Token(Kind kind, String text) {}

    /**
     * @throws IllegalArgumentException if it cannot be read
     */
    static Reads read(String query) {
        LogQl reader = new LogQl(query);
        reader.split();
        reader.all();
        return new Reads(
                List.copyOf(reader.streams), List.copyOf(reader.fields), List.copyOf(reader.used));
    }

    private void split() {
        Matcher token = TOKEN.matcher(query);
        int at = 0;
        while (at < query.length()) {
            if (!token.find(at) || token.start() != at) {
                throw new IllegalArgumentException("no LogQL: " + query.substring(at));
            }
            at = token.end();
            for (Kind kind :
                    List.of(Kind.STRING, Kind.RANGE, Kind.NUMBER, Kind.WORD, Kind.SYMBOL)) {
                String text = token.group(kind.name().toLowerCase(Locale.ROOT));
                if (text != null) {
                    tokens.add(new Token(kind, text));
                }
            }
        }
        tokens.add(new Token(Kind.END, ""));
    }

    private void all() {
        while (peek().kind != Kind.END) {
            Token token = take();
            switch (token.kind) {
                case STRING -> throw unexpected("no string");
                case RANGE, NUMBER -> {}
                case WORD -> word(token.text);
                case SYMBOL -> symbol(token.text);
                case END -> throw new AssertionError();
            }
        }
        if (!open.isEmpty()) {
            throw unexpected(open.peek());
        }
        if (streams.isEmpty()) {
            throw new IllegalArgumentException("no {…} in " + query);
        }
    }

    private void word(String word) {
        switch (word) {
            case "by", "without", "on", "ignoring" -> used.addAll(list());
            case "and", "or", "unless", "offset" -> {}
            default -> {
                if (!FUNCTIONS.contains(word)) {
                    throw new IllegalArgumentException("LogQL has no " + word + ": " + query);
                }
            }
        }
    }

    private void symbol(String symbol) {
        if (symbol.equals("{")) {
            streams();
        } else if (symbol.equals("|")) {
            stage();
        } else if (LINE_FILTERS.contains(symbol) && peek().kind == Kind.STRING) {
            take();
        } else if (symbol.equals("(")) {
            open.push(")");
        } else if (symbol.equals(")")) {
            if (open.isEmpty()) {
                throw unexpected("no )");
            }
            open.pop();
        } else if (symbol.equals("}")) {
            throw unexpected("no }");
        }
    }

    private void streams() {
        while (!peek().text.equals("}")) {
            streams.add(matcher(take()));
            if (!peek().text.equals("}")) {
                expect(",");
            }
        }
        expect("}");
    }

    private void stage() {
        Token first = take();
        switch (first.text) {
            case "unwrap" -> used.add(take().text);
            case "keep", "drop" -> {
                used.add(take().text);
                while (peek().text.equals(",")) {
                    take();
                    used.add(take().text);
                }
            }
            case "line_format" -> {
                Matcher field = FIELD_IN_TEMPLATE.matcher(take().text);
                while (field.find()) {
                    used.add(field.group(1));
                }
            }
            default -> filters(first);
        }
    }

    /** Of which some may be in parentheses. */
    private void filters(Token first) {
        Token token = first;
        while (true) {
            if (token.text.equals("(")) {
                filters(take());
                expect(")");
            } else {
                fields.add(matcher(token));
            }
            if (!Set.of("and", "or", ",").contains(peek().text)) {
                return;
            }
            if (peek().text.equals(",") && !open.isEmpty()) {
                return; // the next argument of a function
            }
            take();
            token = take();
        }
    }

    private PromQl.LabelMatcher matcher(Token label) {
        Token operator = take();
        Token value = take();
        boolean comparable = value.kind == Kind.STRING || value.kind == Kind.NUMBER;
        if (label.kind != Kind.WORD || !COMPARISONS.contains(operator.text) || !comparable) {
            throw new IllegalArgumentException(
                    "no label, comparison and value: %s %s %s in %s"
                            .formatted(label.text, operator.text, value.text, query));
        }
        String text =
                value.kind == Kind.STRING
                        ? value.text.substring(1, value.text.length() - 1)
                        : value.text;
        return new PromQl.LabelMatcher(label.text, operator.text, text);
    }

    private List<String> list() {
        List<String> labels = new ArrayList<>();
        expect("(");
        while (!peek().text.equals(")")) {
            labels.add(take().text);
            if (peek().text.equals(",")) {
                take();
            }
        }
        expect(")");
        return labels;
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token token = tokens.get(next);
        if (token.kind == Kind.END) {
            throw unexpected("more");
        }
        next++;
        return token;
    }

    private void expect(String symbol) {
        if (!take().text.equals(symbol)) {
            throw unexpected(symbol);
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(
                "wanted " + wanted + " before '" + peek().text + "' in: " + query);
    }
}
