package io.robustmq.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * So many connections at a time, each of which does something and leaves, most of them
 * well-behaved. All are open at once before the first leaves, but for those that the broker is to
 * put out.
 */
final class Visitors {
    /** Between connecting and CONNACK: a queue of the kernel's is not what is tried here. */
    private static final int AT_ONCE = 200;

    private static final long LIMIT_MINUTES = 5;

    private enum Manner {
        POLITE,
        RESET,
        /** Closes without a word. */
        MUTE,
        /** Never sends CONNECT. */
        SILENT,
        /** Stops in the middle of CONNECT. */
        HALF,
        /** Connects and is not heard of any more. */
        GONE
    }

    private final int port;
    private final long seed;
    private final Semaphore connecting = new Semaphore(AT_ONCE);

    Visitors(int port, long seed) {
        this.port = port;
        this.seed = seed;
    }

    /** Returns when all have come and gone; fails if one was not treated as it should. */
    void round(int round, int connections) throws Exception {
        CountDownLatch here = new CountDownLatch(connections);
        List<Future<?>> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < connections; i++) {
                int number = i;
                all.add(
                        threads.submit(() -> {
                            Random random = new Random(seed + 31L * round + number);
                            visit(number, connections, manner(random), random, here);
                            return null;
                        }));
            }
            for (Future<?> each : all) {
                each.get(LIMIT_MINUTES, TimeUnit.MINUTES);
            }
        }
    }

    private static Manner manner(Random random) {
        int choice = random.nextInt(20);
        Manner[] rare = {Manner.SILENT, Manner.HALF, Manner.GONE};
        return choice < rare.length
                ? rare[choice]
                : choice < 12 ? Manner.POLITE : choice < 16 ? Manner.RESET : Manner.MUTE;
    }

    private void visit(int number, int of, Manner manner, Random random, CountDownLatch here)
            throws Exception {
        boolean counted = false;
        connecting.acquire();
        boolean queued = true;
        try (Line line = new Line(port)) {
            switch (manner) {
                case SILENT -> {}
                case HALF -> line.raw(new byte[] {0x10, 20, 0, 4, 'M'});
                case GONE -> line.connect("visitor-" + number, 1);
                case POLITE, RESET, MUTE -> line.connect("visitor-" + number, 120);
            }
            connecting.release();
            queued = false;
            here.countDown();
            counted = true;
            switch (manner) {
                case SILENT, HALF, GONE -> line.awaitEnd();
                case POLITE, RESET, MUTE -> {
                    serve(line, number, of, random);
                    here.await();
                    leave(line, manner);
                }
            }
        } finally {
            if (queued) {
                connecting.release();
            }
            if (!counted) {
                here.countDown();
            }
        }
    }

    /** Gets what others publish, and publishes to others. */
    private static void serve(Line line, int number, int of, Random random) throws IOException {
        line.subscribe("visit/" + number, random.nextInt(3));
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String to = "visit/" + random.nextInt(of);
            line.published(to, random.nextInt(3), i, "from " + number);
        }
    }

    private static void leave(Line line, Manner manner) throws IOException {
        switch (manner) {
            case POLITE -> {
                line.disconnect();
                line.awaitEnd();
            }
            case RESET -> line.reset();
            case MUTE, SILENT, HALF, GONE -> {}
        }
    }
}
