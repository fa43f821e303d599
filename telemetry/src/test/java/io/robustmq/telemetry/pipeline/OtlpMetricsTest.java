package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtlpMetricsTest {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final OtlpMetrics metrics =
            new OtlpMetrics(
                    new Resources(Samples.NODE).of(Service.MQTT_BROKER),
                    Samples.NOON.minusSeconds(60));

    @Test
    void a_counter_is_a_monotonic_cumulative_sum() {
        Counter counter =
                Counter.builder().name("things_total").labelNames("kind").register(registry);
        counter.labelValues("a").inc(3);
        MetricData sum = only();
        assertThat(sum.getName()).isEqualTo("things");
        assertThat(sum.getDoubleSumData().isMonotonic()).isTrue();
        var point = sum.getDoubleSumData().getPoints().iterator().next();
        assertThat(point.getValue()).isEqualTo(3);
        assertThat(point.getAttributes()).isEqualTo(Attributes.builder().put("kind", "a").build());
        assertThat(point.getEpochNanos() - point.getStartEpochNanos()).isEqualTo(60_000_000_000L);
    }

    @Test
    void gauges_and_infos_are_gauges() {
        Gauge.builder().name("level").register(registry).set(2.5);
        assertThat(only().getDoubleGaugeData().getPoints().iterator().next().getValue())
                .isEqualTo(2.5);
        registry.clear();
        Info.builder().name("build_info").labelNames("v").register(registry).addLabelValues("1");
        assertThat(only().getName()).isEqualTo("build_info");
    }

    @Test
    void a_histogram_keeps_its_buckets_and_examples_also_if_it_is_a_native_one_too() {
        Histogram histogram =
                Histogram.builder()
                        .name("took_seconds")
                        .classicUpperBounds(0.1, 1)
                        .register(registry);
        histogram.observe(0.05);
        histogram.observeWithExemplar(
                0.5,
                Labels.of(
                        "trace_id",
                        "4bf92f3577b34da6a3ce929d0e0e4736",
                        "span_id",
                        "00f067aa0ba902b7"));
        histogram.observe(7);
        HistogramPointData point = only().getHistogramData().getPoints().iterator().next();
        assertThat(point.getBoundaries()).containsExactly(0.1, 1.0);
        assertThat(point.getCounts()).containsExactly(1L, 1L, 1L);
        assertThat(point.getSum()).isEqualTo(7.55);
        assertThat(point.getExemplars())
                .singleElement()
                .satisfies(example ->
                        assertThat(example.getSpanContext().getSpanId())
                                .isEqualTo("00f067aa0ba902b7"));
    }

    @Test
    void everything_of_a_running_pipeline_can_be_sent() throws Exception {
        try (Running running = Running.with(Running.consoleOnly())) {
            List<MetricData> all = metrics.of(running.pipeline.registry().scrape(), Samples.NOON);
            assertThat(all)
                    .extracting(MetricData::getName)
                    .contains("robustmq_log_events", "jvm_memory_used_bytes", "jvm_runtime_info")
                    .doesNotHaveDuplicates();
        }
    }

    private MetricData only() {
        List<MetricData> all = metrics.of(registry.scrape(), Samples.NOON);
        assertThat(all).hasSize(1);
        return all.getFirst();
    }
}
