package io.robustmq.placement;

import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A thread with a queue and timers. What it has at once it does in one go, and then what is due
 * after that: so many changes share a sync.
 *
 * <p>Unbounded by itself: changes that wait are bounded by {@link RaftMember#MAX_WAITING}, and Raft
 * has a few timers.
 */
final class RaftThread implements RaftLoop, AutoCloseable {
    private record Timer(long atNanos, long number, Runnable task) {}

    private final Runnable afterEach;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Thread thread =
            Thread.ofPlatform().name("placement-raft").daemon().unstarted(this::run);

    // under the lock
    private ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private ArrayDeque<Runnable> spare = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>((a, b) -> {
                int byTime = Long.signum(a.atNanos - b.atNanos);
                return byTime != 0 ? byTime : Long.compare(a.number, b.number);
            });
    private long timersSet;
    private boolean closed;

    /**
     * @param afterEach done after what was there at once
     */
    RaftThread(Runnable afterEach) {
        this.afterEach = afterEach;
    }

    void start() {
        thread.start();
    }

    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            waiting.add(task);
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void schedule(Runnable task, long delayMillis) {
        lock.lock();
        try {
            long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMillis);
            timers.add(new Timer(at, timersSet++, task));
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        for (ArrayDeque<Runnable> due = take(); due != null; due = take()) {
            for (Runnable task = due.poll(); task != null; task = due.poll()) {
                task.run();
            }
            afterEach.run();
        }
    }

    /** What is due, at least one; null when closed and nothing waits. */
    private @Nullable ArrayDeque<Runnable> take() {
        lock.lock();
        try {
            while (true) {
                long now = System.nanoTime();
                while (!timers.isEmpty() && timers.peek().atNanos - now <= 0) {
                    waiting.add(timers.remove().task);
                }
                if (!waiting.isEmpty()) {
                    ArrayDeque<Runnable> due = waiting;
                    waiting = spare;
                    spare = due;
                    return due;
                }
                if (closed) {
                    return null;
                }
                if (timers.isEmpty()) {
                    news.await();
                } else {
                    news.awaitNanos(timers.peek().atNanos - now);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("placement's thread is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends after what waits now; timers are forgotten. Not from the thread itself. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            timers.clear();
            news.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
