package io.robustmq.server;

import io.robustmq.broker.AddressRange;
import io.robustmq.protocol.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What clients may do, in mosquitto's language and some words more; docs/reference/acl.md tells it.
 *
 * <pre>
 *   topic read news/#                  above all sections: for anonymous clients
 *
 *   user ann                           begins a section
 *   and address 10.0.0.0/8             narrows it
 *   topic readwrite ann/#
 *   topic deny ann/secret/#
 *
 *   pattern write sensors/%c/data      for all clients, wherever it stands
 * </pre>
 *
 * For one use.
 */
final class AclFile {
    private static final String SHARE = "$share/";

    private final String file;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<AclSection> sections = new ArrayList<>();
    private final List<AclRule> forAll = new ArrayList<>();

    // of the section that is being read
    private List<AclSection.Condition> conditions = List.of(new AclSection.Anonymous());
    private List<AclRule> rules = new ArrayList<>();
    private boolean isOurs;
    private int line;

    private AclFile(Path file) {
        this.file = file.toString();
    }

    /** What reading it gave. */
    sealed interface Outcome {}

    record Loaded(Acl acl) implements Outcome {}

    /** Every problem there is, never none. */
    record Wrong(List<ConfigProblem> problems) implements Outcome {}

    static Outcome parse(Path file, List<String> lines) {
        return new AclFile(file).parse(lines);
    }

    private Outcome parse(List<String> lines) {
        for (String each : lines) {
            line++;
            String text = each.strip();
            if (!text.isEmpty() && text.charAt(0) != '#') {
                String word = firstWord(text);
                take(word, text.substring(word.length()).strip());
            }
        }
        endSection();
        sections.add(new AclSection(List.of(), List.copyOf(forAll)));
        return problems.isEmpty()
                ? new Loaded(new Acl(file, sections))
                : new Wrong(List.copyOf(problems));
    }

    private void take(String word, String rest) {
        switch (word) {
            case "topic", "pattern" -> rule(word, rest);
            case "user", "clientid", "address", "listener", "all" -> {
                endSection();
                AclSection.Condition condition = word.equals("all") ? null : condition(word, rest);
                conditions = condition == null ? List.of() : List.of(condition);
                isOurs = !word.equals("user");
                if (word.equals("all") && !rest.isEmpty()) {
                    wrong("all stands alone in its line, was followed by " + rest);
                }
            }
            case "and" -> {
                String what = firstWord(rest);
                AclSection.Condition condition =
                        condition(what, rest.substring(what.length()).strip());
                if (conditions.equals(List.of(new AclSection.Anonymous()))) {
                    wrong("and narrows a section, and none was begun above it");
                } else if (!rules.isEmpty()) {
                    wrong("and stands right below what begins its section, not behind its rules");
                } else if (condition != null) {
                    List<AclSection.Condition> all = new ArrayList<>(conditions);
                    all.add(condition);
                    conditions = List.copyOf(all);
                    isOurs = true;
                }
            }
            default ->
                    wrong(
                            "a line begins with topic, pattern, user, clientid, address, listener, all, and, or #, was "
                                    + word);
        }
    }

    private void endSection() {
        if (!rules.isEmpty()) {
            sections.add(new AclSection(conditions, List.copyOf(rules)));
        }
        rules = new ArrayList<>();
    }

    /** Null if it is wrong, which is told. */
    private AclSection.@Nullable Condition condition(String word, String value) {
        if (value.isEmpty()) {
            wrong(word + " needs a value");
            return null;
        }
        return switch (word) {
            case "user" -> new AclSection.User(value);
            case "clientid" -> new AclSection.ClientId(value);
            case "listener" -> new AclSection.ListenerName(value);
            case "address" -> {
                AddressRange range = AddressRange.parse(value);
                if (range == null) {
                    wrong("address must be like 10.0.0.0/8, 10.1.2.3 or fd00::/8, was " + value);
                }
                yield range == null ? null : new AclSection.Address(range);
            }
            default -> {
                wrong("and is followed by user, clientid, address or listener, was " + word);
                yield null;
            }
        };
    }

    private void rule(String word, String rest) {
        String access = firstWord(rest);
        AclRule.Kind named = AclRule.Kind.named(access);
        String text = named == null ? rest : rest.substring(access.length()).strip();
        if (text.isEmpty()) {
            wrong(
                    word
                            + (named == null
                                    ? " needs a topic filter"
                                    : " "
                                            + access
                                            + " needs a topic filter; for a topic of that name write "
                                            + word
                                            + " readwrite "
                                            + access));
            return;
        }
        boolean pattern = word.equals("pattern");
        boolean variable = pattern && AclRule.isVariable(text);
        String problem = problem(variable ? example(text) : text);
        if (problem != null) {
            wrong(problem + ", was " + text);
            return;
        }
        AclRule rule =
                new AclRule(
                        named == null ? AclRule.Kind.READWRITE : named,
                        text,
                        variable ? null : AclFilter.of(text),
                        line,
                        file + ":" + line);
        if (pattern && !isOurs) {
            forAll.add(rule);
        } else {
            rules.add(rule);
        }
    }

    private static String example(String pattern) {
        return pattern.replace(AclRule.CLIENT_ID, "x").replace(AclRule.USER_NAME, "x");
    }

    /** What is wrong with a filter; null if nothing is. */
    private static @Nullable String problem(String filter) {
        if (!filter.startsWith(SHARE)) {
            return Topics.isValidFilter(filter)
                    ? null
                    : "in a topic filter + stands alone in its level, # alone in the last one";
        }
        int slash = filter.indexOf('/', SHARE.length());
        boolean whole = slash > SHARE.length() && slash < filter.length() - 1;
        String group = whole ? filter.substring(SHARE.length(), slash) : "";
        boolean oneGroup = group.equals("+") || !group.contains("+") && !group.contains("#");
        return whole && oneGroup && Topics.isValidFilter(filter.substring(slash + 1))
                ? null
                : "a shared subscription is $share/GROUP/FILTER, with a group or + for any";
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end);
    }

    private void wrong(String detail) {
        problems.add(new ConfigProblem(file + ":" + line, "", detail));
    }
}
