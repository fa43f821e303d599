package io.robustmq.journal;

import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.Latency;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of one shard. The writer's thread, but for what says otherwise.
 *
 * <p>A group goes through {@link #write}, {@link #sync} and {@link #tell}. After an exception from
 * the disk nothing is known of what was written since the last sync, and a sync repeated after a
 * failed one may succeed without having written anything. So the group is told as failed, and the
 * shard takes no appends until {@link Mending} has made it whole.
 */
final class ShardLog {
    private final Home home;
    private final AppendQueue queue;
    private final AppendQueue.Lane lane;
    private final Chain chain;
    private final FrameEncoder encoder;
    private final Latency syncsOfAll;
    private final Latency appendsOfAll;
    private final Waiters waiters = new Waiters();
    private final Mending mending;
    private final Retaining retaining;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Group group;
    private volatile @Nullable Runnable afterGroup;
    private volatile @Nullable IOException failure;
    private final AtomicLong trimmed = new AtomicLong();

    private SegmentFile active;

    /** Of the next record. */
    private long next;

    /** Every record below is synced. */
    private long synced;

    /** In the segment; all before it is synced. */
    private long syncedEnd;

    /** When the oldest record that is not synced was written. */
    private Instant unsyncedSince = Instant.MAX;

    private Instant failedSince = Instant.MAX;

    ShardLog(Home home, Writer.Parts writer, Chain chain, SegmentFile active) {
        this.home = home;
        queue = writer.queue();
        encoder = writer.encoder();
        syncsOfAll = writer.syncs();
        appendsOfAll = writer.appends();
        this.chain = chain;
        this.active = active;
        group = new Group(home);
        mending = new Mending(home, chain);
        retaining = new Retaining(home, chain);
        lane =
                new AppendQueue.Lane(
                        this, new JournalClosedException("shard " + home.shard() + " is not open"));
        next = chain.nextOffset();
        synced = next;
        syncedEnd = active.end();
    }

    // any thread

    AppendQueue.Lane lane() {
        return lane;
    }

    Waiters waiters() {
        return waiters;
    }

    /** Completes when the shard is closed. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** Why it takes no appends at present. */
    @Nullable IOException failure() {
        return failure;
    }

    void afterGroup(Runnable told) {
        afterGroup = told;
    }

    /** Nobody needs records below {@code offset}. */
    void trim(long offset) {
        long before = trimmed.getAndAccumulate(offset, Math::max);
        if (offset > before && home.settings().retention().trimmed() && mayRemove(offset)) {
            queue.post(this::tick);
        }
    }

    private boolean mayRemove(long offset) {
        Segment first = chain.first();
        return first != chain.last() && first.nextOffset() <= offset;
    }

    // the writer's thread

    /** Takes a group of what waits and writes it; false if there is none, or it failed. */
    boolean write() {
        try {
            int bytes = take();
            if (bytes < 0) {
                scroll();
                bytes = take();
            }
            if (bytes <= 0) {
                return false;
            }
            encoder.begin(bytes, active.segment.header.salt());
            group.encode(encoder, next, synced);
            next += group.size();
            if (home.settings().durability() == Durability.FSYNC) {
                active.reserve(bytes, home.settings().segmentBytes());
            }
            active.write(encoder.frames());
            group.written();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    private int take() {
        long room = home.settings().segmentBytes() - active.end();
        long most = Math.min(room, FrameEncoder.GROUP_BYTES);
        return queue.take(
                lane, group.appends(), active.segment.isEmpty() ? Long.MAX_VALUE : room, most);
    }

    /** Makes the group as durable as it must be; false if that failed. */
    boolean sync() {
        try {
            switch (home.settings().durability()) {
                case FSYNC -> syncNow();
                case INTERVAL -> syncIfDue(home.clock().instant());
                case OS -> {}
            }
            return true;
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    /** Acknowledges the group. */
    void tell() {
        long offset = next - group.size();
        Segment segment = active.segment;
        SegmentIndex index = segment.growing();
        if (index == null) {
            throw new IllegalStateException(segment.path + " has no index");
        }
        group.index(index, offset, segment.bytes());
        segment.reach(next, active.end());
        chain.acknowledge(next);
        measureSize();
        home.measures().acknowledged(group.size(), group.payloadBytes());
        long now = System.nanoTime();
        group.measure(appendsOfAll, now);
        group.appended(offset, now);
        waiters.wake();
        Runnable told = afterGroup;
        if (told != null) {
            try {
                told.run();
            } catch (RuntimeException | Error e) {
                group.reportListener(e);
            }
        }
    }

    /** Once a second, or when asked to. */
    void tick() {
        if (ended.isDone()) {
            return;
        }
        try {
            retaining.enforce(trimmed.get(), active.end());
            if (failure == null) {
                syncIfDue(home.clock().instant());
                scrollIfOld();
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
        if (failure != null) {
            mend();
        }
    }

    /** Whether something has to be done after a while although nothing is appended. */
    boolean needsTicks() {
        return failure != null
                || home.settings().durability() == Durability.INTERVAL && synced != next
                || !home.settings().segmentAge().isZero() && !active.segment.isEmpty()
                || retaining.needsTicks();
    }

    private void mend() {
        try {
            active = mending.reopen(active.segment, syncedEnd);
            next = chain.nextOffset();
            syncedAll();
            if (!active.segment.isEmpty()) {
                scroll();
            }
            // on a disk that is nearly full it would fail again at once
            active.demandRoom(home.settings().segmentBytes());
        } catch (IOException | RuntimeException | Error e) {
            closeFile(); // the disk is still as it was
            return;
        }
        failure = null;
        home.measures().mended();
        Duration took = Duration.between(failedSince, home.clock().instant());
        queue.acceptAgain(lane);
        home.events()
                .emit(
                        new JournalEvent.Recovered(
                                home.shard(), active.segment.path.toString(), took.toMillis()));
    }

    private void scrollIfOld() throws IOException {
        Duration age = home.settings().segmentAge();
        if (!age.isZero()
                && !active.segment.isEmpty()
                && home.clock().millis() - active.segment.firstMillis() >= age.toMillis()) {
            scroll();
        }
    }

    /** Writes what waits, after further appends were refused, and ends. */
    void finish() {
        while (write() && sync()) {
            tell();
        }
        try {
            if (failure == null) {
                active.cut();
                if (synced != next) {
                    syncNow();
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
        closeFile();
        ended.complete(null);
    }

    /**
     * Seals the segment and begins the next. The new file is there before the seal, so that a seal
     * proves that there must be a next file.
     */
    private void scroll() throws IOException {
        if (synced != next) {
            syncNow();
        }
        Segment full = active.segment;
        SegmentFile created = SegmentFile.create(home, next);
        try {
            active.seal(encoder, next, home.clock().millis());
        } catch (IOException | RuntimeException | Error e) {
            created.close();
            throw e;
        }
        closeFile();
        IndexRebuild.finish(home, full);
        active = created;
        chain.add(created.segment);
        syncedAll();
        measureSize();
        home.events()
                .emit(
                        new JournalEvent.SegmentSealed(
                                home.shard(), full.path.toString(), next - 1, full.bytes()));
        home.events()
                .emit(
                        new JournalEvent.SegmentCreated(
                                home.shard(), created.segment.path.toString(), next));
        retaining.enforce(trimmed.get(), active.end());
    }

    private void measureSize() {
        long before = chain.sealedBytes();
        home.measures().size(before + active.end(), chain.size());
    }

    private void syncIfDue(Instant now) throws IOException {
        if (synced == next || home.settings().durability() != Durability.INTERVAL) {
            return;
        }
        if (unsyncedSince.equals(Instant.MAX)) {
            unsyncedSince = now;
        }
        if (Writer.isDue(unsyncedSince, now)) {
            syncNow();
        }
    }

    private void syncNow() throws IOException {
        Instant before = home.clock().instant();
        active.sync();
        // a wall clock that is set meanwhile spoils one sample
        Duration took = Duration.between(before, home.clock().instant());
        syncedAll();
        home.measures().syncs().record(Math.max(0, took.toNanos()), 1);
        syncsOfAll.record(Math.max(0, took.toNanos()), 1);
        Duration slow = home.node().slowSync();
        if (took.compareTo(slow) > 0) {
            home.events()
                    .emit(
                            new JournalEvent.SyncSlow(
                                    home.shard(), took.toMillis(), slow.toMillis()));
        }
    }

    private void syncedAll() {
        synced = next;
        syncedEnd = active.end();
        unsyncedSince = Instant.MAX;
    }

    private void fail(Throwable cause) {
        Segment segment = active.segment;
        JournalFailedException refusal =
                new JournalFailedException(
                        "shard "
                                + home.shard()
                                + " takes no appends: writing "
                                + segment.path
                                + " from byte "
                                + segment.bytes()
                                + " failed: "
                                + cause.getMessage(),
                        cause);
        failure = refusal;
        failedSince = home.clock().instant();
        home.measures().failed();
        List<Append> unwritten = queue.abandon(lane, refusal);
        home.events()
                .emit(
                        new JournalEvent.AppendFailed(
                                home.shard(),
                                segment.path.toString(),
                                segment.bytes(),
                                Failure.of(cause)));
        closeFile();
        group.failed(unwritten, refusal);
    }

    private void closeFile() {
        try {
            active.close();
        } catch (IOException e) {
            // all that was acknowledged is as durable as it must be
        }
    }
}
