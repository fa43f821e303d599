package io.robustmq.stack;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a LogQL query, one after the other. */
final class LogQlTokens {
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s+|#[^\n]*"
                            + "|(?<number>[0-9]+(?:\\.[0-9]+)?(?:ns|us|ms|s|m|h|d|w|B|KB|KiB|MB|MiB|GB|GiB)?(?:[0-9]+(?:ms|s|m|h))*\\b)"
                            + "|(?<word>[a-zA-Z_][a-zA-Z0-9_]*)"
                            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)"
                            + "|(?<symbol>\\|=|\\|~|!=|!~|=~|==|>=|<=|[-+*/%^=<>(){}\\[\\],|])");

    private final String query;
    private final List<Token> tokens = new ArrayList<>();
    private int next;

    LogQlTokens(String query) {
        this.query = query;
        Matcher token = TOKEN.matcher(query);
        int at = 0;
        while (at < query.length()) {
            if (!token.find(at) || token.start() != at) {
                throw new IllegalArgumentException(
                        "no LogQL known here at character " + at + ": " + query.substring(at));
            }
            at = token.end();
            for (Kind kind : List.of(Kind.NUMBER, Kind.WORD, Kind.STRING, Kind.SYMBOL)) {
                String text = token.group(kind.group);
                if (text != null) {
                    tokens.add(new Token(kind, text));
                }
            }
        }
        tokens.add(new Token(Kind.END, ""));
    }

    enum Kind {
        NUMBER("number"),
        WORD("word"),
        STRING("string"),
        SYMBOL("symbol"),
        END("");

        private final String group;

        Kind(String group) {
            this.group = group;
        }
    }

    record Token(Kind kind, String text) {}

    Token peek() {
        return tokens.get(next);
    }

    /** The one after the next. */
    Token second() {
        return tokens.get(Math.min(next + 1, tokens.size() - 1));
    }

    Token take() {
        Token token = tokens.get(next);
        if (token.kind != Kind.END) {
            next++;
        }
        return token;
    }

    boolean at(String text) {
        return peek().kind != Kind.STRING && peek().text.equals(text);
    }

    boolean takeIf(String text) {
        boolean there = at(text);
        if (there) {
            next++;
        }
        return there;
    }

    void expect(String text) {
        if (!takeIf(text)) {
            throw unexpected(text);
        }
    }

    String word() {
        if (peek().kind != Kind.WORD) {
            throw unexpected("a name");
        }
        return take().text;
    }

    String string() {
        if (peek().kind != Kind.STRING) {
            throw unexpected("a text in quotes");
        }
        String quoted = take().text;
        String inner = quoted.substring(1, quoted.length() - 1);
        return quoted.startsWith("`") ? inner : inner.translateEscapes();
    }

    /** In parentheses. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        expect("(");
        while (!takeIf(")")) {
            words.add(word());
            takeIf(",");
        }
        return words;
    }

    IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException(
                "wanted " + wanted + " before '" + peek().text + "' in: " + query);
    }
}
