package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftRole;
import com.hazelcast.cp.internal.raft.impl.dto.InstallSnapshot;
import com.hazelcast.cp.internal.raft.impl.log.RaftLog;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import com.hazelcast.cp.internal.raft.impl.state.FollowerState;
import com.hazelcast.cp.internal.raft.impl.state.LeaderState;
import com.hazelcast.cp.internal.raft.impl.state.RaftState;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends snapshots, as leader, to members that are behind the beginning of the log. Raft wants it
 * with each heartbeat; then it is offered, and the member asks for piece after piece. One run of
 * Raft, on the member's loop; pieces are made {@link Aside}.
 *
 * <pre>
 *   leader                                 member
 *     offer(transfer, head)       ────→
 *                                 ←────    ask(session, next 0)
 *     pieces 0 … WINDOW - 1       ────→                            on disk, then:
 *                                 ←────    ask(session, next 1)
 *     piece WINDOW                ────→    …
 * </pre>
 *
 * A state makes the same pieces whenever they are made. So only those are kept that are not
 * confirmed, and for a member that began anew they are made anew.
 *
 * <p>While a member gets one, and until it has what came after it, the log is not made short: else
 * it would have to begin again. Bounds: {@link #LONGEST_LOG} times the usual log, after which the
 * transfer is in vain and a newer snapshot is sent; and {@link #SILENT_MILLIS} without a word.
 */
final class SnapshotSending {
    /** Pieces on the way to a member. */
    static final int WINDOW = 8;

    /** Of the changes after which the log is made short. */
    static final int LONGEST_LOG = 8;

    static final long SILENT_MILLIS = 10_000;

    /** What it sends, and when. */
    record Means(
            int pieceBytes,
            int snapshotEvery,
            LongSupplier millis,
            RandomGenerator chance,
            Events events) {}

    /** For a run of Raft. */
    interface Making {
        SnapshotSending of(RaftState raft);
    }

    private final RaftState raft;
    private final Mail mail;
    private final Aside aside;
    private final Means means;
    private final Map<MemberId, Transfer> transfers = new TreeMap<>(Members.ORDER);

    /** To one member. */
    private static final class Transfer {
        private final int term;
        private final long id;
        private final SnapshotHead head;
        private final PlacementState state;
        private final long items;
        private long heardMillis;
        private long matched;

        // from its first question on
        private boolean isAsked;
        private long begunMillis;

        /** It has the snapshot, and gets what came after it. */
        private boolean isDone;

        // for a session of the receiver
        private @Nullable PieceMaker maker;
        private boolean isMaking;
        private final ArrayDeque<Message.Piece> unconfirmed = new ArrayDeque<>();

        /** The first that is not confirmed. */
        private long base;

        /** The first that was not sent. */
        private long unsent;

        Transfer(int term, long id, SnapshotEntry snapshot, long now) {
            this.term = term;
            this.id = id;
            head = SnapshotHead.of(snapshot);
            state = (PlacementState) snapshot.operation();
            items = new StateWriter(state).total();
            heardMillis = now;
        }

        void begin(PieceMaker from, long next) {
            maker = from;
            isMaking = false;
            unconfirmed.clear();
            base = next;
            unsent = next;
        }

        void end() {
            isDone = true;
            maker = null;
            unconfirmed.clear();
        }
    }

    SnapshotSending(RaftState raft, Mail mail, Aside aside, Means means) {
        this.raft = raft;
        this.mail = mail;
        this.aside = aside;
        this.means = means;
    }

    private long now() {
        return means.millis.getAsLong();
    }

    /** Raft wants a member to have its newest snapshot. */
    void offer(InstallSnapshot m, MemberId to) {
        Transfer transfer = transfers.get(to);
        if (transfer == null || transfer.term != m.term() || !isOfUse(transfer)) {
            transfer = new Transfer(m.term(), means.chance.nextLong(), m.snapshot(), now());
            transfers.put(to, transfer);
        }
        mail.send(
                new Message.Offer(
                        m.term(),
                        m.queryRound(),
                        m.flowControlSequenceNumber(),
                        transfer.id,
                        transfer.items,
                        transfer.head),
                to);
    }

    /** It goes on, and the log goes on where its snapshot ends. */
    private boolean isOfUse(Transfer transfer) {
        RaftLog log = raft.log();
        long index = transfer.head.index();
        return !transfer.isDone
                && (index == log.snapshotIndex()
                        || (transfer.isAsked
                                && log.containsLogEntry(index)
                                && log.containsLogEntry(index + 1)));
    }

    void ask(Message.Ask m, MemberId from) {
        Transfer transfer = transfers.get(from);
        if (transfer == null || transfer.id != m.transfer() || transfer.isDone) {
            return;
        }
        transfer.heardMillis = now();
        if (!transfer.isAsked) {
            transfer.isAsked = true;
            transfer.begunMillis = now();
            means.events.emit(
                    new PlacementEvent.SnapshotSending(
                            mail.name(from), transfer.head.index(), transfer.items));
        }
        PieceMaker maker = transfer.maker;
        if (maker == null || maker.session() != m.session()) {
            transfer.begin(
                    new PieceMaker(
                            transfer.id, m.session(), transfer.state, means.pieceBytes, m.next()),
                    m.next());
        }
        if (m.next() < transfer.base || m.next() > transfer.unsent) {
            return; // it came late
        }
        while (transfer.base < m.next()) {
            transfer.unconfirmed.removeFirst();
            transfer.base++;
        }
        if (m.isAgain()) {
            transfer.unsent = transfer.base;
        }
        send(transfer, from);
    }

    private void send(Transfer transfer, MemberId to) {
        for (Message.Piece piece : transfer.unconfirmed) {
            if (piece.number() == transfer.unsent) {
                mail.send(piece, to);
                transfer.unsent++;
            }
        }
        PieceMaker maker = transfer.maker;
        int room = WINDOW - transfer.unconfirmed.size();
        if (maker == null || transfer.isMaking || room == 0) {
            return;
        }
        transfer.isMaking = true;
        aside.run(
                () -> maker.next(room),
                (made, _) -> {
                    if (made != null && transfer.maker == maker) {
                        transfer.isMaking = made.isEmpty(); // then there are no more
                        transfer.unconfirmed.addAll(made);
                        if (!made.isEmpty() && transfers.get(to) == transfer) {
                            send(transfer, to);
                        }
                    }
                });
    }

    /** Whether some member is about to be up to date, and needs the log as it is. */
    boolean needsLog() {
        return raft.commitIndex() - raft.log().snapshotIndex()
                        < (long) LONGEST_LOG * means.snapshotEvery
                && transfers.values().stream().anyMatch(each -> each.isAsked);
    }

    void tick() {
        LeaderState leading = raft.leaderState();
        if (raft.role() != RaftRole.LEADER || leading == null) {
            transfers.clear();
            return;
        }
        transfers
                .entrySet()
                .removeIf(each -> {
                    FollowerState follower =
                            leading.getFollowerStates().get(new Endpoint(each.getKey()));
                    return follower == null
                            || each.getValue().term != raft.term()
                            || isOver(each.getKey(), each.getValue(), follower);
                });
    }

    private boolean isOver(MemberId to, Transfer transfer, FollowerState follower) {
        if (follower.matchIndex() > transfer.matched) {
            transfer.matched = follower.matchIndex();
            transfer.heardMillis = now();
        }
        if (!transfer.isDone && transfer.matched >= transfer.head.index()) {
            transfer.end();
            if (transfer.isAsked) {
                means.events.emit(
                        new PlacementEvent.SnapshotSent(
                                mail.name(to),
                                transfer.head.index(),
                                now() - transfer.begunMillis));
            }
        }
        if (transfer.isDone) {
            // Raft keeps a tenth of the log for those who need it
            long late = raft.commitIndex() - means.snapshotEvery / 10;
            return transfer.matched > late || isSilent(transfer);
        }
        if (isSilent(transfer)) {
            if (transfer.isAsked) {
                means.events.emit(
                        new PlacementEvent.SnapshotAbandoned(
                                mail.name(to),
                                transfer.head.index(),
                                "it was not asked for more in "
                                        + TimeUnit.MILLISECONDS.toSeconds(SILENT_MILLIS)
                                        + " s"));
            }
            return true;
        }
        return false;
    }

    private boolean isSilent(Transfer transfer) {
        return now() - transfer.heardMillis > SILENT_MILLIS;
    }
}
