package io.robustmq.journal;

import java.time.Duration;

/**
 * When sealed segments go, the oldest first. The limits are hard: what is above them goes even if
 * somebody still needs it, which is reported as journal.retention_overrun.
 *
 * @param maxBytes of all segments of the shard; 0 for no limit
 * @param maxAge of a segment's newest record; zero for no limit
 * @param trimmed segments wholly below {@link Shard#trim}'s offset go at once; otherwise they stay
 *     until a limit takes them
 */
public record Retention(long maxBytes, Duration maxAge, boolean trimmed) {
    /** What is needed stays, and nothing else. */
    public static final Retention TRIMMED = new Retention(0, Duration.ZERO, true);

    /** Everything stays. */
    public static final Retention FOREVER = new Retention(0, Duration.ZERO, false);

    public Retention {
        if (maxBytes < 0) {
            throw new IllegalArgumentException(
                    "a shard's most bytes must not be negative, were " + maxBytes);
        }
        if (maxAge.isNegative()) {
            throw new IllegalArgumentException(
                    "a record's most age must not be negative, was " + maxAge);
        }
    }
}
