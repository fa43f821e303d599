package io.robustmq.server;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A thread for state machines of replication: does what it is handed, all that is there at once in
 * one round, and ticks. A defect ends it, and is told.
 *
 * <p>Unbounded by itself: who hands something over bounds what is under way.
 */
final class ReplicationLoop implements Executor, AutoCloseable {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What it is for. Each runs on the thread. */
    interface Work {
        /** Now and then, whether there is something to do or not. */
        void tick();

        /** After all that was there at once. */
        void afterRound();

        /** The thread ends because of a defect, and nothing runs after this. */
        void died(Throwable defect);
    }

    private final Work work;
    private final Events events;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // under the lock
    private ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private ArrayDeque<Runnable> spare = new ArrayDeque<>();
    private boolean closed;

    // on the thread
    private long tickedAt;

    ReplicationLoop(String name, Work work, Events events) {
        this.work = work;
        this.events = events;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void open() {
        tickedAt = System.nanoTime();
        thread.start();
    }

    /** Nothing happens with it when that is over. */
    @Override
    public void execute(Runnable task) {
        lock.lock();
        try {
            if (!closed) {
                waiting.add(task);
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isOn() {
        return Thread.currentThread() == thread;
    }

    private void run() {
        try {
            for (ArrayDeque<Runnable> due = take(); due != null; due = take()) {
                for (Runnable task = due.poll(); task != null; task = due.poll()) {
                    task.run();
                }
                long now = System.nanoTime();
                if (now - tickedAt >= TICK_NANOS) {
                    tickedAt = now;
                    work.tick();
                }
                work.afterRound();
            }
        } catch (RuntimeException | Error defect) {
            lock.lock();
            try {
                closed = true;
                waiting.clear();
            } finally {
                lock.unlock();
            }
            events.emit(new ReplicationEvent.ThreadEnded(thread.getName(), Failure.of(defect)));
            work.died(defect);
        }
    }

    /** What is there, maybe nothing when it is time to tick; null when closed and all is done. */
    private @Nullable ArrayDeque<Runnable> take() {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                long left = tickedAt + TICK_NANOS - System.nanoTime();
                if (closed) {
                    return null;
                }
                if (left <= 0) {
                    break;
                }
                news.awaitNanos(left);
            }
            ArrayDeque<Runnable> due = waiting;
            waiting = spare;
            spare = due;
            return due;
        } catch (InterruptedException e) {
            throw new IllegalStateException("this thread is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends after what waits now. Not from the thread itself. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
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
