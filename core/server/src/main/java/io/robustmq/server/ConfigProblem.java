package io.robustmq.server;

/**
 * One thing wrong with the configuration.
 *
 * @param source where it is written: {@code file:line:column}, or the environment variable or
 *     option
 * @param key dotted path, empty if it is about no single key
 * @param detail what is wrong, what is allowed, what it was
 */
record ConfigProblem(String source, String key, String detail) {
    /** One line for people. */
    String line() {
        return key.isEmpty() ? source + ": " + detail : source + ": " + key + ": " + detail;
    }
}
