package io.robustmq.journal;

import java.io.IOException;

/**
 * A record on its way to disk, and who is told. For one use. For callers that do not want a future
 * per record; what they are told must be taken quickly and without waiting for the journal.
 */
public abstract class Append {
    static final int MAX_KEYS = 8;

    private final byte[] payload;
    private final int[] keys;
    private long writtenNanos;
    private long durableNanos;
    private long offeredNanos;

    /**
     * @param payload at most {@value Journal#MAX_PAYLOAD_BYTES} bytes; not to be changed afterwards
     * @param keys hashes to find the record by, with {@link Shard#readKey}; at most {@value
     *     #MAX_KEYS}
     */
    protected Append(byte[] payload, int... keys) {
        if (payload.length > Journal.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "a record holds at most "
                            + Journal.MAX_PAYLOAD_BYTES
                            + " bytes, was "
                            + payload.length);
        }
        if (keys.length > MAX_KEYS) {
            throw new IllegalArgumentException(
                    "a record has at most " + MAX_KEYS + " keys, was " + keys.length);
        }
        this.payload = payload;
        this.keys = keys;
    }

    public final byte[] payload() {
        return payload;
    }

    public final int[] keys() {
        return keys;
    }

    final int frameBytes() {
        return Frame.bytes(payload.length, keys.length);
    }

    /** For the log, before it tells {@link #appended}. */
    public final void timed(long written, long durable) {
        writtenNanos = written;
        durableNanos = durable;
    }

    /**
     * {@link System#nanoTime} when it had been handed to the operating system; from {@link
     * #appended} on.
     */
    public final long writtenNanos() {
        return writtenNanos;
    }

    /**
     * When it was as durable as configured: behind the sync, or when a quorum had it; from {@link
     * #appended} on.
     */
    public final long durableNanos() {
        return durableNanos;
    }

    final void offered(long nanos) {
        offeredNanos = nanos;
    }

    /** When the journal was given it. */
    final long offeredNanos() {
        return offeredNanos;
    }

    /** The record is as durable as configured. The log's thread, by offsets. */
    public abstract void appended(long offset, long epochMillis);

    /**
     * It is not kept: {@link JournalFullException}, {@link JournalFailedException} or {@link
     * JournalClosedException}. The log's thread, or the caller's within append().
     */
    public abstract void failed(IOException why);
}
