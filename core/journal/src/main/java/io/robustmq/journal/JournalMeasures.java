package io.robustmq.journal;

import io.robustmq.telemetry.event.Latency;

/** Counted since the journal was made. One writing thread; read by any thread. */
public final class JournalMeasures {
    private final Latency syncs = new Latency();
    private volatile long appends;
    private volatile long appendedBytes;
    private volatile long sizeBytes;

    /** Records acknowledged. */
    public long appends() {
        return appends;
    }

    /** Their payloads. */
    public long appendedBytes() {
        return appendedBytes;
    }

    /** All segment files, with headers. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Syncs of segments while open; one sync acknowledges a whole group. */
    public Latency syncs() {
        return syncs;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void acknowledged(int records, long payloadBytes) {
        appends += records;
        appendedBytes += payloadBytes;
    }

    void size(long bytes) {
        sizeBytes = bytes;
    }
}
