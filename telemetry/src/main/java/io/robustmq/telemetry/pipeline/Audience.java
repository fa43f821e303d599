package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * Which occurrences a sink is sent.
 *
 * @param remote a collector: not sent what is about sending to collectors
 */
record Audience(Severity level, boolean remote) {
    boolean takes(Severity severity, boolean local) {
        return severity.compareTo(level) >= 0 && !(remote && local);
    }
}
