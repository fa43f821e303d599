package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Records of 256 B per second of one shard, from 64 producers. One invocation is many records, as
 * what is measured are producers that wait for each other's sync. bin/bench-journal runs it beside
 * fio.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@SuppressWarnings("NullAway.Init") // JMH sets it up
public class AppendBenchmark {
    private static final int PAYLOAD_BYTES = 256;
    private static final int PRODUCERS = 64;
    private static final int RECORDS = 256_000;

    @Param({"FSYNC", "OS"})
    public Durability durability;

    /** Records in flight of each producer; 0: a virtual thread that waits for each record. */
    @Param({"0", "16"})
    public int inFlight;

    @Param("target/bench/journal")
    public String directory;

    private Journal journal;
    private Shard shard;
    private final byte[] payload = new byte[PAYLOAD_BYTES];

    /** To follow those that were told; the writer's thread. */
    private final List<Append> following = new ArrayList<>();

    /** Per second of the measured iterations, beside the records. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Groups {
        public long syncs;
    }

    @Setup
    public void open() throws IOException {
        journal =
                new Journal(
                        new JournalSettings(
                                List.of(Files.createDirectories(Path.of(directory))),
                                Duration.ofSeconds(10)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        journal.open();
        shard =
                journal.shard(
                        "bench",
                        new ShardSettings(
                                64L << 20,
                                Duration.ZERO,
                                durability,
                                new Retention(512L << 20, Duration.ZERO, false)));
        shard.afterGroup(() -> {
            shard.append(following);
            following.clear();
        });
    }

    @TearDown
    public void close() throws IOException {
        journal.close();
        try (var files = Files.walk(Path.of(directory))) {
            for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void append(Groups groups) throws InterruptedException {
        long before = syncs();
        if (inFlight == 0) {
            threads();
        } else {
            rings();
        }
        groups.syncs += syncs() - before;
    }

    private long syncs() {
        return Arrays.stream(shard.measures().syncs().counts()).sum();
    }

    /** Producers that each wait for their record before the next. */
    private void threads() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int n = 0; n < RECORDS / PRODUCERS; n++) {
                                    shard.append(payload).join();
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Producers as an event loop is one: each record that is told makes room for the next. */
    private void rings() throws InterruptedException {
        int atOnce = PRODUCERS * inFlight;
        AtomicLong left = new AtomicLong(RECORDS - atOnce);
        CountDownLatch ended = new CountDownLatch(atOnce);
        final class Next extends Append {
            Next() {
                super(payload);
            }

            @Override
            public void appended(long offset, long epochMillis) {
                long mine = left.getPlain(); // the writer's thread alone
                left.setPlain(mine - 1);
                if (mine > 0) {
                    following.add(new Next());
                } else {
                    ended.countDown();
                }
            }

            @Override
            public void failed(IOException why) {
                throw new IllegalStateException("the disk failed, so there is no figure", why);
            }
        }
        for (int i = 0; i < atOnce; i++) {
            shard.append(new Next());
        }
        ended.await();
    }

    /** Arguments: directory, seconds, durability, records in flight, file for the result. */
    public static void main(String[] args) throws RunnerException {
        new Runner(
                        new OptionsBuilder()
                                .include(AppendBenchmark.class.getSimpleName())
                                .param("directory", args[0])
                                .warmupIterations(1)
                                .warmupTime(TimeValue.seconds(2))
                                .measurementIterations(1)
                                .measurementTime(TimeValue.seconds(Long.parseLong(args[1])))
                                .param("durability", args[2])
                                .param("inFlight", args[3])
                                .resultFormat(ResultFormatType.JSON)
                                .result(args[4])
                                .build())
                .run();
    }
}
