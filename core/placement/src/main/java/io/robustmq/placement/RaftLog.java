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
    private final Received received;
    private final Aside aside;
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

    /** A snapshot of which not all is read. */
    private @Nullable Reading reading;

    private record Reading(SnapshotHead head, StateReader state) {
        Reading(SnapshotHead head) {
            this(head, new StateReader());
        }
    }

    /** The last snapshot that a leader sent; its state is with what was received. */
    private RaftRecord.@Nullable Installed installed;

    /** Those after the snapshot. */
    private final List<LogEntry> entries = new ArrayList<>();

    /** Where the newest snapshot on disk begins to need records. */
    private long snapshotOffset;

    private long recordsRead;

    // of files

    /** In the newest file. */
    private long savedIndex;

    private boolean isSaving;
    private boolean isSavingAgain;
    private boolean isRetired;

    /** What is about to be given to Raft. */
    private RaftRecord.@Nullable Installed arriving;

    /**
     * @param received where the chunks of a leader's snapshot are
     */
    RaftLog(
            Records records,
            Received received,
            Aside aside,
            Events events,
            Consumer<IOException> failed) {
        this.records = records;
        this.received = received;
        this.aside = aside;
        this.events = events;
        this.failed = failed;
    }

    /** Reads what is on disk. */
    void recover() throws IOException {
        Long restored = records.restore(this::readSnapshot);
        snapshotOffset = restored == null ? 0 : restored;
        records.read(snapshotOffset, new Fold());
        RaftRecord.Installed last = installed;
        if (last != null && last.head().index() > snapshotIndex()) {
            snapshot = last.head().with(readReceived(last));
        }
    }

    private Long readSnapshot(long offset, DataInputStream in) throws IOException {
        SnapshotFile.read(in, this::fold);
        savedIndex = snapshotIndex();
        return offset;
    }

    private PlacementState readReceived(RaftRecord.Installed last) throws IOException {
        StateReader reader = new StateReader();
        try {
            received.read(
                    last.from(),
                    (index, _, payload) -> {
                        byte[] chunk = new byte[payload.remaining()];
                        payload.get(chunk);
                        reader.add(chunk);
                        return index + 1 < last.from() + last.chunks();
                    });
            return reader.finished();
        } catch (IOException e) {
            throw new IOException(
                    "the snapshot of entry "
                            + last.head().index()
                            + " that a leader sent is damaged; remove this member's folder and"
                            + " replace the member",
                    e);
        }
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
            case RaftRecord.Installed last -> {
                installed = last;
                forgetTo(last.head().index());
            }
            case RaftRecord.Left() -> left = true;
            case RaftRecord.Kept(SnapshotHead head) -> reading = new Reading(head);
            case RaftRecord.Chunk(byte[] bytes) -> {
                Reading begun = reading;
                if (begun == null) {
                    throw new IOException("the chunk of a state without its head");
                }
                begun.state.add(bytes);
                if (begun.state.hasEnded()) {
                    snapshot = begun.head.with(begun.state.finished());
                    reading = null;
                }
            }
        }
    }

    private long snapshotIndex() {
        SnapshotEntry last = snapshot;
        return last == null ? 0 : last.index();
    }

    private long lastIndex() {
        RaftRecord.Installed last = installed;
        long before = Math.max(snapshotIndex(), last == null ? 0 : last.head().index());
        return entries.isEmpty() ? before : entries.getLast().index();
    }

    private void cut(long index) {
        while (!entries.isEmpty() && entries.getLast().index() >= index) {
            entries.removeLast();
        }
    }

    private void forgetTo(long index) {
        entries.removeIf(entry -> entry.index() <= index);
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
     * One that this member took is only there to let older records go; it is written beside the
     * loop, and if that fails, they stay. One that the leader sent is on disk already: a record
     * says so. Either takes what a group of records takes.
     */
    @Override
    public void persistSnapshot(SnapshotEntry taken) throws IOException {
        if (!isCovered(taken)) {
            RaftRecord.Installed last = arriving;
            if (last == null || last.head().index() != taken.index()) {
                throw new IllegalStateException(
                        "the snapshot of entry " + taken.index() + " is not on disk");
            }
            installed = last;
            unwritten.add(last.encoded());
        }
        snapshot = taken;
        forgetTo(taken.index());
        flushLogs();
        save();
    }

    private boolean isCovered(SnapshotEntry taken) {
        return entries.stream()
                .anyMatch(entry -> entry.index() == taken.index() && entry.term() == taken.term());
    }

    /** What {@link #persistSnapshot} may be given next; null if nothing. */
    void received(RaftRecord.@Nullable Installed next) {
        arriving = next;
    }

    /** Whether what was received last is not in a file of its own yet. Then it will be. */
    boolean needsReceived() {
        RaftRecord.Installed last = installed;
        boolean isNeeded = last != null && savedIndex < last.head().index();
        if (isNeeded && !isSaving) {
            saveAll();
        }
        return isNeeded;
    }

    private void saveAll() {
        try {
            flushLogs();
            save();
        } catch (IOException e) {
            // whoever uses this log was told, and begins anew
        }
    }

    /** All is written that was to be. */
    private void save() {
        if (isSaving) {
            isSavingAgain = true;
            return;
        }
        isSaving = true;
        SnapshotFile file = file();
        aside.run(
                () -> {
                    records.saveSnapshot(file.offset(), file);
                    return file;
                },
                (_, failure) -> {
                    isSaving = false;
                    if (!isRetired) {
                        saved(file, failure);
                    }
                });
    }

    private void saved(SnapshotFile file, @Nullable IOException failure) {
        if (failure != null) {
            events.emit(new PlacementEvent.SnapshotFailed(file.index(), Failure.of(failure)));
        } else {
            records.trim(snapshotOffset); // if this one is damaged, the one before it is needed
            snapshotOffset = file.offset();
            savedIndex = file.index();
        }
        if (isSavingAgain) {
            isSavingAgain = false;
            saveAll();
        }
    }

    /** Nothing is written any more: the member ends, or begins anew from what is on disk. */
    void retire() {
        isRetired = true;
    }

    private SnapshotFile file() {
        List<RaftRecord> facts = new ArrayList<>();
        if (self != null) {
            facts.add(new RaftRecord.Self(self));
        }
        facts.add(new RaftRecord.Founders(founders));
        facts.add(new RaftRecord.Term(term, votedFor));
        if (left) {
            facts.add(new RaftRecord.Left());
        }
        return new SnapshotFile(records.next(), facts, snapshot, List.copyOf(entries));
    }

    @Override
    public void flushLogs() throws IOException {
        if (unwritten.isEmpty()) {
            return;
        }
        if (isRetired) {
            throw new IOException("this log is not written any more");
        }
        try {
            records.append(List.copyOf(unwritten));
        } catch (IOException e) {
            isRetired = true; // some of them may be there: they must not come twice
            failed.accept(e);
            throw e;
        }
        unwritten.clear();
    }

    @Override
    public void close() {}
}
