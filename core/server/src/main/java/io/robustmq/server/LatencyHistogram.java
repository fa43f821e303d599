package io.robustmq.server;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.robustmq.telemetry.event.Latency;
import io.robustmq.telemetry.event.Latency.Example;
import io.robustmq.telemetry.event.LatencyBuckets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sums {@link Latency} counts of several writers up to one histogram, with exemplars: a classic one
 * and a native one in the same, of which Prometheus takes what it asked for.
 */
final class LatencyHistogram implements Collector {
    private final MetricMetadata metadata;
    private final Supplier<Map<Labels, List<Latency>>> series;

    /**
     * @param name ends in {@code _seconds}
     */
    LatencyHistogram(String name, String help, Supplier<List<Latency>> latencies) {
        this(new MetricMetadata(name, help), () -> Map.of(Labels.EMPTY, latencies.get()));
    }

    private LatencyHistogram(MetricMetadata metadata, Supplier<Map<Labels, List<Latency>>> series) {
        this.metadata = metadata;
        this.series = series;
    }

    /** One with labels. */
    static LatencyHistogram of(
            String name, String help, Supplier<Map<Labels, List<Latency>>> series) {
        return new LatencyHistogram(new MetricMetadata(name, help), series);
    }

    @Override
    public MetricFamilyDescriptor getMetricFamilyDescriptor() {
        return MetricFamilyDescriptor.of(MetricType.HISTOGRAM, metadata);
    }

    @Override
    public HistogramSnapshot collect() {
        List<HistogramDataPointSnapshot> points = new ArrayList<>();
        series.get().forEach((labels, parts) -> points.add(point(labels, parts)));
        return new HistogramSnapshot(metadata, points);
    }

    private static HistogramDataPointSnapshot point(Labels labels, List<Latency> parts) {
        long[] cells = new long[LatencyBuckets.CELLS];
        double sum = 0;
        for (Latency part : parts) {
            long[] ofPart = part.cells();
            for (int cell = 0; cell < cells.length; cell++) {
                cells[cell] += ofPart[cell];
            }
            sum += part.sumSeconds();
        }
        long[] exponential = LatencyBuckets.exponential(cells);
        return new HistogramDataPointSnapshot(
                classic(LatencyBuckets.round(cells)),
                LatencyBuckets.SCHEMA,
                exponential[0],
                LatencyBuckets.ZERO_SECONDS,
                exponential(exponential),
                NativeHistogramBuckets.EMPTY,
                sum,
                labels,
                exemplars(parts),
                0);
    }

    private static ClassicHistogramBuckets classic(long[] counts) {
        double[] bounds = Latency.boundsSeconds();
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int bucket = 0; bucket < counts.length; bucket++) {
            buckets.bucket(
                    bucket < bounds.length ? bounds[bucket] : Double.POSITIVE_INFINITY,
                    counts[bucket]);
        }
        return buckets.build();
    }

    /** Those that are not empty, without the zero bucket. */
    private static NativeHistogramBuckets exponential(long[] counts) {
        NativeHistogramBuckets.Builder buckets = NativeHistogramBuckets.builder();
        for (int bucket = 1; bucket < counts.length; bucket++) {
            if (counts[bucket] > 0) {
                buckets.bucket(LatencyBuckets.firstIndex() + bucket - 1, counts[bucket]);
            }
        }
        return buckets.build();
    }

    private static Exemplars exemplars(List<Latency> parts) {
        List<Exemplar> exemplars = new ArrayList<>();
        for (int bucket = 0; bucket <= Latency.boundsSeconds().length; bucket++) {
            Example latest = latestExample(parts, bucket);
            if (latest != null) {
                exemplars.add(
                        Exemplar.builder()
                                .value(latest.nanos() / 1e9)
                                .traceId(latest.trace().traceId())
                                .spanId(latest.trace().spanIdHex())
                                .timestampMillis(latest.epochMillis())
                                .build());
            }
        }
        return Exemplars.of(exemplars);
    }

    private static @Nullable Example latestExample(List<Latency> parts, int bucket) {
        Example latest = null;
        for (Latency part : parts) {
            Example example = part.exampleOf(bucket);
            if (example != null
                    && (latest == null || example.epochMillis() > latest.epochMillis())) {
                latest = example;
            }
        }
        return latest;
    }
}
