package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * A place in the store: before event {@code seq}.
 *
 * @param counts how many events of each severity were stored before it, by {@link
 *     Severity#ordinal}; not to be changed
 */
public record Place(long seq, long[] counts) {
    /** Where an empty store begins. */
    public static final Place BEGINNING = new Place(0, new long[Severity.values().length]);

    /** Of those before it, how many are at or above {@code level}. */
    public long count(Severity level) {
        return count(counts, level);
    }

    static long count(long[] counts, Severity level) {
        long sum = 0;
        for (int i = level.ordinal(); i < counts.length; i++) {
            sum += counts[i];
        }
        return sum;
    }
}
