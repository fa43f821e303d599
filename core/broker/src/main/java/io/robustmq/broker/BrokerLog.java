package io.robustmq.broker;

import io.robustmq.journal.RecordLog;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.SessionEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The log of one broker: all that it must not forget, in one order. At the start its state is made
 * of it ({@link BrokerState}); then each loop writes down what it does ({@link LoopLog}), and
 * {@link LogKeeper} sees to it that it does not grow for ever.
 *
 * <p>{@link #open} and {@link #close} on one thread, the rest any.
 */
final class BrokerLog {
    /** Only a disk that hangs takes longer. */
    private static final long CLOSE_SECONDS = 10;

    private final RecordLog log;
    private final ClientDirectory directory;
    private final InstantSource clock;
    private final Events events;
    private final Commits commits = new Commits();
    private final LogReader reader;
    private final AtomicInteger nextSession = new AtomicInteger(1);
    private final LogKeeper keeper;

    BrokerLog(
            RecordLog log,
            BrokerSettings.Storage settings,
            ClientDirectory directory,
            InstantSource clock,
            Events events) {
        this.log = log;
        this.directory = directory;
        this.clock = clock;
        this.events = events;
        this.reader = new LogReader(log);
        this.keeper = new LogKeeper(log, settings, clock, events);
    }

    void open(List<Loop> loops, RetainedStore retained) throws IOException {
        Instant begun = clock.instant();
        commits.open(loops);
        log.afterGroup(commits);
        BrokerState state = keeper.read();
        long snapshot = keeper.snapshotOffset();
        long now = clock.millis();
        state.removeExpired(now);
        nextSession.set(state.nextNumber());
        retained.restore(state.cleared.stamps());
        restoreRetained(state, retained);
        List<List<StoredSession>> byLoop = new ArrayList<>();
        loops.forEach(loop -> byLoop.add(new ArrayList<>()));
        Collection<StoredSession> sessions = state.perClient();
        directory.restored(
                sessions.stream()
                        .map(each -> each.clientId)
                        .filter(clientId -> !Cluster.isPeer(clientId))
                        .toList());
        Set<Integer> unused = new HashSet<>(state.sessions.keySet());
        long queued = 0;
        for (StoredSession session : sessions) {
            unused.remove(session.number);
            queued += session.refs.span();
            byLoop.get(Loop.homeOf(session.clientId, loops).index()).add(session);
        }
        for (Loop loop : loops) {
            loop.executor()
                    .submit(() -> {
                        for (StoredSession each : byLoop.get(loop.index())) {
                            loop.sessions().restore(each, now);
                        }
                        if (loop.index() == 0) {
                            unused.forEach(loop.sessions()::writeEnded);
                            forgetLost(state, retained, loop);
                            state.delayed.forEach((offset, later) ->
                                    loop.delayed().restore(later.dueMillis(), offset));
                        }
                    })
                    .syncUninterruptibly();
        }
        passOn(state, loops);
        events.emit(
                new SessionEvent.StateRestored(
                        sessions.size(),
                        queued,
                        retained.count(),
                        state.delayed.size(),
                        state.next() - snapshot,
                        Duration.between(begun, clock.instant()).toMillis()));
        keeper.start(loops, retained);
    }

    /** What ended sessions left to their groups, whose members are all there now. */
    private static void passOn(BrokerState state, List<Loop> loops) {
        for (StoredSession left : state.left.values()) {
            Loop loop = Loop.homeOf(left.clientId, loops);
            loop.executor().submit(() -> loop.sessions().passOn(left)).syncUninterruptibly();
        }
    }

    /** Their payloads are kept in memory too, as subscribers want them at once. */
    private void restoreRetained(BrokerState state, RetainedStore retained) throws IOException {
        List<Map.Entry<String, BrokerState.Retained>> all =
                new ArrayList<>(state.retained.entrySet());
        all.sort(Comparator.comparingLong(each -> each.getValue().offset()));
        long[] offsets = all.stream().mapToLong(each -> each.getValue().offset()).toArray();
        MessageRecord record = new MessageRecord();
        log.readEach(
                offsets,
                0,
                offsets.length,
                new StateReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        retained.restore(record.of(payload).message(), offset);
                        return true;
                    }
                });
    }

    /** The retained messages that could not be read: the journal has reported it. */
    private static void forgetLost(BrokerState state, RetainedStore retained, Loop loop) {
        for (String topic : state.retained.keySet()) {
            if (!retained.has(topic)) {
                loop.logged().lost(topic, MessageRecord.Effects.of(MessageRecord.CLEAR, null));
            }
        }
    }

    RecordLog records() {
        return log;
    }

    Commits commits() {
        return commits;
    }

    LogReader reader() {
        return reader;
    }

    /** The number of a new session. */
    int nextSession() {
        return nextSession.getAndIncrement();
    }

    /**
     * After the last connection ended: waits until all is in the log, and takes a snapshot; a log
     * that takes nothing, as it has no quorum, is not waited for twice.
     */
    void close(List<Loop> loops) {
        CompletableFuture<?>[] ends = new CompletableFuture<?>[loops.size()];
        for (Loop loop : loops) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ends[loop.index()] = end;
            loop.executor()
                    .execute(() -> {
                        loop.log()
                                .addAtOnce(
                                        new LogEntry(loop, SessionRecord.NOTHING.encoded()) {
                                            @Override
                                            void committed() {
                                                loop.close();
                                                end.complete(null);
                                            }

                                            @Override
                                            void refused(IOException why) {
                                                committed();
                                            }
                                        });
                    });
        }
        boolean isAllThere = false;
        try {
            isAllThere =
                    CompletableFuture.allOf(ends)
                            .thenApply(nothing -> true)
                            .completeOnTimeout(false, CLOSE_SECONDS, TimeUnit.SECONDS)
                            .join();
        } finally {
            keeper.close(isAllThere);
            reader.close();
        }
    }
}
