package io.robustmq.broker;

import io.robustmq.journal.RecordLog;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.SessionEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the log short. When enough was appended it folds what came since the last snapshot into
 * that, on a thread of its own and without asking the loops: the log has it all. What the snapshot
 * does not need any more is removed; what alone holds old segments moves to the end ({@link
 * Moves}).
 */
final class LogKeeper {
    private static final long LOOK_SECONDS = 1;

    /** What it costs to read a record, beside its bytes, in bytes. */
    private static final long RECORD_BYTES = 128;

    /** A start that had to read such a part of what is between two snapshots takes one soon. */
    private static final int SOON_PART = 16;

    private final RecordLog log;
    private final BrokerSettings.Storage settings;
    private final InstantSource clock;
    private final Events events;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    task -> Thread.ofPlatform().name("mqtt-log-keeper").daemon().unstarted(task));

    // while it runs
    private List<Loop> loops = List.of();
    private @Nullable RetainedStore retained;

    /** Who serves this next, perhaps at once, need not read what this had to. */
    private boolean isSoon;

    private long snapshotOffset;

    /** Of what was appended, as it costs to read it. */
    private long appendedAtSnapshot;

    /** What the last snapshot needs: it counts if the next is damaged. */
    private long neededBefore;

    /** Behind the last snapshot, when it was read. */
    private long readBytes;

    /** Of the last snapshot of this process. */
    private long snapshotBytes;

    LogKeeper(RecordLog log, BrokerSettings.Storage settings, InstantSource clock, Events events) {
        this.log = log;
        this.settings = settings;
        this.clock = clock;
        this.events = events;
    }

    /** The state at the end of the log. */
    BrokerState read() throws IOException {
        BrokerState snapshot = log.restore(BrokerState::read);
        BrokerState state = snapshot == null ? new BrokerState() : snapshot;
        snapshotOffset = state.next();
        neededBefore = Moves.oldestNeeded(state);
        readBytes = 0;
        log.read(
                state.next(),
                new StateReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload)
                            throws IOException {
                        readBytes += payload.remaining();
                        state.apply(offset, epochMillis, payload);
                        return true;
                    }
                });
        return state;
    }

    /** Up to where the last snapshot goes; 0 if there is none. */
    long snapshotOffset() {
        return snapshotOffset;
    }

    void start(List<Loop> all, RetainedStore store) {
        loops = all;
        retained = store;
        long read = readBytes + RECORD_BYTES * (log.nextOffset() - snapshotOffset);
        appendedAtSnapshot = appended() - read;
        isSoon = read >= settings.snapshotBytes() / SOON_PART;
        var unused =
                thread.scheduleWithFixedDelay(
                        this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        // not more for snapshots than for what they save a start from reading
        long most = Math.max(settings.snapshotBytes(), snapshotBytes);
        if (isSoon || appended() - appendedAtSnapshot >= most) {
            isSoon = false;
            keep(false);
        }
    }

    private long appended() {
        return log.appendedBytes() + RECORD_BYTES * log.nextOffset();
    }

    private void keep(boolean closing) {
        Instant begun = clock.instant();
        long appended = appended();
        try {
            BrokerState state = read();
            state.removeExpired(clock.millis());
            log.saveSnapshot(
                    state.next(),
                    out -> {
                        state.write(out);
                        snapshotBytes = out.size();
                    });
            snapshotOffset = state.next();
            long needed = Moves.oldestNeeded(state);
            log.trim(Math.min(needed, neededBefore));
            if (!closing) {
                move(Moves.of(state, log.sizeBytes(), settings.snapshotBytes()));
            }
            events.emit(
                    new SessionEvent.SnapshotSaved(
                            state.sessions.size(),
                            snapshotOffset,
                            log.firstOffset(),
                            Duration.between(begun, clock.instant()).toMillis()));
        } catch (IOException | RuntimeException e) {
            // what there was is there still; it is tried again when as much has come again
            events.emit(new SessionEvent.SnapshotFailed(snapshotOffset, Failure.of(e)));
        }
        appendedAtSnapshot = appended;
    }

    /** The next snapshot finds them at their new places, and then their old ones are free. */
    private void move(Moves moves) {
        RetainedStore store = retained;
        if (store == null) {
            return;
        }
        Loop any = loops.getFirst();
        moves.retained()
                .forEach((topic, offset) ->
                        any.executor()
                                .execute(() ->
                                        store.rewrite(
                                                topic,
                                                offset,
                                                message -> any.logged().rewrite(message))));
        for (Loop loop : loops) {
            moves.delayed()
                    .forEach((offset, due) ->
                            loop.executor().execute(() -> loop.delayed().move(due, offset)));
        }
    }

    /**
     * @param withSnapshot whether to take a last one, so that the next start has nothing to read
     */
    void close(boolean withSnapshot) {
        if (thread.isShutdown()) {
            return;
        }
        thread.execute(() -> {
            if (withSnapshot && log.nextOffset() > snapshotOffset) {
                keep(true);
            }
        });
        thread.shutdown();
        try {
            // without one, what is under way is of no use either
            if (!thread.awaitTermination(withSnapshot ? 60 : 1, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
