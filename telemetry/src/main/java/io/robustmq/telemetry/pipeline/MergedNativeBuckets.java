package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The sum of native histograms: at the coarsest of their schemas, with the widest of their zero
 * buckets.
 *
 * <pre>
 *   bucket i of schema s   (2^((i-1) * 2^-s), 2^(i * 2^-s)]
 *   at schema s - k        bucket ceil(i / 2^k)
 * </pre>
 */
final class MergedNativeBuckets {
    private final int schema;
    private final NavigableMap<Integer, Long> positive = new TreeMap<>();
    private final NavigableMap<Integer, Long> negative = new TreeMap<>();
    private double zeroThreshold;
    private long zeroCount;

    /**
     * @param points at least one, all with native buckets
     */
    MergedNativeBuckets(List<HistogramDataPointSnapshot> points) {
        this.schema =
                points.stream()
                        .mapToInt(HistogramDataPointSnapshot::getNativeSchema)
                        .min()
                        .orElseThrow();
        for (HistogramDataPointSnapshot point : points) {
            int coarser = point.getNativeSchema() - schema;
            add(point.getNativeBucketsForPositiveValues(), coarser, positive);
            add(point.getNativeBucketsForNegativeValues(), coarser, negative);
            zeroThreshold = Math.max(zeroThreshold, point.getNativeZeroThreshold());
            zeroCount += point.getNativeZeroCount();
        }
        double was;
        do {
            was = zeroThreshold;
            takeIntoZero(positive);
            takeIntoZero(negative);
        } while (zeroThreshold > was);
    }

    private static void add(NativeHistogramBuckets of, int coarser, Map<Integer, Long> to) {
        for (NativeHistogramBucket bucket : of) {
            int index = ((bucket.getBucketIndex() - 1) >> coarser) + 1;
            to.merge(index, bucket.getCount(), Long::sum);
        }
    }

    /** A bucket that begins within the zero bucket becomes part of it, which may widen it. */
    private void takeIntoZero(NavigableMap<Integer, Long> buckets) {
        Iterator<Map.Entry<Integer, Long>> each = buckets.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Integer, Long> bucket = each.next();
            if (upperBound(bucket.getKey() - 1) >= zeroThreshold) {
                return;
            }
            zeroCount += bucket.getValue();
            zeroThreshold = Math.max(zeroThreshold, upperBound(bucket.getKey()));
            each.remove();
        }
    }

    private double upperBound(int index) {
        return Math.pow(2, index * Math.pow(2, -schema));
    }

    void into(HistogramDataPointSnapshot.Builder sum) {
        sum.nativeSchema(schema);
        sum.nativeZeroThreshold(zeroThreshold);
        sum.nativeZeroCount(zeroCount);
        sum.nativeBucketsForPositiveValues(built(positive));
        sum.nativeBucketsForNegativeValues(built(negative));
    }

    private static NativeHistogramBuckets built(Map<Integer, Long> counts) {
        NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
        counts.forEach(buckets::bucket);
        return buckets.build();
    }
}
