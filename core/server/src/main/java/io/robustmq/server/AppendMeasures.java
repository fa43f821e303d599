package io.robustmq.server;

import io.robustmq.telemetry.event.Latency;

/** Of one replicated shard, since this process opened it. Written by its log's thread. */
final class AppendMeasures {
    private final Latency quorum;
    private volatile long appends;
    private volatile long appendedBytes;
    private volatile long epoch;
    private volatile long lagRecords;

    AppendMeasures(Latency quorum) {
        this.quorum = quorum;
    }

    /**
     * @param nanos from when it was taken until a quorum had it
     */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
    void appended(int payloadBytes, long nanos) {
        appends = appends + 1;
        appendedBytes = appendedBytes + payloadBytes;
        quorum.record(nanos, 1);
    }

    void state(long ofEpoch, long lagging) {
        epoch = ofEpoch;
        lagRecords = lagging;
    }

    /** Records acknowledged. */
    long appends() {
        return appends;
    }

    /** Their payloads. */
    long appendedBytes() {
        return appendedBytes;
    }

    long epoch() {
        return epoch;
    }

    /** By so many records is the last replica behind. */
    long lagRecords() {
        return lagRecords;
    }
}
