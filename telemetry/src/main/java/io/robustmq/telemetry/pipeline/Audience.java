package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * Which occurrences a sink is sent.
 *
 * @param level from which up; what is traced on demand is sent whatever its level
 * @param stored only what the store has, and so nothing that is about sending to collectors
 */
record Audience(Severity level, boolean stored) {
    boolean takes(Counted counted, boolean local) {
        return counted.isFor(level) && !(stored && local);
    }
}
