package io.robustmq.dashboards;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a PromQL query asks for: its selectors, and the labels that it groups by. Reads every query
 * that Prometheus takes but for its types and precedence, which do not matter here; whether a query
 * is correct is for Prometheus itself to say.
 */
final class PromQl {
    private static final Set<String> AGGREGATIONS =
            Set.of(
                    "sum",
                    "min",
                    "max",
                    "avg",
                    "group",
                    "stddev",
                    "stdvar",
                    "count",
                    "count_values",
                    "bottomk",
                    "topk",
                    "quantile",
                    "limitk",
                    "limit_ratio");
    private static final Set<String> WORD_OPERATORS = Set.of("and", "or", "unless", "atan2");
    private static final Set<String> GROUPINGS = Set.of("by", "without");
    private static final Set<String> MATCHINGS =
            Set.of("on", "ignoring", "group_left", "group_right");
    private static final Set<String> SYMBOL_OPERATORS =
            Set.of("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=");
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s+|#[^\n]*"
                            + "|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
                            + "|(?<number>[0-9.][0-9a-zA-Z.]*)"
                            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`)"
                            + "|(?<symbol>=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}\\[\\],@:])");

    private final String query;
    private final List<Token> tokens = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private final List<Grouping> groupings = new ArrayList<>();
    private int next;

    private PromQl(String query) {
        this.query = query;
    }

    /** {@code metric} is empty for a selector of labels only. */
    record Selector(String metric, List<LabelMatcher> matchers) {}

    record LabelMatcher(String label, String operator, String value) {
        private static final Pattern LITERAL = Pattern.compile("[\\w.:-]+");

        boolean positive() {
            return operator.equals("=") || operator.equals("=~");
        }

        /** The values that it names. */
        List<String> literals() {
            return switch (operator) {
                case "=", "!=", "==" -> List.of(value);
                case "=~", "!~" -> alternatives().filter(LITERAL.asMatchPredicate()).toList();
                default -> List.of();
            };
        }

        /** The regular expressions that it names values with. */
        List<String> patterns() {
            return operator.equals("=~") || operator.equals("!~")
                    ? alternatives().filter(LITERAL.asMatchPredicate().negate()).toList()
                    : List.of();
        }

        /** Of an expression with parentheses only one: the whole. */
        private Stream<String> alternatives() {
            return value.contains("(") ? Stream.of(value) : Stream.of(value.split("\\|"));
        }
    }

    /** Labels that the results of these selectors are grouped or matched by. */
    record Grouping(List<String> labels, List<Selector> over) {}

    record Reads(List<Selector> selectors, List<Grouping> groupings) {}

    private enum Kind {
        WORD,
        NUMBER,
        STRING,
        SYMBOL,
        END
    }

    private record Token(Kind kind, String text) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol);
        }
    }

    /**
     * @throws IllegalArgumentException if it cannot be read
     */
    static Reads read(String query) {
        PromQl reader = new PromQl(query);
        reader.split();
        reader.expression();
        if (reader.peek().kind != Kind.END) {
            throw reader.unexpected("the end");
        }
        return new Reads(List.copyOf(reader.selectors), List.copyOf(reader.groupings));
    }

    private void split() {
        Matcher token = TOKEN.matcher(query);
        int at = 0;
        while (at < query.length()) {
            if (!token.find(at) || token.start() != at) {
                throw new IllegalArgumentException(
                        "no PromQL at character " + at + ": " + query.substring(at));
            }
            at = token.end();
            for (Kind kind : List.of(Kind.WORD, Kind.NUMBER, Kind.STRING, Kind.SYMBOL)) {
                String text = token.group(kind.name().toLowerCase(java.util.Locale.ROOT));
                if (text != null) {
                    tokens.add(new Token(kind, text));
                }
            }
        }
        tokens.add(new Token(Kind.END, ""));
    }

    private void expression() {
        int before = selectors.size();
        operand();
        while (true) {
            Token operator = peek();
            boolean symbol =
                    operator.kind == Kind.SYMBOL && SYMBOL_OPERATORS.contains(operator.text);
            boolean word = operator.kind == Kind.WORD && WORD_OPERATORS.contains(operator.text);
            if (!symbol && !word) {
                return;
            }
            take();
            List<String> labels = new ArrayList<>();
            if (peek().text.equals("bool")) {
                take();
            }
            while (peek().kind == Kind.WORD && MATCHINGS.contains(peek().text)) {
                take();
                if (peek().is("(")) {
                    labels.addAll(labels());
                }
            }
            operand();
            group(labels, before);
        }
    }

    private void operand() {
        while (peek().is("-") || peek().is("+")) {
            take();
        }
        Token first = take();
        switch (first.kind) {
            case NUMBER, STRING -> {}
            case SYMBOL -> {
                if (first.is("(")) {
                    expression();
                    expect(")");
                } else if (first.is("{")) {
                    selectors.add(new Selector("", matchers()));
                } else {
                    throw unexpected("an operand");
                }
            }
            case WORD -> word(first.text);
            case END -> throw unexpected("an operand");
        }
        suffixes();
    }

    private void word(String word) {
        Token after = peek();
        boolean grouped = after.kind == Kind.WORD && GROUPINGS.contains(after.text);
        if (AGGREGATIONS.contains(word) && (grouped || after.is("("))) {
            aggregation();
        } else if (after.is("(")) {
            arguments();
        } else if (after.is("{")) {
            take();
            selectors.add(new Selector(word, matchers()));
        } else if (!word.equals("Inf") && !word.equals("NaN")) {
            selectors.add(new Selector(word, List.of()));
        }
    }

    private void aggregation() {
        int before = selectors.size();
        List<String> labels = new ArrayList<>();
        grouping(labels);
        arguments();
        grouping(labels);
        group(labels, before);
    }

    private void grouping(List<String> labels) {
        if (peek().kind == Kind.WORD && GROUPINGS.contains(peek().text)) {
            take();
            labels.addAll(labels());
        }
    }

    private void group(List<String> labels, int fromSelector) {
        if (!labels.isEmpty()) {
            List<Selector> over = selectors.subList(fromSelector, selectors.size());
            groupings.add(new Grouping(List.copyOf(labels), List.copyOf(over)));
        }
    }

    private void arguments() {
        expect("(");
        while (!peek().is(")")) {
            expression();
            if (peek().is(",")) {
                take();
            }
        }
        expect(")");
    }

    /** Ranges, subqueries, offset and @ behind an operand. */
    private void suffixes() {
        while (true) {
            if (peek().is("[")) {
                while (!take().is("]")) {
                    if (peek().kind == Kind.END) {
                        throw unexpected("]");
                    }
                }
            } else if (peek().text.equals("offset")) {
                take();
                if (peek().is("-")) {
                    take();
                }
                take();
            } else if (peek().is("@")) {
                take();
                if (take().kind == Kind.WORD) {
                    expect("(");
                    expect(")");
                }
            } else {
                return;
            }
        }
    }

    private List<String> labels() {
        expect("(");
        List<String> labels = new ArrayList<>();
        while (!peek().is(")")) {
            labels.add(take().text);
            if (peek().is(",")) {
                take();
            }
        }
        expect(")");
        return labels;
    }

    /** After the opening brace. */
    private List<LabelMatcher> matchers() {
        List<LabelMatcher> matchers = new ArrayList<>();
        while (!peek().is("}")) {
            Token label = take();
            Token operator = take();
            Token value = take();
            if (label.kind != Kind.WORD || value.kind != Kind.STRING) {
                throw unexpected("label=\"value\"");
            }
            String quoted = value.text;
            matchers.add(
                    new LabelMatcher(
                            label.text, operator.text, quoted.substring(1, quoted.length() - 1)));
            if (peek().is(",")) {
                take();
            }
        }
        expect("}");
        return List.copyOf(matchers);
    }

    private Token peek() {
        return tokens.get(next);
    }

    private Token take() {
        Token token = tokens.get(next);
        if (token.kind != Kind.END) {
            next++;
        }
        return token;
    }

    private void expect(String symbol) {
        if (!take().is(symbol)) {
            throw unexpected(symbol);
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(
                "wanted " + wanted + " before '" + peek().text + "' in: " + query);
    }
}
