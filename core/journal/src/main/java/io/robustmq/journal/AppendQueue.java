package io.robustmq.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Appends that wait for the writer, in the order of their offsets. Any thread offers, one takes.
 *
 * <p>Bound: {@link #MAX_BYTES}. When full, {@link #offer} fails the append with {@link
 * JournalFullException} at once; nobody is blocked, and what waits is not touched. The caller slows
 * its own source down or refuses its client.
 */
final class AppendQueue {
    /** Payloads and frame headers of what waits. */
    static final long MAX_BYTES = 64L << 20;

    /** What ended the wait of the writer. */
    enum Wake {
        WORK,
        TIME,
        CLOSED
    }

    record Append(byte[] payload, CompletableFuture<Long> offset) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Append> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean open;
    private IOException refusal = new JournalClosedException("the journal is not open yet");

    void open() {
        lock.lock();
        try {
            open = true;
        } finally {
            lock.unlock();
        }
    }

    CompletableFuture<Long> offer(byte[] payload) {
        lock.lock();
        try {
            if (!open) {
                return CompletableFuture.failedFuture(refusal);
            }
            long bytes = Frame.bytes(payload);
            if (waitingBytes + bytes > MAX_BYTES) {
                return CompletableFuture.failedFuture(
                        new JournalFullException(
                                "the append queue holds at most "
                                        + MAX_BYTES
                                        + " bytes, "
                                        + waitingBytes
                                        + " wait and "
                                        + bytes
                                        + " would be added"));
            }
            Append append = new Append(payload, new CompletableFuture<>());
            waiting.add(append);
            waitingBytes += bytes;
            if (waiting.size() == 1) {
                arrived.signal();
            }
            return append.offset;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses further appends with {@code reason}; what waits still comes out. */
    void closeInOrder(JournalClosedException reason) {
        lock.lock();
        try {
            if (open) {
                open = false;
                refusal = reason;
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses further appends with {@code reason}, and takes all that waits. */
    List<Append> abandon(JournalFailedException reason) {
        lock.lock();
        try {
            open = false;
            refusal = reason;
            List<Append> all = new ArrayList<>(waiting);
            waiting.clear();
            waitingBytes = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an append, the time or the end; CLOSED only when nothing waits any more. */
    Wake await(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (waiting.isEmpty() && open && left > 0) {
                left = arrived.awaitNanos(left);
            }
            if (!waiting.isEmpty()) {
                return Wake.WORK;
            }
            return open ? Wake.TIME : Wake.CLOSED;
        } catch (InterruptedException e) {
            throw new IllegalStateException("the journal's thread is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves appends to {@code batch}: the first if it has at most {@code room} bytes, and those
     * after it as long as all together have at most {@code room} and {@code batchBytes}.
     *
     * @return their bytes, 0 if the first is too big
     */
    long take(List<Append> batch, long room, long batchBytes) {
        lock.lock();
        try {
            long taken = 0;
            for (Append next = waiting.peek(); next != null; next = waiting.peek()) {
                long bytes = Frame.bytes(next.payload);
                long limit = taken == 0 ? room : Math.min(room, batchBytes);
                if (taken + bytes > limit) {
                    break;
                }
                batch.add(waiting.remove());
                taken += bytes;
            }
            waitingBytes -= taken;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Longer than any process lives. */
    static final long FOREVER_NANOS = TimeUnit.DAYS.toNanos(10_000);
}
