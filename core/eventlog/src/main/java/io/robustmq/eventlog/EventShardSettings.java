package io.robustmq.eventlog;

import io.robustmq.journal.Durability;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where events are kept, and how many.
 *
 * @param directory of the shard
 * @param maxBytes of the segments; the oldest go first, whether all sinks have had them or not
 * @param maxAge the same; zero for no limit
 */
public record EventShardSettings(
        Path directory, long maxBytes, Duration maxAge, Durability durability) {
    private static final long MIN_BYTES = 16L << 20;

    public EventShardSettings {
        if (maxBytes < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "events.max-size must be at least " + MIN_BYTES + " bytes, was " + maxBytes);
        }
    }

    /** Small enough that what goes at once is a small part. */
    long segmentBytes() {
        return segmentBytes(maxBytes);
    }

    /** The same of another shard that has a largest size. */
    static long segmentBytes(long maxBytes) {
        return Math.clamp(maxBytes / 16, 1L << 20, 64L << 20);
    }
}
