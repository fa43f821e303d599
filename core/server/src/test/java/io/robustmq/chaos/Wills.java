package io.robustmq.chaos;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A will of a client that said no goodbye comes to each kept subscriber once, others at most once.
 */
final class Wills {
    private final Cast cast;
    private final List<Happening> history;
    private final List<Violation> violations;

    Wills(Cast cast, List<Happening> history, List<Violation> violations) {
        this.cast = cast;
        this.history = history;
        this.violations = violations;
    }

    /** How many are still to come. */
    int missing() {
        Set<String> due = due();
        Map<String, Integer> came = came();
        int missing = 0;
        for (String client : cast.kept()) {
            for (String id : due) {
                missing += came.containsKey(client + " " + id) ? 0 : 1;
            }
        }
        return missing;
    }

    void check() {
        Set<String> due = due();
        Map<String, Integer> came = came();
        for (Happening each : history) {
            if (each instanceof Happening.Willed it && due.contains(it.client())) {
                for (String client : cast.kept()) {
                    if (!came.containsKey(client + " " + it.client())) {
                        violations.add(
                                new Violation(
                                        "a will is published",
                                        it + " did not reach " + client,
                                        it.at()));
                    }
                }
            }
        }
        came.forEach((who, times) -> {
            if (times > 1) {
                violations.add(
                        new Violation(
                                "a will comes at most once",
                                who + " came " + times + " times",
                                lastOf(who)));
            }
        });
    }

    private Set<String> due() {
        Set<String> due = new HashSet<>();
        for (Happening each : history) {
            if (each instanceof Happening.Willed it) {
                due.add(it.client());
            }
        }
        for (Happening each : history) {
            if (each instanceof Happening.Parted it) {
                due.remove(it.client());
            }
        }
        return due;
    }

    private Map<String, Integer> came() {
        Set<String> kept = Set.copyOf(cast.kept());
        Map<String, Integer> came = new HashMap<>();
        for (Happening each : history) {
            if (each instanceof Happening.Came it
                    && it.topic().startsWith("will/")
                    && kept.contains(it.client())) {
                came.merge(it.client() + " " + it.payload(), 1, Integer::sum);
            }
        }
        return came;
    }

    private long lastOf(String who) {
        return history.stream()
                .filter(each ->
                        each instanceof Happening.Came it
                                && (it.client() + " " + it.payload()).equals(who))
                .mapToLong(Happening::at)
                .max()
                .orElse(0);
    }
}
