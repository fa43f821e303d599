package io.robustmq.server;

import io.robustmq.journal.Append;
import io.robustmq.replication.WriterSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A main: acknowledged records per second of a replicated log and what one waits, with placement
 * and three journal servers in this process, on loopback, fsync. {@code ReplicatedLogRate directory
 * [bytes [waiting [seconds]]]}
 */
final class ReplicatedLogRate {
    private static final int WARM_SECONDS = 3;

    private final long[] nanos = new long[1 << 22];
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong acknowledged = new AtomicLong();
    private final Semaphore window;
    private volatile boolean measuring;

    private ReplicatedLogRate(int waiting) {
        window = new Semaphore(waiting);
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "rate");
        int bytes = number(arguments, 1, 100);
        int waiting = number(arguments, 2, 4096);
        int seconds = number(arguments, 3, 10);
        try (ReplicatedCluster cluster = ReplicatedCluster.in(directory, "j1", "j2", "j3")) {
            ReplicatedLog log =
                    new ReplicatedLog(
                            "rate", WriterSettings.STANDARD, cluster.client("m1"), () -> {});
            log.open(Duration.ofSeconds(20));
            new ReplicatedLogRate(waiting).run(log, bytes, waiting, seconds);
            log.close();
        }
        System.exit(0);
    }

    private static int number(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }

    private void run(ReplicatedLog log, int bytes, int waiting, int seconds)
            throws InterruptedException {
        long begun = System.nanoTime();
        long measured = begun + WARM_SECONDS * 1_000_000_000L;
        long end = measured + seconds * 1_000_000_000L;
        long from = 0;
        while (System.nanoTime() < end) {
            window.acquire();
            int more = Math.min(window.drainPermits(), 511);
            log.append(
                    java.util.stream.IntStream.rangeClosed(0, more)
                            .mapToObj(one -> new One(new byte[bytes]))
                            .toList());
            if (!measuring && System.nanoTime() > measured) {
                measured = System.nanoTime();
                from = acknowledged.get();
                measuring = true;
            }
        }
        double took = (System.nanoTime() - measured) / 1e9;
        double rate = (acknowledged.get() - from) / took;
        long[] sorted = Arrays.copyOf(nanos, Math.min(taken.get(), nanos.length));
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%d bytes, %d waiting: %.0f records/s, p50 %.2f ms, p99 %.2f ms%n",
                bytes,
                waiting,
                rate,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6);
        window.acquire(waiting);
    }

    private final class One extends Append {
        private final long begun = System.nanoTime();

        One(byte[] payload) {
            super(payload);
        }

        @Override
        public void appended(long offset, long epochMillis) {
            acknowledged.incrementAndGet();
            if (measuring) {
                int at = taken.getAndIncrement();
                if (at < nanos.length) {
                    nanos[at] = System.nanoTime() - begun;
                }
            }
            window.release();
        }

        @Override
        public void failed(IOException why) {
            throw new AssertionError(why);
        }
    }
}
