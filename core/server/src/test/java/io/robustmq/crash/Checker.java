package io.robustmq.crash;

import io.robustmq.crash.Violation.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides over a history whether the broker kept its word. A history that is cut off before
 * everything was drained shows losses that are none.
 */
final class Checker {
    private Checker() {}

    static List<Violation> check(List<History.Entry> history) {
        Sent sent = new Sent(history);
        Subscriptions subscriptions = new Subscriptions(history);
        List<Violation> violations = new ArrayList<>(sessions(history));
        violations.addAll(new Deliveries(history, sent, subscriptions).judge());
        violations.addAll(Order.judge(history, sent));
        violations.addAll(Retained.judge(history, sent));
        return violations;
    }

    /** A kept session is there from its first CONNACK on, and not before. */
    private static List<Violation> sessions(List<History.Entry> history) {
        List<Violation> violations = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (History.Entry entry : history) {
            switch (entry.fact()) {
                case Fact.Connected(String client, boolean clean, boolean present) -> {
                    if (clean) {
                        if (present) {
                            violations.add(new Violation(Rule.SESSION_STRAY, client));
                        }
                    } else if (!known.add(client) && !present) {
                        violations.add(new Violation(Rule.SESSION_LOST, client));
                    }
                }
                case Fact.Broken(String client, String what) ->
                        violations.add(new Violation(Rule.FORBIDDEN, client + ": " + what));
                default -> {} // others tell nothing of sessions
            }
        }
        return violations;
    }

    /** How many of each, and the first few of them. */
    static String told(List<Violation> violations) {
        Map<Rule, List<Violation>> byRule = new TreeMap<>();
        for (Violation violation : violations) {
            byRule.computeIfAbsent(violation.rule(), key -> new ArrayList<>()).add(violation);
        }
        StringBuilder told = new StringBuilder();
        byRule.forEach((rule, all) -> {
            told.append(rule).append(' ').append(all.size()).append('\n');
            all.stream()
                    .limit(8)
                    .forEach(one -> told.append("    ").append(one.detail()).append('\n'));
        });
        return told.toString();
    }
}
