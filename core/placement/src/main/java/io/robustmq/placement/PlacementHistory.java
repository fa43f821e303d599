package io.robustmq.placement;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last changes, for those who follow them. Any thread.
 *
 * <p>Bound: {@link #KEPT}; the oldest go.
 */
final class PlacementHistory {
    static final int KEPT = 65_536;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // under the lock
    private final ArrayDeque<NodeChange> changes = new ArrayDeque<>();

    /** All changes after it are there. */
    private long begin;

    private long revision;

    void add(PlacementState.Step step) {
        lock.lock();
        try {
            NodeChange change = step.change();
            long to = step.state().revision();
            if (to != revision + 1) {
                changes.clear();
                begin = to;
            } else if (change != null) {
                if (changes.size() == KEPT) {
                    begin = changes.remove().revision();
                }
                changes.add(change);
            }
            revision = to;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    long begin() {
        lock.lock();
        try {
            return begin;
        } finally {
            lock.unlock();
        }
    }

    /** Changes after {@code seen}; null if some of them are gone. Waits for one. */
    @Nullable List<NodeChange> after(long seen, int most, Watch watch) {
        lock.lock();
        try {
            while (!watch.isClosed()) {
                if (begin > seen) {
                    return null;
                }
                List<NodeChange> found = new ArrayList<>();
                for (NodeChange change : changes) {
                    if (change.revision() > seen && found.size() < most) {
                        found.add(change);
                    }
                }
                if (!found.isEmpty()) {
                    return found;
                }
                news.awaitUninterruptibly();
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
