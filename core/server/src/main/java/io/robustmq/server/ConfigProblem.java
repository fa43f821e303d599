package io.robustmq.server;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One thing wrong with the configuration.
 *
 * @param source where it is written: {@code file:line:column}, or the environment variable or
 *     option
 * @param key dotted path, empty if it is about no single key
 * @param detail what is wrong, what is allowed, what it was
 */
record ConfigProblem(String source, String key, String detail) {
    /** Told in one event. */
    private static final int MOST_TOLD = 10;

    /** One line for people. */
    String line() {
        return key.isEmpty() ? source + ": " + detail : source + ": " + key + ": " + detail;
    }

    /** The first of them, for an event. */
    static String told(List<ConfigProblem> problems) {
        return problems.stream()
                .limit(MOST_TOLD)
                .map(ConfigProblem::line)
                .collect(Collectors.joining("; "));
    }
}
