package io.robustmq.journal;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Durable records, numbered from 0. Any thread; opened by {@link Journal#shard}. */
public final class Shard implements RecordLog, AutoCloseable {
    private final Home home;
    private final AppendQueue queue;
    private final ShardLog log;
    private final Chain chain;
    private final Reading reading;
    private final Searching searching;
    private final Snapshots snapshots;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    Shard(Home home, AppendQueue queue, ShardLog log, Chain chain, Runnable end) {
        this.home = home;
        this.queue = queue;
        this.log = log;
        this.chain = chain;
        this.end = end;
        reading = new Reading(home, chain);
        searching = new Searching(home, chain, reading);
        snapshots = new Snapshots(home);
    }

    public String name() {
        return home.shard();
    }

    public ShardSettings settings() {
        return home.settings();
    }

    public ShardMeasures measures() {
        return home.measures();
    }

    /**
     * Appends a record. Never blocks and never throws for the disk's sake: the answer completes
     * with the record's offset when it is as durable as {@link Durability} says, in the order of
     * the calls, or exceptionally with {@link JournalFullException}, {@link JournalFailedException}
     * or {@link JournalClosedException}.
     *
     * <p>What depends on the answer runs on the writer's thread unless it is made {@code …Async}:
     * it must be quick, and must not wait for the journal.
     *
     * @param payload at most {@value Journal#MAX_PAYLOAD_BYTES} bytes; not to be changed afterwards
     * @param keys hashes to find the record by, with {@link #readKey}; at most {@value
     *     Append#MAX_KEYS}
     */
    public CompletableFuture<Long> append(byte[] payload, int... keys) {
        FutureAppend append = new FutureAppend(payload, keys);
        queue.offer(log.lane(), append);
        return append.offset();
    }

    /** The same, without a future. */
    @Override
    public void append(Append append) {
        queue.offer(log.lane(), append);
    }

    @Override
    public void append(List<? extends Append> appends) {
        queue.offer(log.lane(), appends);
    }

    /** On the writer's thread. */
    @Override
    public void afterGroup(Runnable told) {
        log.afterGroup(told);
    }

    @Override
    public long firstOffset() {
        return chain.firstOffset();
    }

    @Override
    public long nextOffset() {
        return chain.nextOffset();
    }

    @Override
    public void read(long from, RecordReader reader) throws IOException {
        checkOpen();
        check(from);
        reading.read(Math.max(from, chain.firstOffset()), chain.nextOffset(), reader);
    }

    @Override
    public void readEach(long[] ascendingOffsets, int from, int to, RecordReader reader)
            throws IOException {
        checkOpen();
        if (from < to) {
            check(ascendingOffsets[from]);
        }
        reading.readEach(ascendingOffsets, from, to, reader);
    }

    /** The same as {@link #read} for just the records that were appended with {@code key}. */
    public void readKey(long from, int key, RecordReader reader) throws IOException {
        search(
                new Search(
                        from, Long.MAX_VALUE, List.of(new int[] {key}), Search.Order.OLDEST_FIRST),
                reader);
    }

    /**
     * Hands the records that {@code search} wants, of those acknowledged, to {@code reader}, on
     * this thread. Newest first, each gap is told between the records around it.
     */
    public void search(Search search, RecordReader reader) throws IOException {
        checkOpen();
        searching.search(search, reader);
    }

    /**
     * The first record written at or after {@code time}; {@link #nextOffset} if there is none. If
     * the disk cannot tell, one before it.
     */
    public long offsetAt(Instant time) {
        return reading.offsetAt(time.toEpochMilli(), chain.nextOffset());
    }

    /** Follows from {@code from}, or from {@link #firstOffset} if that is later. */
    public Tail tail(long from) {
        check(from);
        return new Tail(this, reading, log.waiters(), Math.max(from, chain.firstOffset()));
    }

    /**
     * Whole frames of one segment from record {@code from} on, at least one and otherwise at most
     * {@code maxBytes}; null if that record is not there. To be closed.
     */
    public @Nullable Region region(long from, int maxBytes) throws IOException {
        checkOpen();
        check(from);
        return reading.region(from, maxBytes);
    }

    @Override
    public void trim(long offset) {
        check(offset);
        log.trim(offset);
    }

    /** Of all segments, with headers. */
    @Override
    public long sizeBytes() {
        return home.measures().sizeBytes();
    }

    @Override
    public long appendedBytes() {
        return home.measures().appendedBytes();
    }

    @Override
    public void saveSnapshot(long offset, SnapshotWriter writer) throws IOException {
        check(offset);
        if (offset > nextOffset()) {
            throw new IllegalArgumentException(
                    "a snapshot holds acknowledged records, was at offset "
                            + offset
                            + " of "
                            + nextOffset());
        }
        snapshots.save(offset, writer);
    }

    @Override
    public <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        return snapshots.restore(reader);
    }

    @Override
    public @Nullable IOException failure() {
        return log.failure();
    }

    boolean isClosed() {
        return closed.get();
    }

    private void checkOpen() throws JournalClosedException {
        if (isClosed()) {
            throw new JournalClosedException("shard " + name() + " is closed");
        }
    }

    private static void check(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("offsets begin at 0, was " + offset);
        }
    }

    /**
     * Refuses further appends, completes those that wait, syncs (with every {@link Durability}) and
     * ends its tails. Not from what depends on an append. Twice without harm.
     */
    @Override
    public void close() {
        end.run();
    }

    /** Ends the tails, once; false if it was closed before. */
    boolean closing() {
        boolean first = closed.compareAndSet(false, true);
        if (first) {
            log.waiters().wake();
        }
        return first;
    }

    ShardLog log() {
        return log;
    }

    Chain chain() {
        return chain;
    }
}
