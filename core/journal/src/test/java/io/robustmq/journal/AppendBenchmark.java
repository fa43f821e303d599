package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Latency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Records per second of one shard. A program, not JMH: what is measured are producers that wait for
 * each other's sync. bin/bench-journal runs it beside fio.
 *
 * <p>Arguments: directory, seconds, producers, records in flight of each, durability. {@code
 * threads} instead of the records in flight: producers that wait for each record, a virtual thread
 * each.
 */
final class AppendBenchmark {
    private static final int PAYLOAD_BYTES = 256;

    private AppendBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[0]));
        int seconds = Integer.parseInt(args[1]);
        int producers = Integer.parseInt(args[2]);
        Durability durability = Durability.valueOf(args[4]);
        try (Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofSeconds(10)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE)) {
            journal.open();
            Shard shard =
                    journal.shard(
                            "bench",
                            new ShardSettings(
                                    64L << 20,
                                    Duration.ZERO,
                                    durability,
                                    new Retention(512L << 20, Duration.ZERO, false)));
            Load load =
                    args[3].equals("threads")
                            ? new Threads(shard, producers)
                            : new Rings(shard, producers, Integer.parseInt(args[3]));
            load.run(Duration.ofSeconds(2)); // warm up
            long syncs = count(shard);
            double syncSeconds = shard.measures().syncs().sumSeconds();
            long begun = System.nanoTime();
            long records = load.run(Duration.ofSeconds(seconds));
            double took = (System.nanoTime() - begun) / 1e9;
            syncs = count(shard) - syncs;
            syncSeconds = shard.measures().syncs().sumSeconds() - syncSeconds;
            long groupBytes = syncs == 0 ? 0 : records * Frame.bytes(PAYLOAD_BYTES, 0) / syncs;
            System.out.printf(
                    Locale.ROOT,
                    "%s records/s %.0f MB/s %.1f syncs/s %.0f sync_us %.0f group_bytes %d%n",
                    durability,
                    records / took,
                    records * (double) Frame.bytes(PAYLOAD_BYTES, 0) / took / 1e6,
                    syncs / took,
                    syncs == 0 ? 0 : 1e6 * syncSeconds / syncs,
                    groupBytes);
        }
        if (args.length > 5) {
            delete(directory);
        }
    }

    private static long count(Shard shard) {
        Latency syncs = shard.measures().syncs();
        return Arrays.stream(syncs.counts()).sum();
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    private interface Load {
        /** Records acknowledged. */
        long run(Duration time) throws InterruptedException;
    }

    /** Producers that each wait for their record before the next. */
    private record Threads(Shard shard, int producers) implements Load {
        @Override
        public long run(Duration time) throws InterruptedException {
            AtomicLong records = new AtomicLong();
            long end = System.nanoTime() + time.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < producers; i++) {
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    long mine = 0;
                                    byte[] payload = new byte[PAYLOAD_BYTES];
                                    while (System.nanoTime() < end) {
                                        shard.append(payload).join();
                                        mine++;
                                    }
                                    records.addAndGet(mine);
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            return records.get();
        }
    }

    /** Producers as an event loop is one: each record that is told makes room for the next. */
    private record Rings(Shard shard, int producers, int inFlight) implements Load {
        @Override
        public long run(Duration time) throws InterruptedException {
            AtomicLong records = new AtomicLong();
            long end = System.nanoTime() + time.toNanos();
            CountDownLatch ended = new CountDownLatch(producers * inFlight);
            byte[] payload = new byte[PAYLOAD_BYTES];
            List<Append> told = new ArrayList<>();
            final class Next extends Append {
                Next() {
                    super(payload);
                }

                @Override
                protected void appended(long offset, long epochMillis) {
                    records.setPlain(records.getPlain() + 1); // the writer's thread alone
                    if (System.nanoTime() < end) {
                        told.add(new Next());
                    } else {
                        ended.countDown();
                    }
                }

                @Override
                protected void failed(IOException why) {
                    ended.countDown();
                }
            }
            shard.afterGroup(() -> {
                shard.append(told);
                told.clear();
            });
            for (int i = 0; i < producers * inFlight; i++) {
                shard.append(new Next());
            }
            ended.await();
            return records.get();
        }
    }
}
