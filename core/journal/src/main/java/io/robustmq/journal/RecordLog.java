package io.robustmq.journal;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Durable records of one owner, numbered from 0, and snapshots of what they come to: a {@link
 * Shard} of this node's journal, or one that is kept on several nodes. Any thread.
 */
public interface RecordLog {
    /**
     * Appends a record. Never blocks and never throws for the disk's sake: the append is told, in
     * the order of the calls, that it is as durable as configured, or that it is refused.
     */
    void append(Append append);

    /** In this order; once one is refused, all after it are. */
    void append(List<? extends Append> appends);

    /**
     * Has {@code told} run after the appends of each group were told, on the same thread. At most
     * one, set before the first append.
     */
    void afterGroup(Runnable told);

    /** Of the oldest record kept. */
    long firstOffset();

    /** After the last acknowledged record. */
    long nextOffset();

    /**
     * Hands the records from {@code from}, or from {@link #firstOffset} if that is later, up to
     * those acknowledged when it was called to {@code reader}, on this thread.
     */
    void read(long from, RecordReader reader) throws IOException;

    /**
     * Hands just the records at {@code ascendingOffsets}, of its elements {@code from} to before
     * {@code to}, to {@code reader}. Those near each other share a read; each that is not there any
     * more is a gap; those not acknowledged yet are left out.
     */
    void readEach(long[] ascendingOffsets, int from, int to, RecordReader reader)
            throws IOException;

    /** Nobody needs records below {@code offset} any more. It only grows. */
    void trim(long offset);

    /** Of all records kept, with what is stored around them. */
    long sizeBytes();

    /** Of the records appended since it was opened. */
    long appendedBytes();

    /**
     * Keeps a state folded from the records below {@code offset}, durably. The newest two are kept;
     * records that the older one needs should not be trimmed before.
     */
    void saveSnapshot(long offset, SnapshotWriter writer) throws IOException;

    /**
     * Makes a state from the newest snapshot that checks; null if there is none. A damaged one is
     * reported, and the one before it tried.
     */
    <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException;

    /** Why it takes no appends at present; null if it does. */
    @Nullable IOException failure();
}
