package io.robustmq.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Appends on their way from any thread to the writer's, a {@link Lane} for each shard.
 *
 * <p>Bound: {@link #MAX_BYTES} of all lanes together. Above it an append fails with {@link
 * JournalFullException} at once; nobody is blocked, and what waits is not touched. The caller slows
 * its own source down or refuses its client.
 */
final class AppendQueue {
    /** Frames of what waits. */
    static final long MAX_BYTES = 64L << 20;

    /** What waits for one shard. Under the queue's lock. */
    static final class Lane {
        private final ShardLog log;
        private final ArrayDeque<Append> waiting = new ArrayDeque<>();
        private long waitingBytes;
        private boolean ready;

        /** Why appends are refused; null while they are taken. */
        private @Nullable IOException refusal;

        Lane(ShardLog log, IOException refusal) {
            this.log = log;
            this.refusal = refusal;
        }

        ShardLog log() {
            return log;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final ArrayDeque<Lane> ready = new ArrayDeque<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private long waitingBytes;
    private boolean woken;

    void offer(Lane lane, Append append) {
        IOException refusal;
        append.offered(System.nanoTime());
        lock.lock();
        try {
            refusal = taken(lane, append);
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            append.failed(refusal);
        }
    }

    /** In this order; once one is refused, all after it are. */
    void offer(Lane lane, List<? extends Append> appends) {
        IOException refusal = null;
        int taken = 0;
        long nanos = System.nanoTime();
        lock.lock();
        try {
            while (taken < appends.size() && refusal == null) {
                appends.get(taken).offered(nanos);
                refusal = taken(lane, appends.get(taken));
                if (refusal == null) {
                    taken++;
                }
            }
        } finally {
            lock.unlock();
        }
        if (refusal != null) {
            for (Append append : appends.subList(taken, appends.size())) {
                append.failed(refusal);
            }
        }
    }

    private @Nullable IOException taken(Lane lane, Append append) {
        if (lane.refusal != null) {
            return lane.refusal;
        }
        int bytes = append.frameBytes();
        if (waitingBytes + bytes > MAX_BYTES) {
            return new JournalFullException(
                    "the append queue holds at most "
                            + MAX_BYTES
                            + " bytes, "
                            + waitingBytes
                            + " wait and "
                            + bytes
                            + " would be added");
        }
        lane.waiting.add(append);
        lane.waitingBytes += bytes;
        waitingBytes += bytes;
        if (!lane.ready) {
            lane.ready = true;
            ready.add(lane);
            arrived.signal();
        }
        return null;
    }

    /** Takes appends from now on. */
    void accept(Lane lane) {
        lock.lock();
        try {
            lane.refusal = null;
        } finally {
            lock.unlock();
        }
    }

    /** Takes appends after a failure, unless the lane was closed meanwhile. */
    void acceptAgain(Lane lane) {
        lock.lock();
        try {
            if (lane.refusal instanceof JournalFailedException) {
                lane.refusal = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses further appends; what waits still comes out. */
    void refuse(Lane lane, IOException reason) {
        lock.lock();
        try {
            lane.refusal = reason;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses further appends, unless the lane is closed already, and takes all that waits. */
    List<Append> abandon(Lane lane, JournalFailedException reason) {
        lock.lock();
        try {
            if (!(lane.refusal instanceof JournalClosedException)) {
                lane.refusal = reason;
            }
            List<Append> all = new ArrayList<>(lane.waiting);
            lane.waiting.clear();
            waitingBytes -= lane.waitingBytes;
            lane.waitingBytes = 0;
            return all;
        } finally {
            lock.unlock();
        }
    }

    /** Has the writer's thread run {@code task}. */
    void post(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            woken = true;
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an append, a task or the time. */
    void await(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (ready.isEmpty() && !woken && left > 0) {
                left = arrived.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the journal's thread is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    /** Moves the lanes with work, and the tasks. */
    void drain(List<Lane> lanes, List<Runnable> toRun) {
        lock.lock();
        try {
            for (Lane lane = ready.poll(); lane != null; lane = ready.poll()) {
                lane.ready = false;
                lanes.add(lane);
            }
            toRun.addAll(tasks);
            tasks.clear();
            woken = false;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves appends to {@code batch}: the first if it has at most {@code first} bytes, and those
     * after it as long as all together have at most {@code most}. What is left makes the lane ready
     * again.
     *
     * @return their bytes; 0 if nothing waits; -1 if the first is too big
     */
    int take(Lane lane, List<Append> batch, long first, long most) {
        lock.lock();
        try {
            int taken = 0;
            for (Append next = lane.waiting.peek(); next != null; next = lane.waiting.peek()) {
                int bytes = next.frameBytes();
                if (taken + bytes > (taken == 0 ? first : most)) {
                    break;
                }
                batch.add(lane.waiting.remove());
                taken += bytes;
            }
            lane.waitingBytes -= taken;
            waitingBytes -= taken;
            if (lane.waiting.isEmpty()) {
                return taken;
            }
            if (!lane.ready) {
                lane.ready = true;
                ready.add(lane);
            }
            return taken == 0 ? -1 : taken;
        } finally {
            lock.unlock();
        }
    }

    long waitingBytes(@Nullable Lane ofLane) {
        lock.lock();
        try {
            return ofLane == null ? waitingBytes : ofLane.waitingBytes;
        } finally {
            lock.unlock();
        }
    }
}
