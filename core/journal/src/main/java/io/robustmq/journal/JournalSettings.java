package io.robustmq.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/**
 * Where a node keeps its shards.
 *
 * @param directories each holds one directory per shard, and is served by a thread of its own; best
 *     on disks of their own
 * @param slowSync a sync that takes longer is reported as journal.sync_slow
 */
public record JournalSettings(List<Path> directories, Duration slowSync) {

    public JournalSettings {
        directories = List.copyOf(directories);
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("journal.directories must name at least one folder");
        }
        if (new HashSet<>(directories).size() < directories.size()) {
            throw new IllegalArgumentException(
                    "journal.directories must differ, were " + directories);
        }
        if (slowSync.isNegative()) {
            throw new IllegalArgumentException(
                    "journal.slow-sync must not be negative, was " + slowSync);
        }
    }
}
