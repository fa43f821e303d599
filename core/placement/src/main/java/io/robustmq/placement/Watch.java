package io.robustmq.placement;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hands the changes of a {@link PlacementHistory} to a watcher. Nothing is kept for a slow one but
 * its place: if that is too far back, the whole state takes the place of what it missed. A thread
 * of its own runs it.
 */
final class Watch implements Runnable, AutoCloseable {
    private final PlacementHistory history;
    private final Interests interests;
    private final Consumer<PlacementChange> watcher;
    private volatile boolean closed;

    /** Everything up to it was handed over. Only the thread that runs it. */
    private long seen;

    /**
     * @param fromRevision may be one that this node does not know yet
     */
    Watch(
            PlacementHistory history,
            long fromRevision,
            Set<Interest> interests,
            Consumer<PlacementChange> watcher) {
        this.history = history;
        this.interests = new Interests(interests);
        this.watcher = watcher;
        seen = fromRevision;
    }

    @Override
    public void run() {
        while (!closed) {
            List<PlacementChange> next = history.after(seen, this::isClosed);
            for (PlacementChange change : next) {
                if (closed) {
                    return;
                }
                PlacementChange wanted = interests.of(change);
                if (wanted != null) {
                    watcher.accept(wanted);
                }
                seen = change.revision();
            }
        }
    }

    private boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        history.wake();
    }
}
