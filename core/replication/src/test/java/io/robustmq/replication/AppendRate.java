package io.robustmq.replication;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A main: acknowledged records per second of one writer and three replicas in this process, with
 * journals under the directory that is given. {@code AppendRate directory [bytes [waiting
 * [seconds]]]}
 */
final class AppendRate {
    private AppendRate() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "rate");
        int bytes = number(arguments, 1, 100);
        int waiting = number(arguments, 2, 4096);
        int seconds = number(arguments, 3, 10);
        try (RealCluster cluster = new RealCluster(directory, "w-1")) {
            Semaphore window = new Semaphore(waiting);
            AtomicLong acknowledged = new AtomicLong();
            CountDownLatch warm = new CountDownLatch(1);
            long end = System.nanoTime() + (seconds + 3) * 1_000_000_000L;
            AppendOutcome outcome =
                    new AppendOutcome() {
                        @Override
                        public void appended(long offset) {
                            acknowledged.incrementAndGet();
                            window.release();
                            warm.countDown();
                        }

                        @Override
                        public void failed(AppendFailure why) {
                            window.release();
                        }
                    };
            long from = 0;
            long began = 0;
            while (System.nanoTime() < end) {
                window.acquire();
                int more = Math.min(window.drainPermits(), 511);
                cluster.writing.execute(() -> {
                    for (int i = 0; i <= more; i++) {
                        cluster.writer.append(Entry.of(0, new byte[bytes]), outcome);
                    }
                    cluster.writer.flush();
                });
                if (began == 0 && System.nanoTime() > end - seconds * 1_000_000_000L) {
                    began = System.nanoTime();
                    from = acknowledged.get();
                }
            }
            double took = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "%d bytes, %d waiting: %.0f records/s%n",
                    bytes, waiting, (acknowledged.get() - from) / took);
        }
        System.exit(0);
    }

    private static int number(String[] arguments, int at, int otherwise) {
        return arguments.length > at ? Integer.parseInt(arguments[at]) : otherwise;
    }
}
