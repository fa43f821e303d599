package io.robustmq.journal;

import java.time.Duration;

/**
 * How a shard is kept.
 *
 * @param segmentBytes a segment that would grow above this is sealed and the next one begun; a
 *     record larger than that has a segment of its own
 * @param segmentAge the same for a segment whose first record is older than this; zero for never
 */
public record ShardSettings(
        long segmentBytes, Duration segmentAge, Durability durability, Retention retention) {
    static final long MIN_SEGMENT_BYTES = 1024;

    public ShardSettings {
        if (segmentBytes < MIN_SEGMENT_BYTES || segmentBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "journal.segment-size must be from "
                            + MIN_SEGMENT_BYTES
                            + " to "
                            + Integer.MAX_VALUE
                            + " bytes, was "
                            + segmentBytes);
        }
        if (segmentAge.isNegative()) {
            throw new IllegalArgumentException(
                    "journal.segment-age must not be negative, was " + segmentAge);
        }
    }
}
