package io.robustmq.broker;

import io.robustmq.journal.Shard;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/**
 * What one loop writes to the log: gathered, and handed to the journal once per iteration.
 *
 * <p>Bound: {@link #FULL_BYTES} that are not durable yet. Above it the loop's publishers are not
 * read until half is ({@link Connection}).
 */
final class LoopLog {
    private static final long FULL_BYTES = 8L << 20;

    private final Loop loop;
    private final Shard shard;
    private List<LogEntry> batch = new ArrayList<>();
    private long waitingBytes;

    /** Sessions with acknowledgements of this iteration. */
    private final Set<Backlog> acknowledged = new LinkedHashSet<>();

    /** What could not be written and must be, once the log takes appends again. */
    private final Queue<Runnable> again = new ArrayDeque<>();

    LoopLog(Loop loop, Shard shard) {
        this.loop = loop;
        this.shard = shard;
    }

    void add(LogEntry entry) {
        count(entry);
        if (batch.isEmpty()) {
            loop.needsFlush();
        }
        batch.add(entry);
    }

    /** For who must have it in the journal's order now; what was added before comes first. */
    void addAtOnce(LogEntry entry) {
        flush();
        count(entry);
        shard.append(entry);
    }

    private void count(LogEntry entry) {
        waitingBytes += entry.payload().length;
        if (waitingBytes > FULL_BYTES) {
            loop.logIsFull();
        }
    }

    /** What a session's client has acknowledged goes into one record per iteration. */
    void acknowledges(Backlog backlog) {
        if (acknowledged.isEmpty()) {
            loop.needsFlush();
        }
        acknowledged.add(backlog);
    }

    void flush() {
        if (!acknowledged.isEmpty()) {
            for (Backlog each : acknowledged) {
                write(each.done(), () -> acknowledges(each));
            }
            acknowledged.clear();
        }
        if (!batch.isEmpty()) {
            List<LogEntry> entries = batch;
            batch = new ArrayList<>(entries.size());
            shard.append(entries);
        }
    }

    /** A record that nobody waits for. If it cannot be written, {@code again} is done later. */
    void write(SessionRecord record, Runnable again) {
        add(
                new LogEntry(loop, record.encoded()) {
                    @Override
                    void committed() {}

                    @Override
                    void refused(IOException why) {
                        later(again);
                    }
                });
    }

    /** Done when the log takes appends again. */
    void later(Runnable task) {
        again.add(task);
    }

    /** Each second. */
    void sweep() {
        if (!again.isEmpty() && shard.failure() == null) {
            List<Runnable> tasks = new ArrayList<>(again);
            again.clear();
            tasks.forEach(Runnable::run);
        }
    }

    /** Why nothing can be written at present; null if it can. */
    @org.jspecify.annotations.Nullable
    IOException failure() {
        return shard.failure();
    }

    void told(LogEntry entry) {
        waitingBytes -= entry.payload().length;
        if (waitingBytes <= FULL_BYTES / 2) {
            loop.logHasRoom();
        }
    }
}
