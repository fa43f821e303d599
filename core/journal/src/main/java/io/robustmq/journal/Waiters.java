package io.robustmq.journal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** Readers that wait for the next record of a shard. */
final class Waiters {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /** Costs the writer one volatile read while nobody waits. */
    private volatile int waiting;

    /**
     * Returns once {@code happened}, which is asked again after each {@link #wake}, or after {@code
     * mostNanos}.
     */
    void await(BooleanSupplier happened, long mostNanos) throws InterruptedException {
        if (happened.getAsBoolean()) {
            return;
        }
        long left = mostNanos;
        lock.lock();
        try {
            waiting =
                    waiting + 1; // before the question, so that whoever changes the answer sees it
            try {
                while (!happened.getAsBoolean() && left > 0) {
                    if (mostNanos == Long.MAX_VALUE) {
                        news.await();
                    } else {
                        left = news.awaitNanos(left);
                    }
                }
            } finally {
                waiting = waiting - 1;
            }
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        if (waiting > 0) {
            lock.lock();
            try {
                news.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
