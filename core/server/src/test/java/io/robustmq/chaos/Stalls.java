package io.robustmq.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long the machine itself stood still: a thread that wants to run each 20 ms and notes by how
 * much it came late.
 */
final class Stalls implements AutoCloseable {
    private static final long PAUSE_MILLIS = 20;
    private static final long LATE_MILLIS = 60;

    private final List<long[]> stalls = new ArrayList<>();
    private final Thread thread = new Thread(this::watch, "stalls");
    private volatile boolean closing;

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        long last = System.nanoTime();
        try {
            while (!closing) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
                long now = System.nanoTime();
                if (now - last > TimeUnit.MILLISECONDS.toNanos(LATE_MILLIS)) {
                    synchronized (this) {
                        stalls.add(new long[] {last, now});
                    }
                }
                last = now;
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of the time between two times of System.nanoTime, so much in milliseconds. */
    synchronized long between(long from, long to) {
        long nanos = 0;
        for (long[] stall : stalls) {
            nanos += Math.max(0, Math.min(to, stall[1]) - Math.max(from, stall[0]));
        }
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public void close() {
        closing = true;
    }
}
