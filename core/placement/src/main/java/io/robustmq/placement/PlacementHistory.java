package io.robustmq.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, and the state that they lead to, for those who follow them. Any thread.
 *
 * <p>Bounds: {@link #KEPT} changes of {@link #KEPT_BYTES} together, about; the oldest go. Who needs
 * one of those gets the state instead.
 */
final class PlacementHistory {
    static final int KEPT = 65_536;
    static final long KEPT_BYTES = 32 << 20;

    /** What is handed over at once, about; at least one change. */
    static final int MOST = 256;

    static final long MOST_BYTES = 1 << 20;

    private final int maxChanges;
    private final long maxBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // under the lock

    /** As a ring: {@link #size} changes from {@link #oldest} on, round the end. */
    private final @Nullable PlacementChange[] ring;

    private int oldest;
    private int size;
    private long bytes;

    /** All changes after it are there. */
    private long begin;

    /** Counts histories: a revision is of one. */
    private int turn;

    private PlacementState state = PlacementState.EMPTY;

    PlacementHistory() {
        this(KEPT, KEPT_BYTES);
    }

    PlacementHistory(int maxChanges, long maxBytes) {
        this.maxChanges = maxChanges;
        this.maxBytes = maxBytes;
        ring = new @Nullable PlacementChange[maxChanges];
    }

    /** The next step; or any state, if what was between is not known. */
    void add(PlacementState.Step step) {
        lock.lock();
        try {
            if (step.state().revision() != state.revision() + 1) {
                begin(step.state());
            } else {
                take(step.state(), step.change());
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next change of a copy, which need not hear of all.
     *
     * @param change null if what was between is of no interest here
     */
    void follow(PlacementState after, @Nullable PlacementChange change) {
        lock.lock();
        try {
            take(after, change);
        } finally {
            lock.unlock();
        }
    }

    /** Whatever was before: also a state of another history, with a revision that is less. */
    void restart(PlacementState with) {
        lock.lock();
        try {
            turn++;
            begin(with);
        } finally {
            lock.unlock();
        }
    }

    private void begin(PlacementState with) {
        while (size > 0) {
            drop();
        }
        begin = with.revision();
        state = with;
        news.signalAll();
    }

    private void take(PlacementState after, @Nullable PlacementChange change) {
        if (change != null) {
            while (size > 0 && (size == maxChanges || bytes + change.bytes() > maxBytes)) {
                begin = drop().revision();
            }
            ring[place(size)] = change;
            size++;
            bytes += change.bytes();
        }
        state = after;
        news.signalAll();
    }

    private PlacementChange drop() {
        PlacementChange dropped = at(0);
        ring[oldest] = null;
        oldest = place(1);
        size--;
        bytes -= dropped.bytes();
        return dropped;
    }

    private int place(int n) {
        return (oldest + n) % maxChanges;
    }

    private PlacementChange at(int n) {
        PlacementChange change = ring[place(n)];
        if (change == null) {
            throw new IllegalStateException("change " + n + " of " + size + " is not there");
        }
        return change;
    }

    long begin() {
        lock.lock();
        try {
            return begin;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What one who follows is to get next.
     *
     * @param revision all that changed up to there is in it
     * @param turn of which history that revision is
     */
    record Found(List<PlacementChange> changes, long revision, int turn) {}

    int turn() {
        lock.lock();
        try {
            return turn;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes after {@code seen} in their order, or the whole state if some of them are gone. Waits
     * for one; without any once the time is over, or it is to stop, see {@link #wake}.
     */
    Found after(long seen, int seenTurn, long waitNanos, BooleanSupplier isStopped) {
        lock.lock();
        try {
            long left = waitNanos;
            while (true) {
                if (seen < begin || seenTurn != turn) {
                    return new Found(
                            List.of(new PlacementChange.Whole(new PlacementView(state))),
                            state.revision(),
                            turn);
                }
                List<PlacementChange> found = found(seen);
                if (!found.isEmpty()) {
                    return new Found(found, found.getLast().revision(), turn);
                }
                if (left <= 0 || isStopped.getAsBoolean()) {
                    return new Found(found, Math.max(seen, state.revision()), turn);
                }
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a watch is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    private List<PlacementChange> found(long seen) {
        List<PlacementChange> found = new ArrayList<>();
        long foundBytes = 0;
        for (int n = firstAfter(seen);
                n < size && found.size() < MOST && foundBytes < MOST_BYTES;
                n++) {
            found.add(at(n));
            foundBytes += at(n).bytes();
        }
        return found;
    }

    private int firstAfter(long seen) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).revision() > seen) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Has who waits look whether to stop. */
    void wake() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
