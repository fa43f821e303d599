package io.robustmq.broker;

import io.robustmq.journal.RecordLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What one loop writes to the log: gathered, and handed to the journal once per iteration.
 *
 * <p>Bound: {@link #FULL_BYTES} that are not durable yet. Above it the loop's publishers are not
 * read until half is ({@link Connection}).
 */
final class LoopLog {
    private static final long FULL_BYTES = 8L << 20;

    private static final long ACKNOWLEDGED_MILLIS = 100;

    private final Loop loop;
    private final RecordLog log;
    private List<LogEntry> batch = new ArrayList<>();
    private long waitingBytes;

    /** Sessions with acknowledgements that the log does not know yet. */
    private final Set<Backlog> acknowledged = new LinkedHashSet<>();

    private boolean acknowledging;

    /** What could not be written and must be, once the log takes appends again. */
    private final Queue<Runnable> again = new ArrayDeque<>();

    LoopLog(Loop loop, RecordLog log) {
        this.loop = loop;
        this.log = log;
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
        loop.flushHandoffs();
        flush();
        count(entry);
        log.append(entry);
    }

    private void count(LogEntry entry) {
        waitingBytes += entry.payload().length;
        if (waitingBytes > FULL_BYTES) {
            loop.logIsFull();
        }
    }

    /**
     * What a session's client has acknowledged goes into one record, with the next that somebody
     * waits for or within {@link #ACKNOWLEDGED_MILLIS}. If a crash comes before, it is sent again.
     */
    void acknowledges(Backlog backlog) {
        acknowledged.add(backlog);
        writeSoon();
    }

    private void writeSoon() {
        if (!acknowledging) {
            acknowledging = true;
            var unused =
                    loop.executor()
                            .schedule(
                                    this::writeAcknowledged,
                                    ACKNOWLEDGED_MILLIS,
                                    TimeUnit.MILLISECONDS);
        }
    }

    private void writeAcknowledged() {
        acknowledging = false;
        if (log.failure() != null) {
            writeSoon();
            return;
        }
        putAcknowledged();
        flush();
    }

    private void putAcknowledged() {
        for (Backlog each : acknowledged) {
            do {
                put(each, each.done());
            } while (each.hasDone());
        }
        acknowledged.clear();
    }

    private void put(Backlog backlog, SessionRecord.Done done) {
        LogEntry entry =
                new LogEntry(loop, done.encoded()) {
                    @Override
                    void committed() {}

                    @Override
                    void refused(IOException why) {
                        backlog.notInLog(done);
                        acknowledges(backlog);
                    }
                };
        batch.add(entry);
        count(entry);
    }

    void flush() {
        if (batch.isEmpty()) {
            return;
        }
        if (!acknowledged.isEmpty() && log.failure() == null) {
            putAcknowledged();
        }
        List<LogEntry> entries = batch;
        batch = new ArrayList<>(entries.size());
        log.append(entries);
    }

    /** All that there is. */
    void finish() {
        putAcknowledged();
        flush();
    }

    /** A record that nobody waits for. If it cannot be written, {@code again} is done later. */
    void write(SessionRecord record, Runnable again) {
        write(record, () -> {}, again);
    }

    /** The same, and {@code written} is done when the log has it. */
    void write(SessionRecord record, Runnable written, Runnable again) {
        add(
                new LogEntry(loop, record.encoded()) {
                    @Override
                    void committed() {
                        written.run();
                    }

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
        if (!again.isEmpty() && log.failure() == null) {
            List<Runnable> tasks = new ArrayList<>(again);
            again.clear();
            tasks.forEach(Runnable::run);
        }
    }

    /** Why nothing can be written at present; null if it can. */
    @org.jspecify.annotations.Nullable
    IOException failure() {
        return log.failure();
    }

    void told(LogEntry entry) {
        waitingBytes -= entry.payload().length;
        if (waitingBytes <= FULL_BYTES / 2) {
            loop.logHasRoom();
        }
    }
}
