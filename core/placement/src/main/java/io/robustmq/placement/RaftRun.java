package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.QueryPolicy;
import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.RaftNodeImpl;
import com.hazelcast.cp.internal.raft.impl.RaftNodeStatus;
import com.hazelcast.cp.internal.raft.impl.RaftRole;
import com.hazelcast.cp.internal.raft.impl.dto.AppendRequest;
import com.hazelcast.cp.internal.raft.impl.dto.InstallSnapshot;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.VoteRequest;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import com.hazelcast.cp.internal.raft.impl.state.LeaderState;
import com.hazelcast.cp.internal.raft.impl.state.RaftState;
import com.hazelcast.cp.internal.raft.impl.task.LeaderElectionTask;
import com.hazelcast.cp.internal.raft.impl.task.LeaderElectionTimeoutTask;
import com.hazelcast.cp.internal.raft.impl.task.PreVoteTask;
import com.hazelcast.cp.internal.raft.impl.task.ReplicateTask;
import com.hazelcast.spi.impl.InternalCompletableFuture;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One life of Hazelcast's Raft, from a start to a failure or the end. All on its member's loop.
 *
 * <p>What Raft leaves out: a group of one is elected here, and syncs here, because Raft does both
 * when it sends. {@link Arrivals} mends what comes.
 */
final class RaftRun {
    /** Entries that most members may not have yet; beyond them nothing is proposed. */
    static final int MAX_UNCOMMITTED = 2 * RaftMember.MAX_WAITING;

    /** What its member does with it. */
    interface Owner {
        /** A step, on the loop; its failure ends this run. */
        void enter(Runnable step);

        void broken(Throwable cause);

        /**
         * It has folded what its leader knew to be agreed when it was first heard of, and something
         * of that leader's own term, so that this was all.
         */
        void caughtUp();

        void steppedDown();
    }

    private final RaftLoop loop;
    private final Owner owner;
    private final Folding folding;
    private final Mail mail;
    private final RaftNodeImpl raft;
    private final Arrivals arrivals;
    private final SnapshotSending sending;
    private final List<Runnable> syncs = new ArrayList<>();

    /** In flight as leader. */
    private final Set<CommandId> proposed = new HashSet<>();

    private int proposedTerm;

    /** As the leader said at first; negative before that. */
    private long agreedAtFirst = -1;

    private boolean caughtUp;
    private boolean ended;

    RaftRun(
            PlacementSettings settings,
            RaftLog log,
            RaftLoop loop,
            Owner owner,
            Folding folding,
            Mail mail,
            SnapshotSending.Making making) {
        this.loop = loop;
        this.owner = owner;
        this.folding = folding;
        this.mail = mail;
        Consensus world = new Consensus(new World(), new RaftLogger(owner::broken));
        raft =
                RaftNodeImpl.restoreRaftNode(
                        new Consensus.Group(), log.restored(), settings.raft(), world, log);
        arrivals = new Arrivals(raft);
        sending = making.of(raft.state());
    }

    void start() {
        raft.start();
        execute(this::electFirst);
    }

    void end() {
        ended = true;
    }

    private void electFirst() {
        electAlone();
        if (raft.state().role() == RaftRole.FOLLOWER) {
            new PreVoteTask(raft, raft.state().term()).run(); // not only after a timeout
        }
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
            if (state.role() == RaftRole.CANDIDATE) {
                raft.toLeader();
            }
        }
    }

    // What it is like

    boolean isLeader() {
        return raft.state().role() == RaftRole.LEADER && !raft.isTerminatedOrSteppedDown();
    }

    @Nullable MemberId leader() {
        RaftEndpoint leader = raft.state().leader();
        return leader == null ? null : Endpoint.id(leader);
    }

    int term() {
        return raft.state().term();
    }

    long applied() {
        return raft.state().lastApplied();
    }

    /** Who takes part, agreed or about to be. */
    Set<MemberId> group() {
        return ids(raft.getAppliedMembers());
    }

    private static Set<MemberId> ids(Iterable<RaftEndpoint> endpoints) {
        Set<MemberId> ids = new HashSet<>();
        endpoints.forEach(each -> ids.add(Endpoint.id(each)));
        return ids;
    }

    RaftNodeImpl raft() {
        return raft;
    }

    // What it is asked to do

    /** As leader. If it fails, it is proposed again by who wants it. */
    void propose(Operation.Change change) {
        if (proposedTerm != term()) {
            proposed.clear();
            proposedTerm = term();
        }
        RaftState state = raft.state();
        long uncommitted = state.log().lastLogOrSnapshotIndex() - state.commitIndex();
        if (isLeader() && uncommitted < MAX_UNCOMMITTED && proposed.add(change.id())) {
            InternalCompletableFuture<?> done = new InternalCompletableFuture<>();
            whenDone(done, result -> proposed.remove(change.id()));
            new ReplicateTask(raft, change, done).run();
        }
    }

    /** As leader: the index up to which all is folded that was agreed before. */
    void barrier(Consumer<Long> then) {
        LeaderState leading = raft.state().leaderState();
        if (leading != null && leading.queryState().queryCount() >= MAX_UNCOMMITTED) {
            return;
        }
        if (!raft.state().isKnownMember(raft.getLocalMember())) {
            return; // Raft counts itself, also if it is being removed: who comes after it answers
        }
        whenDone(
                raft.query(new Operation.Barrier(), QueryPolicy.LINEARIZABLE),
                result -> {
                    if (result instanceof Long index) {
                        then.accept(index);
                    }
                });
    }

    /**
     * @param then given null if it failed
     */
    static void whenDone(CompletableFuture<?> future, Consumer<@Nullable Object> then) {
        future.whenCompleteAsync(
                (result, failure) -> then.accept(failure == null ? result : null), Runnable::run);
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
            raft.tryRunQueries();
        }
        lookWhetherCaughtUp();
    }

    private void lookWhetherCaughtUp() {
        if (!caughtUp
                && (isLeader() || (agreedAtFirst >= 0 && applied() >= agreedAtFirst))
                && termOfLastApplied() == term()) {
            caughtUp = true;
            owner.caughtUp();
        }
    }

    /** That entry may be in a snapshot only; 0 before the first. */
    private int termOfLastApplied() {
        SnapshotEntry snapshot = raft.state().log().snapshot();
        if (applied() == snapshot.index()) {
            return snapshot.term();
        }
        LogEntry entry = raft.state().log().getLogEntry(applied());
        return entry == null ? 0 : entry.term();
    }

    /** Done at once: what is checked of it must still be so when Raft takes it. */
    void receive(Object message) {
        arrivals.take(message);
        if (agreedAtFirst < 0 && message instanceof AppendRequest heard && heard.term() == term()) {
            agreedAtFirst = heard.leaderCommitIndex();
        }
    }

    /**
     * @return whether this member needs the snapshot
     */
    boolean offered(Message.Offer offer, MemberId from) {
        return arrivals.offer(offer, from);
    }

    void ask(Message.Ask ask, MemberId from) {
        sending.ask(ask, from);
    }

    /**
     * Whole, and on disk.
     *
     * @return whether this member has it now, or had all of it already
     */
    boolean install(InstallSnapshot snapshot) {
        if (!ended) {
            arrivals.install(snapshot);
        }
        return !ended && raft.state().commitIndex() >= snapshot.snapshot().index();
    }

    void tick() {
        sending.tick();
    }

    private void execute(Runnable task) {
        loop.execute(() -> guarded(task));
    }

    private void guarded(Runnable task) {
        owner.enter(() -> {
            if (!ended) {
                task.run();
            }
        });
    }

    /**
     * Nobody was elected in time. Raft would begin the next term at once and, with a member that
     * the others do not elect, so for ever: one that was removed and never heard of it takes those
     * along that have no leader just then, and they the leader's lead. So it asks first (pre-vote,
     * as before each election: Ongaro's thesis, 9.6).
     */
    private void askBeforeElection() {
        if (raft.state().role() == RaftRole.CANDIDATE) {
            raft.toFollower(raft.state().term());
            new PreVoteTask(raft, raft.state().term()).run();
        }
    }

    /**
     * A member of the group, or of the one that is agreed: until its removal is agreed it may be
     * the only one that has what the others need, and the removal as well (Ongaro's thesis, 4.2.2).
     */
    private boolean mayLead() {
        RaftState state = raft.state();
        RaftEndpoint self = raft.getLocalMember();
        return state.isKnownMember(self) || state.committedGroupMembers().isKnownMember(self);
    }

    /** What Raft sees. */
    private final class World implements Consensus.Owner {
        @Override
        public void execute(Runnable task) {
            RaftRun.this.execute(task);
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
                                if (task instanceof LeaderElectionTimeoutTask) {
                                    askBeforeElection();
                                } else {
                                    task.run();
                                }
                                electAlone();
                            }),
                    delayMillis);
        }

        @Override
        public Object run(Object operation, long index) {
            return switch ((Operation) operation) {
                case Operation.Nothing() -> "";
                case Operation.Change change -> {
                    folding.apply(change, isLeader() && isOfThisTerm(index));
                    yield index;
                }
                case Operation.Barrier() -> index;
            };
        }

        private boolean isOfThisTerm(long index) {
            LogEntry entry = raft.state().log().getLogEntry(index);
            return entry != null && entry.term() == term();
        }

        @Override
        public @Nullable PlacementState snapshot() {
            return sending.needsLog() ? null : folding.snapshot();
        }

        @Override
        public void restore(PlacementState snapshot) {
            folding.restore(snapshot);
        }

        @Override
        public void statusChanged(RaftNodeStatus status) {
            if (status == RaftNodeStatus.STEPPED_DOWN) {
                owner.steppedDown();
            }
        }

        @Override
        public boolean send(Object message, MemberId to) {
            if ((message instanceof PreVoteRequest || message instanceof VoteRequest)
                    && !mayLead()) {
                return false;
            }
            if (message instanceof InstallSnapshot snapshot) {
                sending.offer(snapshot, to);
            } else {
                mail.send(message, to);
            }
            return true;
        }
    }
}
