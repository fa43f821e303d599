package io.robustmq.server;

import io.robustmq.journal.Disk;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.PlacementNetwork;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;

/** Placement of one member with its log in a folder; a later one goes on from it. */
final class LocalPlacement implements AutoCloseable {
    final ClusterPlacement placement;
    private final Journal journal;

    private LocalPlacement(ClusterPlacement placement, Journal journal) {
        this.placement = placement;
        this.journal = journal;
    }

    static LocalPlacement in(Path directory, Disk disk, InstantSource clock) throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(
                                List.of(directory.resolve("journal")), Duration.ofSeconds(1)),
                        disk,
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        journal.open();
        ClusterPlacement placement =
                new ClusterPlacement(
                        PlacementSettings.alone("node-1"),
                        journal,
                        journal.shard(
                                "placement",
                                new ShardSettings(
                                        1 << 20,
                                        Duration.ZERO,
                                        Durability.FSYNC,
                                        Retention.TRIMMED)),
                        PlacementNetwork.NONE,
                        clock,
                        new SplittableRandom(),
                        Events.NONE);
        placement.open();
        return new LocalPlacement(placement, journal);
    }

    @Override
    public void close() {
        placement.close();
        journal.close();
    }
}
