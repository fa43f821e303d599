package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The writer of a shard: takes what waits, writes it in one piece, syncs once, acknowledges all.
 * While it syncs the next group gathers, so the slower the disk, the larger the groups.
 *
 * <p>After an exception from the disk it writes nothing more: what reached the disk is not known,
 * and a sync repeated after a failed one may succeed without having written anything. Opening the
 * shard again finds out by reading.
 */
final class GroupCommit implements Runnable {
    /** A group's frames; a larger record is a group of its own. */
    private static final int BATCH_BYTES = 1 << 20;

    /** Between syncs with {@link Durability#INTERVAL}. */
    static final int INTERVAL_MILLIS = 1000;

    private final JournalSettings settings;
    private final Disk disk;
    private final InstantSource clock;
    private final Events events;
    private final AppendQueue queue;
    private final Chain chain;
    private final JournalMeasures measures;

    private final ByteBuffer batchFrames = ByteBuffer.allocateDirect(BATCH_BYTES);
    private final List<AppendQueue.Append> batch = new ArrayList<>();
    private Segment segment;

    /** Of the next record. */
    private long next;

    /** Every record below is synced. */
    private long synced;

    /** When the oldest record that is not synced was written. */
    private Instant unsyncedSince = Instant.MAX;

    GroupCommit(Journal.Parts parts, Chain chain, Segment segment) {
        settings = parts.settings();
        disk = parts.disk();
        clock = parts.clock();
        events = parts.events();
        queue = parts.queue();
        measures = parts.measures();
        this.chain = chain;
        this.segment = segment;
        next = chain.nextOffset();
        synced = next;
    }

    /** Until the queue is closed and empty, or the disk fails. */
    @Override
    public void run() {
        try {
            for (boolean open = true; open; ) {
                switch (queue.await(waitNanos())) {
                    case WORK -> commit();
                    case TIME -> syncIfNeeded();
                    case CLOSED -> open = false;
                }
            }
            syncIfNeeded();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        } finally {
            closeSegment();
        }
    }

    private void commit() throws IOException {
        boolean empty = next == segment.baseOffset;
        long room = empty ? Long.MAX_VALUE : settings.segmentBytes() - segment.size();
        long bytes = queue.take(batch, room, BATCH_BYTES);
        if (bytes == 0) {
            scroll();
            return;
        }
        segment.write(encode(bytes));
        measures.size(measures.sizeBytes() + bytes);
        switch (settings.durability()) {
            case FSYNC -> sync();
            case INTERVAL -> syncIfDue();
            case OS -> {}
        }
        acknowledge(bytes);
    }

    private ByteBuffer encode(long bytes) {
        ByteBuffer frames =
                bytes <= BATCH_BYTES
                        ? batchFrames.clear()
                        : ByteBuffer.allocate(Math.toIntExact(bytes));
        long now = clock.millis();
        for (AppendQueue.Append append : batch) {
            Frame.record(frames, new Frame.Stamp(next, synced, now), append.payload());
            next++;
        }
        return frames.flip();
    }

    private void acknowledge(long bytes) {
        long offset = next - batch.size();
        chain.acknowledge(next);
        measures.acknowledged(batch.size(), bytes - (long) batch.size() * Frame.HEADER_BYTES);
        for (AppendQueue.Append append : batch) {
            append.offset().complete(offset++);
        }
        batch.clear();
    }

    /**
     * Seals the segment and begins the next. The new file is there before the seal, so that a seal
     * proves that there must be a next file.
     */
    private void scroll() throws IOException {
        syncIfNeeded();
        Segment full = segment;
        segment = Segment.create(disk, settings.shardDirectory(), settings.shard(), next);
        chain.add(segment.path, next);
        try (full) {
            full.seal(next, clock.millis());
        }
        measures.size(measures.sizeBytes() + Frame.HEADER_BYTES + segment.size());
        events.emit(
                new JournalEvent.SegmentSealed(
                        settings.shard(), full.path.toString(), next - 1, full.size()));
        events.emit(
                new JournalEvent.SegmentCreated(settings.shard(), segment.path.toString(), next));
    }

    private long waitNanos() {
        if (settings.durability() != Durability.INTERVAL || synced == next) {
            return AppendQueue.FOREVER_NANOS;
        }
        long left = INTERVAL_MILLIS - Duration.between(unsyncedSince, clock.instant()).toMillis();
        return Math.clamp(left, 1L, (long) INTERVAL_MILLIS) * 1_000_000;
    }

    private void syncIfDue() throws IOException {
        Instant now = clock.instant();
        if (unsyncedSince.equals(Instant.MAX)) {
            unsyncedSince = now;
        }
        if (Duration.between(unsyncedSince, now).toMillis() >= INTERVAL_MILLIS) {
            sync();
        }
    }

    private void syncIfNeeded() throws IOException {
        if (synced != next) {
            sync();
        }
    }

    private void sync() throws IOException {
        Instant before = clock.instant();
        segment.sync();
        // a wall clock that is set meanwhile spoils one sample
        Duration took = Duration.between(before, clock.instant());
        synced = next;
        unsyncedSince = Instant.MAX;
        measures.syncs().record(Math.max(0, took.toNanos()), 1);
        if (took.compareTo(settings.slowSync()) > 0) {
            events.emit(
                    new JournalEvent.SyncSlow(
                            settings.shard(), took.toMillis(), settings.slowSync().toMillis()));
        }
    }

    private void fail(Throwable cause) {
        JournalFailedException refusal =
                new JournalFailedException(
                        "shard "
                                + settings.shard()
                                + " takes no more: writing "
                                + segment.path
                                + " failed: "
                                + cause.getMessage(),
                        cause);
        List<AppendQueue.Append> unwritten = queue.abandon(refusal);
        events.emit(
                new JournalEvent.AppendFailed(
                        settings.shard(), segment.path.toString(), Failure.of(cause)));
        batch.forEach(append -> append.offset().completeExceptionally(refusal));
        unwritten.forEach(append -> append.offset().completeExceptionally(refusal));
    }

    private void closeSegment() {
        try {
            segment.close();
        } catch (IOException e) {
            // all that was acknowledged is synced, and after a failure there is nothing to save
        }
    }
}
