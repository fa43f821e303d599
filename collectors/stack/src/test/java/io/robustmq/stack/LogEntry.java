package io.robustmq.stack;

import java.util.Map;

/**
 * A line as Loki keeps it.
 *
 * @param nanos since 1970
 * @param labels of its stream
 * @param metadata structured metadata
 */
record LogEntry(
        long nanos, Map<String, String> labels, Map<String, String> metadata, String line) {}
