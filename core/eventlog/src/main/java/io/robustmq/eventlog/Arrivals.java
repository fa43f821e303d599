package io.robustmq.eventlog;

import io.robustmq.journal.Shard;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lets readers wait for the next record of a shard. Any thread. */
final class Arrivals {
    private final Shard shard;
    private final Object stored = new Object();

    Arrivals(Shard shard) {
        this.shard = shard;
        shard.afterGroup(this::wake);
    }

    private void wake() {
        synchronized (stored) {
            stored.notifyAll();
        }
    }

    /** Until there is a record at {@code seq} or behind, at most so long. */
    void await(long seq, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        synchronized (stored) {
            while (shard.nextOffset() <= seq) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    return;
                }
                stored.wait(left);
            }
        }
    }
}
