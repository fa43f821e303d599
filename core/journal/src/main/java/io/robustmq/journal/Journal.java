package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One shard of durable records, numbered from 0 without gaps.
 *
 * <p>{@link #append}, {@link #read}, {@link #nextOffset} and {@link #measures}: any thread. {@link
 * #open} and {@link #close} wait for each other; a journal is opened once.
 */
public final class Journal implements AutoCloseable {
    /** A record's payload at most. */
    public static final int MAX_PAYLOAD_BYTES = 16 << 20;

    private static final String LOCK_FILE = "lock";

    /** What the parts of an open journal share. */
    record Parts(
            JournalSettings settings,
            Disk disk,
            InstantSource clock,
            Events events,
            AppendQueue queue,
            JournalMeasures measures) {}

    /** From open() to close(). */
    private record Running(Closeable lock, Chain chain, CompletableFuture<Void> writerEnded) {}

    private final Parts parts;
    private volatile @Nullable Running running;
    private volatile @Nullable Thread writer;
    private boolean closed;

    public Journal(JournalSettings settings, Disk disk, InstantSource clock, Events events) {
        parts = new Parts(settings, disk, clock, events, new AppendQueue(), new JournalMeasures());
    }

    /**
     * Takes the shard's lock, checks every record, cuts a torn tail off the last segment, and
     * begins to take appends.
     *
     * @throws JournalInUseException if another journal has the shard open
     * @throws CorruptJournalException if a file is missing, or damaged where no crash damages; the
     *     files are left as they are
     */
    public synchronized void open() throws IOException {
        if (closed || running != null) {
            throw new IllegalStateException("a journal is opened once");
        }
        Instant begun = parts.clock.instant();
        Path directory = parts.settings.shardDirectory();
        parts.disk.createDirectories(directory);
        Closeable lock = parts.disk.lock(directory.resolve(LOCK_FILE));
        if (lock == null) {
            throw new JournalInUseException(
                    directory + " is open in another process or journal; only one may write it");
        }
        try {
            Recovery recovery = new Recovery(parts);
            Chain chain = new Chain();
            Segment active = recovery.recover(chain);
            start(new Running(lock, chain, new CompletableFuture<>()), active);
            Duration took = Duration.between(begun, parts.clock.instant());
            parts.events.emit(
                    new JournalEvent.Opened(
                            parts.settings.shard(),
                            directory.toString(),
                            chain.size(),
                            chain.nextOffset(),
                            parts.measures.sizeBytes(),
                            took.toMillis()));
        } catch (CorruptJournalException e) {
            report(e);
            throw e;
        } finally {
            if (running == null) {
                lock.close();
            }
        }
    }

    private void start(Running started, Segment active) {
        GroupCommit commit = new GroupCommit(parts, started.chain, active);
        Thread thread =
                Thread.ofPlatform()
                        .name("journal-" + parts.settings.shard())
                        .daemon()
                        .unstarted(() -> {
                            try {
                                commit.run();
                            } finally {
                                started.writerEnded.complete(null);
                            }
                        });
        writer = thread;
        running = started;
        parts.queue.open();
        thread.start();
    }

    /**
     * Appends a record. Never blocks and never throws for the disk's sake: the answer completes
     * with the record's offset when it is as durable as {@link Durability} says, in the order of
     * the calls, or exceptionally with {@link JournalFullException}, {@link JournalFailedException}
     * or {@link JournalClosedException}.
     *
     * <p>What depends on the answer runs on the journal's thread unless it is made {@code …Async}:
     * it must be quick, and must not wait for the journal.
     *
     * @param payload at most {@value #MAX_PAYLOAD_BYTES} bytes; not to be changed afterwards
     */
    public CompletableFuture<Long> append(byte[] payload) {
        if (payload.length > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "a record holds at most "
                            + MAX_PAYLOAD_BYTES
                            + " bytes, was "
                            + payload.length);
        }
        return parts.queue.offer(payload);
    }

    /**
     * Hands the records from {@code fromOffset} up to those acknowledged when it was called to
     * {@code reader}, on this thread.
     *
     * @throws CorruptJournalException if a record does not check any more
     */
    public void read(long fromOffset, RecordReader reader) throws IOException {
        if (fromOffset < 0) {
            throw new IllegalArgumentException("offsets begin at 0, was " + fromOffset);
        }
        Running now = running;
        if (now == null) {
            throw new JournalClosedException("shard " + parts.settings.shard() + " is not open");
        }
        long end = now.chain.nextOffset();
        long offset = fromOffset;
        try {
            while (offset >= 0 && offset < end) {
                offset = readSegment(now.chain.holding(offset), offset, end, reader);
            }
        } catch (CorruptJournalException e) {
            report(e);
            throw e;
        }
    }

    /** The offset to go on from, -1 if the reader has enough. */
    private long readSegment(Path path, long from, long end, RecordReader reader)
            throws IOException {
        // a file of its own: a reader that is interrupted closes it
        try (DiskFile file = parts.disk.open(path)) {
            Scan scan = new Scan(file, Segment.headerBytes(parts.settings.shard()));
            long next = from;
            while (next < end) {
                long at = scan.position();
                switch (scan.next()) {
                    case Scan.Found.Entry(Frame.Stamp(long offset, long _, long epochMillis)) -> {
                        if (offset > next) {
                            throw new CorruptJournalException(
                                    path, at, "offset " + offset + ", expected " + next);
                        }
                        if (offset == next) {
                            next++;
                            if (!reader.record(offset, epochMillis, scan.payload())) {
                                return -1;
                            }
                        }
                    }
                    case Scan.Found.Seal(long nextOffset) -> {
                        if (nextOffset != next) {
                            throw new CorruptJournalException(
                                    path, at, "sealed at " + nextOffset + ", expected " + next);
                        }
                        return next;
                    }
                    case Scan.Found.End() -> {
                        // not sealed yet, and the next record is already in the next segment
                        if (next == from) {
                            throw new CorruptJournalException(
                                    path, at, "the file ends, expected offset " + next);
                        }
                        return next;
                    }
                    case Scan.Found.Damage(String detail) ->
                            throw new CorruptJournalException(path, at, detail);
                }
            }
            return next;
        } catch (NoSuchFileException e) {
            throw new CorruptJournalException(path, 0, "the file is gone");
        }
    }

    /** Offset after the last acknowledged record; 0 before open(). */
    public long nextOffset() {
        Running now = running;
        return now == null ? 0 : now.chain.nextOffset();
    }

    public JournalMeasures measures() {
        return parts.measures;
    }

    public JournalSettings settings() {
        return parts.settings;
    }

    /**
     * Refuses further appends, completes those that wait, syncs (with every {@link Durability}) and
     * gives the shard free. Not from what depends on an append.
     */
    @Override
    public void close() {
        if (Thread.currentThread() == writer) {
            throw new IllegalStateException("close() on the journal's own thread waits for itself");
        }
        synchronized (this) {
            Running ending = running;
            if (closed || ending == null) {
                closed = true;
                return;
            }
            closed = true;
            parts.queue.closeInOrder(
                    new JournalClosedException("shard " + parts.settings.shard() + " is closed"));
            ending.writerEnded.join();
            long next = ending.chain.nextOffset();
            try {
                ending.lock.close();
            } catch (IOException e) {
                // the operating system frees it with the process
            }
            parts.events.emit(new JournalEvent.Closed(parts.settings.shard(), next));
        }
    }

    private void report(CorruptJournalException e) {
        parts.events.emit(
                new JournalEvent.Corrupt(
                        parts.settings.shard(), e.file().toString(), e.position(), e.detail()));
    }
}
