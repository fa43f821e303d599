package io.robustmq.placement;

import com.hazelcast.cp.CPGroupId;
import com.hazelcast.cp.CPMember;
import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.RaftIntegration;
import com.hazelcast.cp.internal.raft.impl.RaftNodeStatus;
import com.hazelcast.cp.internal.raft.impl.dto.AppendFailureResponse;
import com.hazelcast.cp.internal.raft.impl.dto.AppendRequest;
import com.hazelcast.cp.internal.raft.impl.dto.AppendSuccessResponse;
import com.hazelcast.cp.internal.raft.impl.dto.InstallSnapshot;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteResponse;
import com.hazelcast.cp.internal.raft.impl.dto.TriggerLeaderElection;
import com.hazelcast.cp.internal.raft.impl.dto.VoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.VoteResponse;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.impl.InternalCompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What Hazelcast's Raft asks of the world around it, for one {@link RaftMember}. */
final class Consensus implements RaftIntegration {
    /** The one group that there is. */
    record Group() implements CPGroupId {
        @Override
        public String getName() {
            return "placement";
        }

        @Override
        public long getId() {
            return 1;
        }
    }

    /** Says to Raft that a snapshot is taken later; it goes on. */
    static final class Later extends Exception {
        private static final long serialVersionUID = 1;

        Later() {
            super("a member needs the log as it is", null, false, false);
        }
    }

    /** What a run of Raft asks of its member. */
    interface Owner {
        /** Now or soon, on the member's thread. */
        void execute(Runnable task);

        /** After what is there now. */
        void afterwards(Runnable task);

        void schedule(Runnable task, long delayMillis);

        /** What Raft wants from the state machine, at an index of its log. */
        Object run(Object operation, long index);

        /** Null if there shall be none now. */
        @Nullable PlacementState snapshot();

        void restore(PlacementState snapshot);

        void statusChanged(RaftNodeStatus status);

        boolean send(Object message, MemberId to);
    }

    private final Owner owner;
    private final ILogger logger;

    Consensus(Owner owner, ILogger logger) {
        this.owner = owner;
        this.logger = logger;
    }

    @Override
    public ILogger getLogger(String name) {
        return logger;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public boolean isReachable(RaftEndpoint endpoint) {
        return true; // only those who answer are
    }

    @Override
    public Object runOperation(Object operation, long commitIndex) {
        return owner.run(operation, commitIndex);
    }

    @Override
    public Object takeSnapshot(long commitIndex) {
        PlacementState state = owner.snapshot();
        return state == null ? new Later() : state;
    }

    @Override
    public void restoreSnapshot(Object operation, long commitIndex) {
        owner.restore((PlacementState) operation);
    }

    @Override
    public void execute(Runnable task) {
        owner.execute(task);
    }

    /** Only its syncs come this way. */
    @Override
    public void submit(Runnable task) {
        owner.afterwards(task);
    }

    @Override
    public void schedule(Runnable task, long delay, TimeUnit unit) {
        owner.schedule(task, unit.toMillis(delay));
    }

    @Override
    @SuppressWarnings("rawtypes") // so it is declared
    public InternalCompletableFuture newCompletableFuture() {
        return new InternalCompletableFuture<>();
    }

    @Override
    public Object getAppendedEntryOnLeaderElection() {
        return new Operation.Nothing();
    }

    @Override
    public boolean isLinearizableReadOptimizationEnabled() {
        return true;
    }

    @Override
    public @Nullable CPMember getCPMember(RaftEndpoint target) {
        return null; // it only prints them
    }

    @Override
    public void onNodeStatusChange(RaftNodeStatus status) {
        owner.statusChanged(status);
    }

    @Override
    public void onGroupDestroyed(CPGroupId groupId) {
        throw new IllegalStateException("nobody destroys the placement group");
    }

    // Messages

    @Override
    public boolean send(PreVoteRequest message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(PreVoteResponse message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(VoteRequest message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(VoteResponse message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(AppendRequest message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(AppendSuccessResponse message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(AppendFailureResponse message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(InstallSnapshot message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }

    @Override
    public boolean send(TriggerLeaderElection message, RaftEndpoint to) {
        return owner.send(message, Endpoint.id(to));
    }
}
