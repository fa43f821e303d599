package io.robustmq.telemetry.event;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts durations in fixed buckets ({@link LatencyBuckets}), for a Prometheus histogram. One
 * writer, any number of readers; a reader may see a count a moment before its sum.
 */
public final class Latency {
    private final AtomicLongArray cells = new AtomicLongArray(LatencyBuckets.CELLS);
    private final AtomicLongArray sum = new AtomicLongArray(1);
    private final AtomicReferenceArray<@Nullable Example> examples =
            new AtomicReferenceArray<>(LatencyBuckets.roundBuckets());

    /** A traced occurrence, for an exemplar. */
    public record Example(long nanos, TraceContext trace, long epochMillis) {}

    /** Adds {@code times} occurrences of one duration. The owner's thread only. */
    public void record(long nanos, long times) {
        int cell = LatencyBuckets.cellOf(nanos);
        cells.setPlain(cell, cells.getPlain(cell) + times);
        sum.setRelease(0, sum.getPlain(0) + nanos * times);
    }

    /**
     * Keeps a traced occurrence as the example of its bucket; it is counted by {@link #record}, not
     * here.
     */
    public void example(long nanos, TraceContext trace, long epochMillis) {
        int bucket = LatencyBuckets.roundOf(LatencyBuckets.cellOf(nanos));
        examples.setRelease(bucket, new Example(nanos, trace, epochMillis));
    }

    /** Upper bounds of the round buckets; above the last is one more. */
    public static double[] boundsSeconds() {
        return LatencyBuckets.roundSeconds();
    }

    /** Occurrences per round bucket, not cumulative, one more than {@link #boundsSeconds()}. */
    public long[] counts() {
        return LatencyBuckets.round(cells());
    }

    /** Occurrences by cell, of which {@link LatencyBuckets} makes either histogram. */
    public long[] cells() {
        long[] copy = new long[cells.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = cells.getAcquire(i);
        }
        return copy;
    }

    public double sumSeconds() {
        return sum.getAcquire(0) / 1e9;
    }

    /** The latest example of a round bucket. */
    public @Nullable Example exampleOf(int bucket) {
        return examples.getAcquire(bucket);
    }
}
