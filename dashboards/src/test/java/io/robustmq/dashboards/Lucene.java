package io.robustmq.dashboards;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a query of Elasticsearch in Lucene's syntax asks for. Words without a field are refused:
 * they would search the default field, which is not what anybody wants of a panel.
 */
final class Lucene {
    private static final String VALUE = "\"(?:[^\"\\\\]|\\\\.)*\"|[\\[{][^\\]}]+ TO [^\\]}]+[\\]}]";
    private static final Pattern TOKEN =
            Pattern.compile(
                    "\\s+|(?<operator>AND|OR|NOT)\\b|(?<paren>[()])|(?<all>\\*)(?![\\w.])"
                            + "|(?<field>[\\w@.]+):(?<value>"
                            + VALUE
                            + "|\\([^()]*\\)|[<>]=?\\d+|[^\\s()]+)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|([^\\s()\"]+)");

    private Lucene() {}

    /**
     * @param values that the field may have; ranges and wildcards as they are written
     */
    record Clause(String field, List<String> values) {}

    /**
     * @throws IllegalArgumentException if it cannot be read
     */
    static List<Clause> read(String query) {
        List<Clause> clauses = new ArrayList<>();
        Matcher token = TOKEN.matcher(query);
        int depth = 0;
        int at = 0;
        while (at < query.length()) {
            if (!token.find(at) || token.start() != at) {
                throw new IllegalArgumentException("no Lucene: " + query.substring(at));
            }
            at = token.end();
            String paren = token.group("paren");
            if (paren != null) {
                depth += paren.equals("(") ? 1 : -1;
            }
            if (depth < 0) {
                throw new IllegalArgumentException("no ( for a ) in " + query);
            }
            if (token.group("field") != null) {
                clauses.add(new Clause(token.group("field"), values(token.group("value"))));
            }
        }
        if (depth > 0) {
            throw new IllegalArgumentException("no ) for a ( in " + query);
        }
        return clauses;
    }

    private static List<String> values(String value) {
        if (value.matches("[\\[{<>].*")) {
            return List.of(value);
        }
        List<String> values = new ArrayList<>();
        Matcher word = WORD.matcher(value);
        while (word.find()) {
            String one = word.group(1) == null ? word.group(2) : word.group(1);
            if (!one.equals("OR")) {
                values.add(one);
            }
        }
        return values;
    }
}
