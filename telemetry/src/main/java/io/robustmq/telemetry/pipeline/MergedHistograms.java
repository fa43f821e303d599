package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Histograms bucket by bucket. What all of them have, the sum has: classic buckets, native ones, or
 * both. Where their bounds differ, a count is at the bound that its histogram gave it, which is not
 * below what was measured. Examples are left out.
 *
 * @param grows false of histograms of what is there now
 */
record MergedHistograms(boolean grows) implements Merging<HistogramDataPointSnapshot> {
    @Override
    public boolean hasFallen(HistogramDataPointSnapshot was, HistogramDataPointSnapshot is) {
        return is.getCount() < was.getCount();
    }

    @Override
    public HistogramDataPointSnapshot sum(Labels labels, List<HistogramDataPointSnapshot> points) {
        boolean isNative =
                points.stream().allMatch(HistogramDataPointSnapshot::hasNativeHistogramData);
        boolean isClassic =
                points.stream().allMatch(HistogramDataPointSnapshot::hasClassicHistogramData);
        HistogramDataPointSnapshot.Builder sum = HistogramDataPointSnapshot.builder();
        sum.labels(labels);
        sum.sum(points.stream().mapToDouble(HistogramDataPointSnapshot::getSum).sum());
        if (isNative) {
            new MergedNativeBuckets(points).into(sum);
        }
        if (isClassic) {
            sum.classicHistogramBuckets(classic(points));
        } else if (!isNative) {
            // nothing in common but how many they are
            long count = points.stream().mapToLong(HistogramDataPointSnapshot::getCount).sum();
            sum.classicHistogramBuckets(
                    ClassicHistogramBuckets.builder()
                            .bucket(Double.POSITIVE_INFINITY, count)
                            .build());
        }
        return sum.build();
    }

    private static ClassicHistogramBuckets classic(List<HistogramDataPointSnapshot> points) {
        Map<Double, Long> counts = new TreeMap<>();
        for (HistogramDataPointSnapshot point : points) {
            for (ClassicHistogramBucket bucket : point.getClassicBuckets()) {
                counts.merge(bucket.getUpperBound(), bucket.getCount(), Long::sum);
            }
        }
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        counts.forEach(buckets::bucket);
        return buckets.build();
    }
}
