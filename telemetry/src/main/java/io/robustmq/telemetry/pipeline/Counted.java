package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * As what an event is counted, so that from two places in the store follows how many of those in
 * between a sink is to be sent. The order is that of the counts on disk.
 */
public enum Counted {
    DEBUG(Severity.DEBUG),
    INFO(Severity.INFO),
    WARN(Severity.WARN),
    ERROR(Severity.ERROR),

    /** Taken because of a trace on demand, of whatever severity: every sink is sent it. */
    TRACED(Severity.ERROR);

    /** Sinks of this level and below are sent it. */
    private final Severity upTo;

    Counted(Severity upTo) {
        this.upTo = upTo;
    }

    public static Counted of(Severity severity, boolean traced) {
        return traced
                ? TRACED
                : switch (severity) {
                    case DEBUG -> DEBUG;
                    case INFO -> INFO;
                    case WARN -> WARN;
                    case ERROR -> ERROR;
                };
    }

    boolean isFor(Severity level) {
        return upTo.compareTo(level) >= 0;
    }
}
