package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;

/**
 * A place in the store: before event {@code seq}.
 *
 * @param counts how many events were stored before it, by the ordinal of {@link Counted}; not to be
 *     changed
 */
public record Place(long seq, long[] counts) {
    private static final Counted[] ALL = Counted.values();

    /** Where an empty store begins. */
    public static final Place BEGINNING = new Place(0, new long[ALL.length]);

    /** Of those before it, how many a sink of that level is sent. */
    public long count(Severity level) {
        return count(counts, level);
    }

    static long count(long[] counts, Severity level) {
        long sum = 0;
        for (Counted counted : ALL) {
            sum += counted.isFor(level) ? counts[counted.ordinal()] : 0;
        }
        return sum;
    }
}
