package io.robustmq.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Where and how a shard is kept.
 *
 * @param directory holds one directory per shard
 * @param shard lower-case letters, digits, {@code - _ .}; 1 to 64 of them
 * @param segmentBytes a segment that would grow above this is sealed and the next one begun; a
 *     record larger than that has a segment of its own
 * @param slowSync a sync that takes longer is reported as journal.sync_slow
 */
public record JournalSettings(
        Path directory, String shard, long segmentBytes, Durability durability, Duration slowSync) {
    static final long MIN_SEGMENT_BYTES = 1024;
    private static final Pattern SHARD = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");

    public JournalSettings {
        if (!SHARD.matcher(shard).matches()) {
            throw new IllegalArgumentException(
                    "a shard's name must match " + SHARD.pattern() + ", was \"" + shard + '"');
        }
        if (segmentBytes < MIN_SEGMENT_BYTES) {
            throw new IllegalArgumentException(
                    "journal.segment-size must be at least "
                            + MIN_SEGMENT_BYTES
                            + " bytes, was "
                            + segmentBytes);
        }
        if (slowSync.isNegative()) {
            throw new IllegalArgumentException(
                    "journal.slow-sync must not be negative, was " + slowSync);
        }
    }

    Path shardDirectory() {
        return directory.resolve(shard);
    }
}
