package io.robustmq.placement;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** How long placement takes to start in a fresh JVM: run it as a program. */
final class StartTime {
    private StartTime() {}

    public static void main(String[] args) throws Exception {
        Path directory = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("start");
        long jvm = ManagementFactory.getRuntimeMXBean().getStartTime();
        long begun = System.currentTimeMillis();
        try (Journal journal =
                        new Journal(
                                new JournalSettings(List.of(directory), Duration.ofSeconds(1)),
                                new LocalDisk(),
                                InstantSource.system(),
                                new SplittableRandom(),
                                Events.NONE);
                ClusterPlacement placement =
                        new ClusterPlacement(
                                PlacementSettings.alone("n"),
                                journal,
                                log(journal),
                                PlacementNetwork.NONE,
                                InstantSource.system(),
                                new SplittableRandom(),
                                Events.NONE)) {
            placement.open();
            long open = System.currentTimeMillis();
            placement.register(new Node("n", Set.of(Role.MQTT_SERVER), Map.of())).join();
            long registered = System.currentTimeMillis();
            System.out.println(
                    "JVM start to main "
                            + (begun - jvm)
                            + " ms, open "
                            + (open - begun)
                            + " ms, first register "
                            + (registered - open)
                            + " ms, threads "
                            + ManagementFactory.getThreadMXBean().getThreadCount());
        }
        System.out.println(
                "all " + (System.currentTimeMillis() - jvm) + " ms with close, since JVM start");
    }

    private static Shard log(Journal journal) throws IOException {
        journal.open();
        return journal.shard(
                "placement",
                new ShardSettings(1 << 20, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED));
    }
}
