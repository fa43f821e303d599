package io.robustmq.journal;

import io.robustmq.journal.JournalMeasures.Recovered;
import io.robustmq.telemetry.event.Latency;

/** Counted since the shard was opened. One writing thread; read by any thread. */
public final class ShardMeasures {
    private final JournalMeasures ofAll;
    private final Latency syncs = new Latency();
    private volatile long appends;
    private volatile long appendedBytes;
    private volatile long sizeBytes;
    private volatile int segments;
    private volatile long failures;
    private volatile boolean failed;
    private volatile long trimmedRecords;
    private volatile long overrunRecords;
    private volatile Recovered recovered = Recovered.NOTHING;

    ShardMeasures(JournalMeasures ofAll) {
        this.ofAll = ofAll;
    }

    /** Records acknowledged. */
    public long appends() {
        return appends;
    }

    /** Their payloads. */
    public long appendedBytes() {
        return appendedBytes;
    }

    /** All segments, with headers. */
    public long sizeBytes() {
        return sizeBytes;
    }

    public int segments() {
        return segments;
    }

    public Latency syncs() {
        return syncs;
    }

    /** Times that the disk failed. */
    public long failures() {
        return failures;
    }

    /** Whether it takes no appends at present. */
    public boolean isFailed() {
        return failed;
    }

    /** Records removed that nobody needed any more. */
    public long trimmedRecords() {
        return trimmedRecords;
    }

    /** Records removed by a limit although they might still have been needed. */
    public long overrunRecords() {
        return overrunRecords;
    }

    /** What was there when it was opened. */
    public Recovered recovered() {
        return recovered;
    }

    void opened(Recovered with) {
        recovered = with;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void acknowledged(int records, long payloadBytes) {
        appends += records;
        appendedBytes += payloadBytes;
        ofAll.appends.add(records);
        ofAll.appendedBytes.add(payloadBytes);
    }

    void size(long bytes, int files) {
        sizeBytes = bytes;
        segments = files;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void failed() {
        failed = true;
        failures++;
        ofAll.failures.increment();
    }

    void mended() {
        failed = false;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void removed(long notNeeded, long overrun) {
        trimmedRecords += notNeeded;
        overrunRecords += overrun;
        ofAll.trimmedRecords.add(notNeeded);
        ofAll.overrunRecords.add(overrun);
    }
}
