package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftNodeImpl;
import com.hazelcast.cp.internal.raft.impl.RaftNodeStatus;
import com.hazelcast.cp.internal.raft.impl.RaftRole;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import com.hazelcast.cp.internal.raft.impl.state.LeaderState;
import com.hazelcast.cp.internal.raft.impl.state.RaftState;
import com.hazelcast.cp.internal.raft.impl.task.LeaderElectionTask;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A member of the placement group: Hazelcast's Raft, run without a Hazelcast instance. All its work
 * is done by one {@link RaftLoop}.
 *
 * <p>When its log cannot be kept, or a step of Raft ends with an exception, what Raft has in memory
 * cannot be trusted any more. Then it is put away, what waits is told so, and the member begins
 * anew from what is on disk, as after a crash, as soon as the disk takes records again.
 */
final class RaftMember {
    /** Changes that may wait. */
    static final int MAX_WAITING = 1024;

    private static final long PAUSE_MILLIS = 500;

    static {
        MemberClock.install();
    }

    /** The world of a member. */
    record World(Records records, LongSupplier millis, RandomGenerator chance, Events events) {}

    private final PlacementSettings settings;
    private final World world;
    private final Events events;
    private final StateMachine machine;
    private final RaftLoop loop;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private final MemberId origin;

    // the loop's
    private RaftLog log;
    private @Nullable Run run;
    private @Nullable Throwable broken;
    private boolean closed;
    private long begunMillis;
    private long changes;
    private final Set<Proposal> proposals = new LinkedHashSet<>();

    /** A change that somebody waits for. */
    private record Proposal(Command command, CompletableFuture<PlacementState.Step> done) {}

    RaftMember(PlacementSettings settings, World world, RaftLoop loop, StateMachine machine) {
        this.settings = settings;
        this.world = world;
        this.events = world.events();
        this.loop = loop;
        this.machine = machine;
        origin = MemberId.drawn(world.chance());
        log = newLog();
    }

    private RaftLog newLog() {
        return new RaftLog(world.records(), events, this::breakDown);
    }

    /** Reads the log. On the caller's thread, before the loop runs. */
    void open() throws IOException {
        begunMillis = world.millis().getAsLong();
        log.recover();
        Member known = log.self();
        MemberId id = known == null ? MemberId.drawn(world.chance()) : known.id();
        Member self = new Member(id, settings.name(), "");
        log.identify(self);
        if (log.founders().isEmpty()) {
            log.found(List.of(self));
        }
        loop.execute(() -> enter(this::begin));
    }

    /** Completes once it has folded all that was agreed before it began. Any thread. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** On the loop. */
    void submit(Command command, CompletableFuture<PlacementState.Step> done) {
        enter(() -> {
            Run current = run;
            if (current == null) {
                done.completeExceptionally(
                        new IOException("placement takes no changes at present", broken));
                return;
            }
            Proposal proposal = new Proposal(command, done);
            proposals.add(proposal);
            current.propose(proposal);
        });
    }

    /** After what the loop had at once. */
    void afterEach() {
        enter(() -> {
            Run current = run;
            if (current != null) {
                current.sync();
                if (closed) {
                    end(new IOException("placement is closed"));
                }
            }
        });
    }

    /** On the loop: ends after what it has at once. */
    void closeAfterwards() {
        closed = true;
    }

    /** Every step of the member goes through here. */
    private void enter(Runnable step) {
        MemberClock.bind(world.millis());
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            breakDown(e);
        }
        Throwable cause = broken;
        if (cause != null && run != null) {
            events.emit(new PlacementEvent.ConsensusFailed(Failure.of(cause)));
            end(new IOException("placement's member stopped: " + cause.getMessage(), cause));
            loop.schedule(() -> enter(this::beginAnew), PAUSE_MILLIS);
        }
    }

    private void breakDown(Throwable cause) {
        if (broken == null) {
            broken = cause;
        }
    }

    private void end(IOException why) {
        Run ending = run;
        run = null;
        if (ending != null) {
            ending.ended = true;
        }
        List<Proposal> lost = List.copyOf(proposals);
        proposals.clear();
        lost.forEach(proposal -> proposal.done.completeExceptionally(why));
    }

    private void begin() {
        run = new Run();
        run.start();
    }

    private void beginAnew() {
        if (closed) {
            return;
        }
        begunMillis = world.millis().getAsLong();
        try {
            IOException still = world.records().failure();
            if (still != null) {
                throw still;
            }
            RaftLog fresh = newLog();
            fresh.recover();
            log = fresh;
        } catch (IOException e) {
            loop.schedule(() -> enter(this::beginAnew), PAUSE_MILLIS);
            return;
        }
        broken = null;
        machine.forget();
        begin();
    }

    /** One life of Hazelcast's Raft, from a start to a failure or the end. */
    private final class Run implements Consensus.Owner {
        private final RaftNodeImpl raft;
        private final List<Runnable> syncs = new ArrayList<>();
        private boolean ended;
        private boolean started;

        Run() {
            Consensus world = new Consensus(this, new RaftLogger(RaftMember.this::breakDown));
            raft =
                    RaftNodeImpl.restoreRaftNode(
                            new Consensus.Group(), log.restored(), settings.raft(), world, log);
        }

        void start() {
            raft.start();
            execute(this::electAlone);
        }

        /** With nobody to ask, Raft waits for votes that never come. */
        private void electAlone() {
            RaftState state = raft.state();
            if (state.remoteMembers().isEmpty()
                    && state.isKnownMember(state.localEndpoint())
                    && state.role() == RaftRole.FOLLOWER
                    && state.leader() == null
                    && !raft.isTerminatedOrSteppedDown()) {
                new LeaderElectionTask(raft, false).run();
                if (broken == null) {
                    raft.toLeader();
                }
            }
        }

        @SuppressWarnings("unchecked") // Hazelcast's futures have no type
        void propose(Proposal proposal) {
            Operation change = new Operation.Change(origin, ++changes, proposal.command);
            raft.replicate(change)
                    .whenCompleteAsync(
                            (result, failure) -> {
                                if (!proposals.remove(proposal)) {
                                    return; // told already
                                }
                                if (failure == null) {
                                    proposal.done.complete((PlacementState.Step) result);
                                } else {
                                    proposal.done.completeExceptionally(
                                            new IOException(
                                                    String.valueOf(failure), (Throwable) failure));
                                }
                            },
                            Runnable::run);
        }

        /** One sync for all that was appended. */
        void sync() {
            List<Runnable> due = List.copyOf(syncs);
            syncs.clear();
            due.forEach(Runnable::run);
            RaftState state = raft.state();
            LeaderState leading = state.leaderState();
            // Raft syncs when it sends, and a member that is alone sends nothing
            if (leading != null && state.remoteMembers().isEmpty()) {
                long last = state.log().lastLogOrSnapshotIndex();
                if (last > leading.flushedLogIndex()) {
                    state.log().flush();
                    leading.flushedLogIndex(last);
                    raft.tryAdvanceCommitIndex();
                }
            }
        }

        private void guarded(Runnable task) {
            enter(() -> {
                if (!ended) {
                    task.run();
                }
            });
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(() -> guarded(task));
        }

        @Override
        public void afterwards(Runnable task) {
            syncs.add(task);
        }

        @Override
        public void schedule(Runnable task, long delayMillis) {
            loop.schedule(
                    () ->
                            guarded(() -> {
                                task.run();
                                electAlone();
                            }),
                    delayMillis);
        }

        @Override
        public Object run(Object operation, long index) {
            return switch ((Operation) operation) {
                case Operation.Nothing() -> {
                    caughtUp(index);
                    yield "";
                }
                case Operation.Change(MemberId _, long _, Command command) -> {
                    PlacementState.Step step = machine.apply(command);
                    LogEntry entry = raft.state().log().getLogEntry(index);
                    if (raft.state().role() == RaftRole.LEADER
                            && entry != null
                            && entry.term() == raft.state().term()) {
                        PlacementNews.tell(step, events);
                    }
                    yield step;
                }
            };
        }

        /** A leader of this term: all that was agreed before has been folded. */
        private void caughtUp(long index) {
            LogEntry entry = raft.state().log().getLogEntry(index);
            if (!started && entry != null && entry.term() == raft.state().term()) {
                started = true;
                PlacementState state = machine.folded();
                events.emit(
                        new PlacementEvent.StateRecovered(
                                state.revision(), state.nodes().byId().size(), log.recordsRead()));
                events.emit(
                        new PlacementEvent.ConsensusStarted(
                                raft.state().memberCount(),
                                world.millis().getAsLong() - begunMillis));
                ready.complete(null);
            }
        }

        @Override
        public PlacementState snapshot() {
            return machine.folded();
        }

        @Override
        public void restore(PlacementState state) {
            machine.restore(state);
        }

        @Override
        public void statusChanged(RaftNodeStatus status) {}

        @Override
        public boolean send(Object message, MemberId to) {
            return false;
        }
    }
}
