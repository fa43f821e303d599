package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * Which occurrences a sink is sent.
 *
 * @param stored only what the store has, and so nothing that is about sending to collectors
 */
record Audience(Severity level, boolean stored) {
    boolean takes(Severity severity, boolean local) {
        return severity.compareTo(level) >= 0 && !(stored && local);
    }
}
