package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.RaftNodeImpl;
import com.hazelcast.cp.internal.raft.impl.RaftNodeStatus;
import com.hazelcast.cp.internal.raft.impl.command.UpdateRaftGroupMembersCmd;
import com.hazelcast.cp.internal.raft.impl.dto.AppendFailureResponse;
import com.hazelcast.cp.internal.raft.impl.dto.AppendRequest;
import com.hazelcast.cp.internal.raft.impl.dto.AppendSuccessResponse;
import com.hazelcast.cp.internal.raft.impl.dto.InstallSnapshot;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteResponse;
import com.hazelcast.cp.internal.raft.impl.dto.TriggerLeaderElection;
import com.hazelcast.cp.internal.raft.impl.dto.VoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.VoteResponse;
import com.hazelcast.cp.internal.raft.impl.handler.AppendFailureResponseHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.AppendRequestHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.AppendSuccessResponseHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.InstallSnapshotHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.PreVoteRequestHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.PreVoteResponseHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.TriggerLeaderElectionHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.VoteRequestHandlerTask;
import com.hazelcast.cp.internal.raft.impl.handler.VoteResponseHandlerTask;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import com.hazelcast.cp.internal.raft.impl.state.CandidateState;
import com.hazelcast.cp.internal.raft.impl.state.RaftState;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hands Raft the messages of other members, in the form that it takes. A network without order, and
 * logs that begin with a snapshot, bring what it does not expect:
 *
 * <ul>
 *   <li>the question before an election in an earlier term: it would say no, of which who asks
 *       learns nothing, and if only that one has all that may be agreed, nobody would ever lead.
 *       The election itself tells it the term;
 *   <li>votes for a member that is being removed, which has none itself: it would count its own;
 *   <li>an answer to an earlier term: it would count what a follower had then, and may have lost
 *       since, as what it has now, and commit by it;
 *   <li>entries that follow its snapshot while there are entries after it already, or that begin
 *       before it: it looks for the one before them in its log only;
 *   <li>entries that come late, with word of what is agreed: it would take back what it knows;
 *   <li>a snapshot while there are entries after its last: it would keep them even if they are of
 *       another history.
 * </ul>
 */
final class Arrivals {
    private static final LogEntry[] NONE = {};

    private final RaftNodeImpl raft;
    private final RaftState state;

    Arrivals(RaftNodeImpl raft) {
        this.raft = raft;
        state = raft.state();
    }

    void take(Object message) {
        switch (message) {
            case PreVoteRequest m -> new PreVoteRequestHandlerTask(raft, notTooEarly(m)).run();
            case PreVoteResponse m -> {
                if (m.term() < state.term()
                        || isToBeCounted(state.preCandidateState(), m.voter(), m.granted())) {
                    new PreVoteResponseHandlerTask(raft, m).run();
                }
            }
            case VoteRequest m -> new VoteRequestHandlerTask(raft, m).run();
            case VoteResponse m -> {
                if (m.term() != state.term()
                        || isToBeCounted(state.candidateState(), m.voter(), m.granted())) {
                    new VoteResponseHandlerTask(raft, m).run();
                }
            }
            case AppendRequest m -> append(m);
            case AppendSuccessResponse m -> {
                if (m.term() == state.term()) {
                    new AppendSuccessResponseHandlerTask(raft, m).run();
                }
            }
            case AppendFailureResponse m -> {
                if (m.term() >= state.term()) {
                    new AppendFailureResponseHandlerTask(raft, m).run();
                }
            }
            case TriggerLeaderElection m -> new TriggerLeaderElectionHandlerTask(raft, m).run();
            default -> throw new IllegalStateException("not a message of Raft's: " + message);
        }
    }

    private PreVoteRequest notTooEarly(PreVoteRequest m) {
        return m.nextTerm() >= state.term()
                ? m
                : new PreVoteRequest(
                        m.candidate(), state.term(), m.lastLogTerm(), m.lastLogIndex());
    }

    /** Whether Raft may count, now that this answer is among the votes. */
    private boolean isToBeCounted(
            @Nullable CandidateState votes, RaftEndpoint voter, boolean granted) {
        if (votes == null || state.isKnownMember(raft.getLocalMember())) {
            return true;
        }
        if (granted && state.isKnownMember(voter)) {
            votes.grantVote(voter);
        }
        return votes.voteCount() > votes.majority(); // its own is among them
    }

    private void append(AppendRequest m) {
        SnapshotEntry snapshot = state.log().snapshot();
        boolean follows = snapshot.index() > 0 && m.term() >= state.term();
        if (follows
                && m.prevLogIndex() < snapshot.index()
                && !state.log().containsLogEntry(m.prevLogIndex())) {
            appendFromBefore(m, snapshot);
        } else if (follows
                && m.prevLogIndex() == snapshot.index()
                && m.prevLogTerm() == snapshot.term()) {
            appendAfter(m, snapshot);
        } else {
            hand(m);
        }
    }

    /** What the snapshot has is agreed: the leader has the same, and it need not be compared. */
    private void appendFromBefore(AppendRequest m, SnapshotEntry snapshot) {
        int known = (int) Math.min(m.entryCount(), snapshot.index() - m.prevLogIndex());
        LogEntry[] rest = Arrays.copyOfRange(m.entries(), known, m.entryCount());
        append(with(m, snapshot.term(), snapshot.index(), m.leaderCommitIndex(), rest));
    }

    private void appendAfter(AppendRequest m, SnapshotEntry snapshot) {
        LogEntry next = state.log().getLogEntry(snapshot.index() + 1);
        if (next == null || state.log().containsLogEntry(snapshot.index())) {
            hand(m);
        } else if (m.entryCount() == 0) {
            // it is heard of as the leader, and told that all is as it thinks
            hand(
                    new AppendRequest(
                            m.leader(),
                            m.term(),
                            0,
                            0,
                            0,
                            NONE,
                            m.queryRound(),
                            m.flowControlSequenceNumber()));
            raft.send(
                    new AppendSuccessResponse(
                            raft.getLocalMember(),
                            state.term(),
                            snapshot.index(),
                            m.queryRound(),
                            m.flowControlSequenceNumber()),
                    m.leader());
        } else if (m.entries()[0].term() == next.term()) {
            LogEntry[] rest = Arrays.copyOfRange(m.entries(), 1, m.entryCount());
            hand(with(m, next.term(), next.index(), m.leaderCommitIndex(), rest));
        } else {
            cut(snapshot.index() + 1);
            hand(m);
        }
    }

    private void hand(AppendRequest m) {
        boolean isLate = m.prevLogIndex() + m.entryCount() < state.commitIndex();
        AppendRequest taken =
                isLate ? with(m, m.prevLogTerm(), m.prevLogIndex(), 0, m.entries()) : m;
        new AppendRequestHandlerTask(raft, taken).run();
    }

    private static AppendRequest with(
            AppendRequest m,
            int previousTerm,
            long previousIndex,
            long commitIndex,
            LogEntry[] entries) {
        return new AppendRequest(
                m.leader(),
                m.term(),
                previousTerm,
                previousIndex,
                commitIndex,
                entries,
                m.queryRound(),
                m.flowControlSequenceNumber());
    }

    /**
     * The leader is heard of, and answered: its next offer is its next heartbeat.
     *
     * @return whether the snapshot is needed here
     */
    boolean offer(Message.Offer m, MemberId from) {
        Endpoint leader = new Endpoint(from);
        SnapshotHead head = m.head();
        AppendRequest heard =
                new AppendRequest(leader, m.term(), 0, 0, 0, NONE, m.queryRound(), m.sequence());
        new AppendRequestHandlerTask(raft, heard).run();
        if (m.term() != state.term() || !leader.equals(state.leader())) {
            return false;
        }
        LogEntry own = state.log().getLogEntry(head.index());
        boolean isAgreed = head.index() <= state.commitIndex();
        if (isAgreed || (own != null && own.term() == head.term())) {
            // all of it is there, and what follows it may be needed
            raft.state().log().flush();
            raft.send(
                    new AppendSuccessResponse(
                            raft.getLocalMember(),
                            state.term(),
                            head.index(),
                            m.queryRound(),
                            m.sequence()),
                    leader);
            return false;
        }
        return true;
    }

    /** The whole is there. */
    void install(InstallSnapshot m) {
        SnapshotEntry snapshot = m.snapshot();
        LogEntry own = state.log().getLogEntry(snapshot.index());
        if (m.term() >= state.term() && own != null && own.term() == snapshot.term()) {
            return; // that came in another way meanwhile
        }
        if (m.term() >= state.term() && own != null && snapshot.index() > state.commitIndex()) {
            cut(snapshot.index() + 1);
        }
        if (m.term() >= state.term()
                && snapshot.index() > state.commitIndex()
                && state.lastGroupMembers().index() != state.committedGroupMembers().index()) {
            forgetMembers(); // of an entry that the snapshot takes the place of
        }
        new InstallSnapshotHandlerTask(raft, m).run();
    }

    private void forgetMembers() {
        raft.setStatus(RaftNodeStatus.ACTIVE);
        raft.resetGroupMembers();
    }

    /** Entries from there on are of another history than the leader's. */
    private void cut(long index) {
        if (index > state.log().lastLogOrSnapshotIndex()) {
            return;
        }
        var gone = state.log().deleteEntriesFrom(index);
        raft.invalidateFuturesFrom(index);
        if (gone.stream().anyMatch(each -> each.operation() instanceof UpdateRaftGroupMembersCmd)) {
            forgetMembers();
        }
        state.log().flush();
    }
}
