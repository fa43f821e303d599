package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import com.hazelcast.cp.internal.raft.impl.log.SnapshotEntry;
import com.hazelcast.cp.internal.raft.impl.persistence.RaftStateStore;
import com.hazelcast.cp.internal.raft.impl.persistence.RestoredRaftState;
import io.robustmq.journal.RecordReader;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a member must not forget, in {@link Records}: who it is, its term and vote, Raft's entries.
 * {@link RaftRecord} draws a record. In memory it is the fold over them, which a snapshot has, too:
 * a start reads the last one and the records after it.
 *
 * <p>Records wait in memory until Raft wants them on disk; then they go as one group. After an
 * exception from the disk nothing is known of that group, and Raft's state in memory may be ahead
 * of the disk: {@code failed} is told, and the member must begin anew from what is on disk.
 */
final class RaftLog implements RaftStateStore {
    private final Records records;
    private final Events events;
    private final Consumer<IOException> failed;

    private final List<byte[]> unwritten = new ArrayList<>();

    // the fold
    private @Nullable Member self;
    private List<Member> founders = List.of();
    private int term;
    private @Nullable MemberId votedFor;
    private @Nullable SnapshotEntry snapshot;
    private boolean left;

    /** Those after the snapshot. */
    private final List<LogEntry> entries = new ArrayList<>();

    /** Where the newest snapshot on disk begins to need records. */
    private long snapshotOffset;

    private long recordsRead;

    RaftLog(Records records, Events events, Consumer<IOException> failed) {
        this.records = records;
        this.events = events;
        this.failed = failed;
    }

    /** Reads what is on disk. */
    void recover() throws IOException {
        Long restored = records.restore(this::readSnapshot);
        snapshotOffset = restored == null ? 0 : restored;
        records.read(snapshotOffset, new Fold());
    }

    private Long readSnapshot(long offset, DataInputStream in) throws IOException {
        for (int n = in.readInt(); n > 0; n--) {
            byte[] record = in.readNBytes(in.readInt());
            fold(RaftRecord.decoded(ByteBuffer.wrap(record)));
        }
        return offset;
    }

    private final class Fold implements RecordReader {
        @Override
        public boolean record(long index, long epochMillis, ByteBuffer payload) throws IOException {
            try {
                fold(RaftRecord.decoded(payload));
            } catch (IOException e) {
                throw new IOException(
                        "the placement log at index " + index + ": " + e.getMessage(), e);
            }
            recordsRead++;
            return true;
        }
    }

    private void fold(RaftRecord record) throws IOException {
        switch (record) {
            case RaftRecord.Self(Member member) -> self = member;
            case RaftRecord.Founders(List<Member> members) -> founders = members;
            case RaftRecord.Term(int newTerm, MemberId vote) -> {
                term = newTerm;
                votedFor = vote;
            }
            case RaftRecord.Appended(LogEntry entry) -> {
                if (entry.index() != lastIndex() + 1) {
                    throw new IOException(
                            "entry " + entry.index() + " of Raft's log comes after " + lastIndex());
                }
                entries.add(entry);
            }
            case RaftRecord.Cut(long index) -> cut(index);
            case RaftRecord.Installed(int _, long index) -> {
                if (snapshotIndex() < index) {
                    throw new IOException(
                            "the snapshot of entry "
                                    + index
                                    + " that a leader sent is damaged; remove this member's folder"
                                    + " and replace the member");
                }
            }
            case RaftRecord.Kept(SnapshotEntry kept) -> keep(kept);
            case RaftRecord.Left() -> left = true;
        }
    }

    private long snapshotIndex() {
        SnapshotEntry last = snapshot;
        return last == null ? 0 : last.index();
    }

    private long lastIndex() {
        return entries.isEmpty() ? snapshotIndex() : entries.getLast().index();
    }

    private void cut(long index) {
        while (!entries.isEmpty() && entries.getLast().index() >= index) {
            entries.removeLast();
        }
    }

    private void keep(SnapshotEntry kept) {
        snapshot = kept;
        entries.removeIf(entry -> entry.index() <= kept.index());
    }

    /** Whose log it is; null before {@link #identify}. */
    @Nullable Member self() {
        return self;
    }

    List<Member> founders() {
        return founders;
    }

    boolean hasLeft() {
        return left;
    }

    void leave() throws IOException {
        left = true;
        unwritten.add(new RaftRecord.Left().encoded());
        flushLogs();
    }

    /** Of the group, which no other has. */
    MemberId group() {
        return groupOf(founders);
    }

    static MemberId groupOf(List<Member> founders) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            founders.stream()
                    .map(Member::id)
                    .sorted(Members.ORDER)
                    .forEach(id -> digest.update(id.put(ByteBuffer.allocate(16)).array()));
            return MemberId.read(ByteBuffer.wrap(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    long recordsRead() {
        return recordsRead;
    }

    /** The member's name and address, and on a first start its id. */
    void identify(Member member) throws IOException {
        if (!member.equals(self)) {
            self = member;
            unwritten.add(new RaftRecord.Self(member).encoded());
            flushLogs();
        }
    }

    void found(List<Member> members) throws IOException {
        founders = List.copyOf(members);
        unwritten.add(new RaftRecord.Founders(members).encoded());
        flushLogs();
    }

    RestoredRaftState restored() {
        Member me = self;
        if (me == null || founders.isEmpty()) {
            throw new IllegalStateException("the group is not formed");
        }
        Set<RaftEndpoint> initial = new LinkedHashSet<>();
        founders.forEach(member -> initial.add(new Endpoint(member.id())));
        return new RestoredRaftState(
                new Endpoint(me.id()),
                initial,
                term,
                votedFor == null ? null : new Endpoint(votedFor),
                snapshot,
                entries.toArray(LogEntry[]::new));
    }

    // What Raft wants to be kept

    @Override
    public void open() {}

    /** They are there since {@link #found}. */
    @Override
    public void persistInitialMembers(RaftEndpoint me, Collection<RaftEndpoint> members) {}

    @Override
    public void persistTerm(int newTerm, @Nullable RaftEndpoint vote) throws IOException {
        MemberId voted = vote == null ? null : Endpoint.id(vote);
        if (newTerm == term && Objects.equals(voted, votedFor)) {
            return;
        }
        term = newTerm;
        votedFor = voted;
        unwritten.add(new RaftRecord.Term(newTerm, voted).encoded());
        flushLogs();
    }

    @Override
    public void persistEntry(LogEntry entry) throws IOException {
        entries.add(entry);
        unwritten.add(new RaftRecord.Appended(entry).encoded());
    }

    @Override
    public void deleteEntriesFrom(long index) throws IOException {
        cut(index);
        unwritten.add(new RaftRecord.Cut(index).encoded());
    }

    /**
     * One that this member took is only there to let older records go: if it cannot be kept, they
     * stay. One that the leader sent is all that there is.
     */
    @Override
    public void persistSnapshot(SnapshotEntry taken) throws IOException {
        boolean isInstalled = !isCovered(taken);
        keep(taken);
        flushLogs();
        try {
            save();
        } catch (IOException e) {
            events.emit(new PlacementEvent.SnapshotFailed(taken.index(), Failure.of(e)));
            if (isInstalled) {
                failed.accept(e);
                throw e;
            }
            return;
        }
        if (isInstalled) {
            unwritten.add(new RaftRecord.Installed(taken.term(), taken.index()).encoded());
            flushLogs();
        }
    }

    private boolean isCovered(SnapshotEntry taken) {
        return entries.stream()
                .anyMatch(entry -> entry.index() == taken.index() && entry.term() == taken.term());
    }

    private void save() throws IOException {
        long offset = records.next();
        records.saveSnapshot(offset, this::writeSnapshot);
        records.trim(snapshotOffset); // if this one is damaged, the one before it is needed
        snapshotOffset = offset;
    }

    private void writeSnapshot(DataOutputStream out) throws IOException {
        List<RaftRecord> all = new ArrayList<>();
        if (self != null) {
            all.add(new RaftRecord.Self(self));
        }
        all.add(new RaftRecord.Founders(founders));
        all.add(new RaftRecord.Term(term, votedFor));
        if (left) {
            all.add(new RaftRecord.Left());
        }
        if (snapshot != null) {
            all.add(new RaftRecord.Kept(snapshot));
        }
        entries.forEach(entry -> all.add(new RaftRecord.Appended(entry)));
        out.writeInt(all.size());
        for (RaftRecord record : all) {
            byte[] bytes = record.encoded();
            out.writeInt(bytes.length);
            out.write(bytes);
        }
    }

    @Override
    public void flushLogs() throws IOException {
        if (unwritten.isEmpty()) {
            return;
        }
        try {
            records.append(List.copyOf(unwritten));
        } catch (IOException e) {
            failed.accept(e);
            throw e;
        }
        unwritten.clear();
    }

    @Override
    public void close() {}
}
