package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Latency;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Records per second of one shard, 64 producers that each wait for their record before the next.
 * Run it as a program: [directory] [seconds].
 */
final class AppendBenchmark {
    private static final int PRODUCERS = 64;
    private static final int PAYLOAD_BYTES = 256;

    private AppendBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path directory = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("append");
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        for (Durability durability : List.of(Durability.FSYNC, Durability.OS)) {
            run(directory, durability, seconds);
        }
    }

    private static void run(Path directory, Durability durability, int seconds) throws Exception {
        String shard = durability.name().toLowerCase(Locale.ROOT);
        try (Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(10)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE)) {
            journal.open();
            Shard log =
                    journal.shard(
                            shard,
                            new ShardSettings(
                                    64L << 20, Duration.ZERO, durability, Retention.FOREVER));
            LongAdder records = new LongAdder();
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            List<Thread> producers = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                producers.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    byte[] payload = new byte[PAYLOAD_BYTES];
                                    while (System.nanoTime() < end) {
                                        log.append(payload).join();
                                        records.increment();
                                    }
                                }));
            }
            for (Thread producer : producers) {
                producer.join();
            }
            Latency syncs = log.measures().syncs();
            long count = Arrays.stream(syncs.counts()).sum();
            System.out.printf(
                    Locale.ROOT,
                    "%-5s %,d records/s, %,d syncs/s of %.2f ms%n",
                    durability,
                    records.sum() / seconds,
                    count / seconds,
                    count == 0 ? 0 : 1000 * syncs.sumSeconds() / count);
        }
    }
}
