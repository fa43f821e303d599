package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;

/** Follows a shard without polling. One thread reads; {@link #close} from any thread. */
public final class Tail implements Closeable {
    private final Shard shard;
    private final Reading reading;
    private final Waiters waiters;
    private long next;
    private volatile boolean closed;

    Tail(Shard shard, Reading reading, Waiters waiters, long from) {
        this.shard = shard;
        this.reading = reading;
        this.waiters = waiters;
        next = from;
    }

    /**
     * Waits for at least one record after those it handed over before, and hands over all there
     * are. Records that retention removed meanwhile are told as a gap.
     *
     * @return false when the tail or its shard is closed
     */
    public boolean read(RecordReader reader) throws IOException {
        return read(reader, Long.MAX_VALUE);
    }

    /** The same, but after {@code mostNanos} it returns though there was no record. */
    public boolean read(RecordReader reader, long mostNanos) throws IOException {
        try {
            waiters.await(() -> isClosed() || shard.nextOffset() > next, mostNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for shard " + shard.name());
        }
        if (isClosed()) {
            return false;
        }
        if (shard.nextOffset() == next) {
            return true;
        }
        next = reading.read(next, shard.nextOffset(), reader);
        return true;
    }

    private boolean isClosed() {
        return closed || shard.isClosed();
    }

    @Override
    public void close() {
        closed = true;
        waiters.wake();
    }
}
