package io.robustmq.placement;

import java.util.List;
import java.util.function.Consumer;

/** Hands the changes of a {@link PlacementHistory} to a watcher. A thread of its own runs it. */
final class Watch implements Runnable, AutoCloseable {
    private static final int MOST = 256;

    private final PlacementHistory history;
    private final Consumer<NodeChange> watcher;
    private volatile boolean closed;

    /** The last change handed over. */
    private long seen;

    Watch(PlacementHistory history, long fromRevision, Consumer<NodeChange> watcher) {
        this.history = history;
        this.watcher = watcher;
        seen = fromRevision;
    }

    @Override
    public void run() {
        while (!closed) {
            List<NodeChange> next = history.after(seen, MOST, this);
            if (next == null) {
                throw new IllegalStateException(
                        "a watch at revision " + seen + " is too far behind to go on");
            }
            for (NodeChange change : next) {
                if (!closed) {
                    watcher.accept(change);
                    seen = change.revision();
                }
            }
        }
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        history.wake();
    }
}
