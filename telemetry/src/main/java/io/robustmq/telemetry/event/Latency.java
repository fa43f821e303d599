package io.robustmq.telemetry.event;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts durations in fixed buckets, for a Prometheus histogram. One writer, any number of readers;
 * a reader may see a count a moment before its sum.
 */
public final class Latency {
    /** Upper bounds, seconds; above the last is one more bucket. */
    private static final double[] BOUNDS_SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10
    };

    private static final long[] BOUNDS_NANOS =
            Arrays.stream(BOUNDS_SECONDS).mapToLong(s -> Math.round(s * 1e9)).toArray();

    private final AtomicLongArray counts = new AtomicLongArray(BOUNDS_NANOS.length + 1);
    private final AtomicLongArray sum = new AtomicLongArray(1);
    private final AtomicReferenceArray<@Nullable Example> examples =
            new AtomicReferenceArray<>(BOUNDS_NANOS.length + 1);

    /** A traced occurrence, for an exemplar. */
    public record Example(long nanos, TraceContext trace, long epochMillis) {}

    /** Adds {@code times} occurrences of one duration. The owner's thread only. */
    public void record(long nanos, long times) {
        int bucket = bucketOf(nanos);
        counts.setPlain(bucket, counts.getPlain(bucket) + times);
        sum.setRelease(0, sum.getPlain(0) + nanos * times);
    }

    /**
     * Keeps a traced occurrence as the example of its bucket; it is counted by {@link #record}, not
     * here.
     */
    public void example(long nanos, TraceContext trace, long epochMillis) {
        examples.setRelease(bucketOf(nanos), new Example(nanos, trace, epochMillis));
    }

    public static double[] boundsSeconds() {
        return BOUNDS_SECONDS.clone();
    }

    /** Occurrences per bucket, not cumulative, one more than {@link #boundsSeconds()}. */
    public long[] counts() {
        long[] copy = new long[counts.length()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = counts.getAcquire(i);
        }
        return copy;
    }

    public double sumSeconds() {
        return sum.getAcquire(0) / 1e9;
    }

    /** The latest example of a bucket. */
    public @Nullable Example exampleOf(int bucket) {
        return examples.getAcquire(bucket);
    }

    private static int bucketOf(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
            bucket++;
        }
        return bucket;
    }
}
