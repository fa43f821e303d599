package io.robustmq.placement;

import io.robustmq.journal.Shard;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Follows the log with a state of its own, so that nothing is kept for a slow watcher but its
 * place. A thread of its own runs it.
 */
final class Watch implements Runnable, AutoCloseable {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Shard log;
    private final PlacementService service;
    private final long fromRevision;
    private final Consumer<PlacementChange> watcher;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private boolean closed;

    /** The fold up to the last command read. */
    private PlacementState seen = PlacementState.EMPTY;

    Watch(
            Shard log,
            PlacementService service,
            long fromRevision,
            Consumer<PlacementChange> watcher) {
        this.log = log;
        this.service = service;
        this.fromRevision = fromRevision;
        this.watcher = watcher;
    }

    @Override
    public void run() {
        for (long revision = awaitNews(); revision > 0; revision = awaitNews()) {
            try {
                handOver(revision);
            } catch (IOException e) {
                pause(); // the journal has reported it; it may be better in a while
            }
        }
    }

    private void pause() {
        lock.lock();
        try {
            long left = RETRY_NANOS;
            while (!closed && left > 0) {
                left = news.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a watch is nobody's to interrupt", e);
        } finally {
            lock.unlock();
        }
    }

    /** The state moved on. Any thread. */
    void advanced() {
        lock.lock();
        try {
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The state's revision once it is after what was seen; 0 when the watch is over. */
    private long awaitNews() {
        lock.lock();
        try {
            while (!closed && service.state().revision() <= seen.revision()) {
                news.awaitUninterruptibly();
            }
            return closed ? 0 : service.state().revision();
        } finally {
            lock.unlock();
        }
    }

    private void handOver(long revision) throws IOException {
        log.read(
                seen.revision(),
                (index, epochMillis, payload) -> {
                    if (index >= revision || isClosed()) {
                        return false;
                    }
                    PlacementState.Step step = seen.apply(Command.decoded(payload));
                    seen = step.state();
                    if (step.change() != null && seen.revision() > fromRevision) {
                        watcher.accept(step.change());
                    }
                    return true;
                });
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
