package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.robustmq.telemetry.event.Latency;
import io.robustmq.telemetry.event.TraceContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final Latency one = new Latency();
    private final Latency other = new Latency();

    @Test
    void without_occurrences_all_buckets_are_there_and_empty() {
        HistogramDataPointSnapshot point = collect();
        assertThat(point.getClassicBuckets().size()).isEqualTo(Latency.boundsSeconds().length + 1);
        assertThat(point.getCount()).isZero();
        assertThat(point.getSum()).isZero();
    }

    @Test
    void the_writers_are_summed_up() {
        one.record(200_000, 3); // 0.2 ms: the bucket up to 0.25 ms
        other.record(200_000, 2);
        other.record(60_000_000_000L, 1); // 60 s: above all bounds
        HistogramDataPointSnapshot point = collect();
        assertThat(point.getClassicBuckets().getCount(1)).isEqualTo(5);
        assertThat(point.getClassicBuckets().getCount(Latency.boundsSeconds().length)).isOne();
        assertThat(point.getCount()).isEqualTo(6);
        assertThat(point.getSum()).isEqualTo(60.001);
    }

    @Test
    void the_latest_traced_occurrence_of_a_bucket_is_its_exemplar() {
        one.example(210_000, trace(1), 1_000);
        other.example(220_000, trace(2), 2_000);
        one.example(2_000_000, trace(3), 1_500);
        assertThat(collect().getExemplars())
                .extracting(exemplar -> exemplar.getLabels().get(Exemplar.TRACE_ID))
                .containsExactly(trace(2).traceId(), trace(3).traceId());
    }

    @Test
    void the_native_histogram_is_the_same_occurrences_in_finer_buckets() {
        one.record(500, 1); // within the zero bucket
        one.record(1_000_000_000, 3); // 2^0 s: the bucket that ends there
        other.record(1_000_000_001, 2);
        HistogramDataPointSnapshot point = collect();
        assertThat(point.hasNativeHistogramData()).isTrue();
        assertThat(point.getNativeSchema()).isEqualTo(3);
        assertThat(point.getNativeZeroCount()).isOne();
        assertThat(point.getNativeBucketsForPositiveValues().stream())
                .extracting(each -> each.getBucketIndex() + ": " + each.getCount())
                .containsExactly("0: 3", "1: 2");
        assertThat(point.getCount()).isEqualTo(6);
    }

    @Test
    void each_series_has_its_own_occurrences_and_labels() {
        one.record(1, 1);
        other.record(1, 2);
        LatencyHistogram histogram =
                LatencyHistogram.of(
                        "a_seconds",
                        "Help.",
                        () ->
                                Map.of(
                                        Labels.of("qos", "0"), List.of(one),
                                        Labels.of("qos", "1"), List.of(other)));
        assertThat(histogram.collect().getDataPoints())
                .extracting(point -> point.getLabels().get("qos") + ": " + point.getCount())
                .containsExactlyInAnyOrder("0: 1", "1: 2");
    }

    private HistogramDataPointSnapshot collect() {
        return new LatencyHistogram("a_seconds", "Help.", () -> List.of(one, other))
                .collect()
                .getDataPoints()
                .getFirst();
    }

    private static TraceContext trace(int number) {
        return new TraceContext(1, number, number, true, "");
    }
}
