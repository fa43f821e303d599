package io.robustmq.placement;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Those who follow one history. Any thread. */
final class Watches implements AutoCloseable {
    private final PlacementHistory history;
    private final List<Watch> running = new CopyOnWriteArrayList<>();
    private final AtomicInteger following = new AtomicInteger();
    private volatile boolean closed;

    Watches(PlacementHistory history) {
        this.history = history;
    }

    /** On a thread of its own. */
    AutoCloseable begin(
            long fromRevision, Set<Interest> interests, Consumer<PlacementChange> watcher) {
        Watch watch = new Watch(history, fromRevision, interests, watcher);
        running.add(watch);
        Thread.ofVirtual().name("placement-watch").start(() -> run(watch));
        return watch;
    }

    /** On the caller's thread, until it ends. */
    void follow(Watch watch) {
        running.add(watch);
        following.incrementAndGet();
        try {
            run(watch);
        } finally {
            following.decrementAndGet();
        }
    }

    /** Of those who have a copy elsewhere. */
    int following() {
        return following.get();
    }

    private void run(Watch watch) {
        try {
            if (!closed) {
                watch.run();
            }
        } finally {
            running.remove(watch);
        }
    }

    @Override
    public void close() {
        closed = true;
        running.forEach(Watch::close);
    }
}
