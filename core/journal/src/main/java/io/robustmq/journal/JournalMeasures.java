package io.robustmq.journal;

import io.robustmq.telemetry.event.Latency;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** Counted since the journal was made, over all its shards, closed ones too. Any thread. */
public final class JournalMeasures {
    private final Map<String, ShardMeasures> shards = new ConcurrentSkipListMap<>();
    private final List<Latency> syncs = new CopyOnWriteArrayList<>();
    private final List<Latency> appendLatencies = new CopyOnWriteArrayList<>();
    private final List<AppendQueue> queues = new CopyOnWriteArrayList<>();
    final LongAdder appends = new LongAdder();
    final LongAdder appendedBytes = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder trimmedRecords = new LongAdder();
    final LongAdder overrunRecords = new LongAdder();

    /** Of the shards that are open, by name. */
    public Map<String, ShardMeasures> shards() {
        return Map.copyOf(shards);
    }

    /** Records acknowledged. */
    public long appends() {
        return appends.sum();
    }

    /** Their payloads. */
    public long appendedBytes() {
        return appendedBytes.sum();
    }

    /** All segments of the open shards, with headers. */
    public long sizeBytes() {
        return shards.values().stream().mapToLong(ShardMeasures::sizeBytes).sum();
    }

    /** Segments of the open shards. */
    public long segments() {
        return shards.values().stream().mapToLong(ShardMeasures::segments).sum();
    }

    /** Times that a shard's disk failed. */
    public long failures() {
        return failures.sum();
    }

    /** Shards that take no appends at present because their disk failed. */
    public long failedShards() {
        return shards.values().stream().filter(ShardMeasures::isFailed).count();
    }

    /** What waits to be written. */
    public long queueBytes() {
        return queues.stream().mapToLong(queue -> queue.waitingBytes(null)).sum();
    }

    /** Records removed that nobody needed any more. */
    public long trimmedRecords() {
        return trimmedRecords.sum();
    }

    /** Records removed by a limit although they might still have been needed. */
    public long overrunRecords() {
        return overrunRecords.sum();
    }

    /** Syncs of segments, one for each directory; one sync acknowledges a whole group. */
    public List<Latency> syncs() {
        return List.copyOf(syncs);
    }

    /** From the append of a record until it is acknowledged, one for each directory. */
    public List<Latency> appendLatencies() {
        return List.copyOf(appendLatencies);
    }

    /** What reading the open shards back took, one after the other, when they were opened. */
    public Recovered recovered() {
        long nanos = 0;
        long records = 0;
        long segmentsThen = 0;
        for (ShardMeasures shard : shards.values()) {
            Recovered of = shard.recovered();
            nanos += of.nanos();
            records += of.records();
            segmentsThen += of.segments();
        }
        return new Recovered(nanos, records, segmentsThen);
    }

    /**
     * What was there when shards were opened.
     *
     * @param nanos that it took
     */
    public record Recovered(long nanos, long records, long segments) {
        static final Recovered NOTHING = new Recovered(0, 0, 0);
    }

    void add(String shard, ShardMeasures measures) {
        shards.put(shard, measures);
    }

    void remove(String shard) {
        shards.remove(shard);
    }

    void add(Writer.Parts writer) {
        queues.add(writer.queue());
        syncs.add(writer.syncs());
        appendLatencies.add(writer.appends());
    }
}
