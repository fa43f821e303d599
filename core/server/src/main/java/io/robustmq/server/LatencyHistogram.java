package io.robustmq.server;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MetricType;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.robustmq.telemetry.event.Latency;
import io.robustmq.telemetry.event.Latency.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sums {@link Latency} counts of several writers up to one histogram, with exemplars. */
final class LatencyHistogram implements Collector {
    private final MetricMetadata metadata;
    private final Supplier<List<Latency>> latencies;

    /**
     * @param name ends in {@code _seconds}
     */
    LatencyHistogram(String name, String help, Supplier<List<Latency>> latencies) {
        this.metadata = new MetricMetadata(name, help);
        this.latencies = latencies;
    }

    @Override
    public MetricFamilyDescriptor getMetricFamilyDescriptor() {
        return MetricFamilyDescriptor.of(MetricType.HISTOGRAM, metadata);
    }

    @Override
    public HistogramSnapshot collect() {
        double[] bounds = Latency.boundsSeconds();
        List<Latency> parts = latencies.get();
        long[] counts = new long[bounds.length + 1];
        double sum = 0;
        for (Latency part : parts) {
            long[] partCounts = part.counts();
            for (int bucket = 0; bucket < counts.length; bucket++) {
                counts[bucket] += partCounts[bucket];
            }
            sum += part.sumSeconds();
        }
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        List<Exemplar> exemplars = new ArrayList<>();
        for (int bucket = 0; bucket < counts.length; bucket++) {
            buckets.bucket(
                    bucket < bounds.length ? bounds[bucket] : Double.POSITIVE_INFINITY,
                    counts[bucket]);
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
        return new HistogramSnapshot(
                metadata,
                List.of(
                        new HistogramSnapshot.HistogramDataPointSnapshot(
                                buckets.build(), sum, Labels.EMPTY, Exemplars.of(exemplars), 0)));
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
