package io.robustmq.placement;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * Hands the changes of a {@link PlacementHistory} to a watcher. Nothing is kept for a slow one but
 * its place: if that is too far back, the whole state takes the place of what it missed. A thread
 * of its own runs it.
 */
final class Watch implements Runnable, AutoCloseable {
    private final PlacementHistory history;
    private final Interests interests;
    private final Consumer<PlacementChange> watcher;
    private final LongPredicate progress;
    private final LongSupplier pauseNanos;
    private volatile boolean closed;

    // only the thread that runs it; everything up to there was handed over
    private long seen;
    private int turn;

    /**
     * @param fromRevision may be one that this node does not know yet
     */
    Watch(
            PlacementHistory history,
            long fromRevision,
            Set<Interest> interests,
            Consumer<PlacementChange> watcher) {
        this(history, fromRevision, interests, watcher, revision -> true, () -> Long.MAX_VALUE);
    }

    /**
     * @param progress told, after what it got and each so often, up to which revision the watcher
     *     has all that is of interest to it; ends the watch with false
     */
    Watch(
            PlacementHistory history,
            long fromRevision,
            Set<Interest> interests,
            Consumer<PlacementChange> watcher,
            LongPredicate progress,
            LongSupplier pauseNanos) {
        this.history = history;
        this.interests = new Interests(interests);
        this.watcher = watcher;
        this.progress = progress;
        this.pauseNanos = pauseNanos;
        seen = fromRevision;
        turn = history.turn();
    }

    @Override
    public void run() {
        boolean wanted = true;
        while (wanted && !closed) {
            PlacementHistory.Found next =
                    history.after(seen, turn, pauseNanos.getAsLong(), this::isClosed);
            for (PlacementChange change : next.changes()) {
                if (closed) {
                    return;
                }
                PlacementChange ofInterest = interests.of(change);
                if (ofInterest != null) {
                    watcher.accept(ofInterest);
                }
            }
            seen = next.revision();
            turn = next.turn();
            wanted = progress.test(seen);
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
