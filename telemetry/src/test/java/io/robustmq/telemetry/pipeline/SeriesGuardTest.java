package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.NativeHistogramBucket;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeriesGuardTest {
    private static final int MAX = 100;
    private static final Labels OVERFLOW = Labels.of("k", "overflow");

    private final List<Event> events = new ArrayList<>();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusRegistry guarded = new PrometheusRegistry();

    @BeforeEach
    void guard() {
        guarded.register(new GuardedMetrics(registry, new SeriesGuard(MAX, events::add)));
    }

    @Test
    void of_10000_label_sets_there_are_max_and_one_and_their_sum_is_exact() {
        Counter counter = counter();
        long sum = 0;
        for (int i = 0; i < 10_000; i++) {
            counter.labelValues("v" + i).inc(i);
            sum += i;
        }
        List<? extends DataPointSnapshot> points = points("things");
        assertThat(points).hasSize(MAX + 1);
        assertThat(total()).isEqualTo(sum);
        assertThat(overflowing()).isEqualTo(10_000 - MAX);
        assertThat(events).containsExactly(new PipelineEvent.SeriesOverflowed("things_total", MAX));
    }

    @Test
    void as_many_as_may_be_are_left_alone() {
        Counter counter = counter();
        for (int i = 0; i < MAX; i++) {
            counter.labelValues("v" + i).inc();
        }
        assertThat(points("things")).hasSize(MAX).noneMatch(SeriesGuardTest::isOverflow);
        assertThat(overflowing()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void those_seen_first_keep_their_series_whatever_comes_after_them() {
        Counter counter = counter();
        for (int i = 0; i < MAX; i++) {
            counter.labelValues("z" + i).inc();
        }
        Set<Labels> first = labels();
        for (int i = 0; i < 10_000; i++) {
            counter.labelValues("a" + i).inc(); // before them in any order
        }
        Set<Labels> then = labels();
        assertThat(then).hasSize(MAX + 1).containsAll(first).contains(OVERFLOW);
        assertThat(labels()).isEqualTo(then);
        assertThat(events).hasSize(1);
    }

    @Test
    void a_place_that_is_free_is_for_a_new_one_and_what_is_in_overflow_stays_there() {
        Counter counter = counter();
        for (int i = 0; i < MAX; i++) {
            counter.labelValues("v" + i).inc();
        }
        assertThat(points("things")).hasSize(MAX);
        counter.labelValues("late").inc(5);
        assertThat(value(OVERFLOW)).isEqualTo(5);

        counter.remove("v0");
        assertThat(labels()).doesNotContain(Labels.of("k", "v0"), Labels.of("k", "late"));
        counter.labelValues("new").inc(7);

        assertThat(value(Labels.of("k", "new"))).isEqualTo(7);
        assertThat(value(OVERFLOW)).isEqualTo(5);
        assertThat(points("things")).hasSize(MAX + 1);
    }

    @Test
    void the_overflow_of_a_counter_keeps_what_it_had() {
        Counter counter = counter();
        for (int i = 0; i < MAX; i++) {
            counter.labelValues("v" + i).inc();
        }
        assertThat(points("things")).hasSize(MAX);
        counter.labelValues("x").inc(10);
        counter.labelValues("y").inc(20);
        assertThat(value(OVERFLOW)).isEqualTo(30);

        counter.remove("x");
        assertThat(value(OVERFLOW)).isEqualTo(30);
        counter.labelValues("x").inc(3); // begins anew
        counter.remove("y");
        counter.labelValues("y").inc(4); // the same, unseen: less than it had
        assertThat(value(OVERFLOW)).isEqualTo(37);
        counter.remove("x");
        counter.remove("y");

        assertThat(value(OVERFLOW)).isEqualTo(37);
        assertThat(overflowing()).isZero();
    }

    /** A family that nobody has asked for is not one that is gone. */
    @Test
    void asking_for_one_name_changes_nothing_of_the_others() {
        Counter counter = counter();
        for (int i = 0; i <= MAX; i++) {
            counter.labelValues("v" + i).inc();
        }
        Set<Labels> before = labels();
        MetricSnapshots some = guarded.scrape(SeriesGuard.METRIC::equals);

        assertThat(some.stream().map(each -> each.getMetadata().getPrometheusName()))
                .containsExactly(SeriesGuard.METRIC);
        assertThat(labels()).isEqualTo(before);
    }

    @Test
    void gauges_are_summed_as_they_are_now() {
        Gauge gauge = Gauge.builder().name("things").labelNames("k").register(registry);
        for (int i = 0; i < MAX + 10; i++) {
            gauge.labelValues(String.format("v%03d", i)).set(i);
        }
        assertThat(gaugeValue(OVERFLOW))
                .isEqualTo(100 + 101 + 102 + 103 + 104 + 105 + 106 + 107 + 108 + 109);
        for (int i = MAX; i < MAX + 9; i++) {
            gauge.remove(String.format("v%03d", i));
        }
        assertThat(gaugeValue(OVERFLOW)).isEqualTo(109);
        gauge.remove("v109");
        assertThat(points("things")).hasSize(MAX).noneMatch(SeriesGuardTest::isOverflow);
    }

    @Test
    void histograms_are_summed_bucket_by_bucket_classic_and_native() {
        Histogram histogram =
                Histogram.builder()
                        .name("took_seconds")
                        .labelNames("k")
                        .classicUpperBounds(0.1, 1)
                        .register(registry);
        for (int i = 0; i < MAX; i++) {
            histogram.labelValues("v" + i).observe(100);
        }
        assertThat(points("took_seconds")).hasSize(MAX);
        Histogram all = Histogram.builder().name("all").classicUpperBounds(0.1, 1).build();
        double[] values = {0, 0.05, 0.05, 0.5, 0.7, 3, 900, -2};
        for (int i = 0; i < values.length; i++) {
            histogram.labelValues("w" + i % 3).observe(values[i]);
            all.observe(values[i]);
        }
        HistogramDataPointSnapshot sum = histogram("took_seconds");
        HistogramDataPointSnapshot expected = all.collect().getDataPoints().getFirst();

        assertThat(points("took_seconds")).hasSize(MAX + 1);
        assertThat(sum.getCount()).isEqualTo(values.length);
        assertThat(sum.getSum()).isEqualTo(expected.getSum());
        for (int i = 0; i < 3; i++) {
            assertThat(sum.getClassicBuckets().getCount(i))
                    .isEqualTo(expected.getClassicBuckets().getCount(i));
        }
        assertThat(sum.getNativeZeroCount()).isEqualTo(1);
        assertThat(counts(sum.getNativeBucketsForPositiveValues()))
                .isEqualTo(counts(expected.getNativeBucketsForPositiveValues()));
        assertThat(counts(sum.getNativeBucketsForNegativeValues()))
                .isEqualTo(counts(expected.getNativeBucketsForNegativeValues()));
        for (int i = 0; i < 3; i++) {
            histogram.remove("w" + i);
        }
        assertThat(histogram("took_seconds").getCount()).isEqualTo(values.length);
        assertThat(histogram("took_seconds").getSum()).isEqualTo(expected.getSum());
    }

    @Test
    void native_histograms_of_several_schemas_meet_at_the_coarsest() {
        HistogramDataPointSnapshot fine =
                nativePoint(
                        2,
                        0.001,
                        NativeHistogramBuckets.of(
                                new int[] {-3, 1, 4, 5}, new long[] {1, 2, 3, 4}));
        HistogramDataPointSnapshot coarse =
                nativePoint(
                        0, 0.6, NativeHistogramBuckets.of(new int[] {1, 2}, new long[] {10, 20}));
        HistogramDataPointSnapshot sum =
                new MergedHistograms(true).sum(OVERFLOW, List.of(fine, coarse));

        assertThat(sum.getNativeSchema()).isZero();
        // -3 of schema 2 is 0 of schema 0, (0.5, 1]: the zero bucket ends within it and takes it
        assertThat(sum.getNativeZeroCount()).isEqualTo(1);
        assertThat(sum.getNativeZeroThreshold()).isEqualTo(1);
        assertThat(counts(sum.getNativeBucketsForPositiveValues()))
                .containsExactly(entry(1, 15), entry(2, 24));
        assertThat(sum.getCount()).isEqualTo(40);
    }

    @Test
    void summaries_keep_count_and_sum_and_infos_beyond_are_left_out() {
        Summary summary =
                Summary.builder().name("size").labelNames("k").quantile(0.5).register(registry);
        Info info = Info.builder().name("what").labelNames("k").register(registry);
        for (int i = 0; i < MAX + 3; i++) {
            summary.labelValues(String.format("v%03d", i)).observe(2);
            info.addLabelValues("v" + i);
        }
        SummarySnapshot sizes = (SummarySnapshot) family("size");
        assertThat(sizes.getDataPoints()).hasSize(MAX + 1);
        assertThat(sizes.getDataPoints().stream().mapToDouble(p -> p.getSum()).sum())
                .isEqualTo(2 * (MAX + 3));
        assertThat(sizes.getDataPoints().stream().mapToLong(p -> p.getCount()).sum())
                .isEqualTo(MAX + 3);
        assertThat(points("what")).hasSize(MAX).noneMatch(SeriesGuardTest::isOverflow);
    }

    /** It would be a second series of the same name. */
    @Test
    void a_label_set_that_is_called_overflow_is_part_of_it() {
        Counter counter = counter();
        counter.labelValues("overflow").inc(1000);
        for (int i = 0; i <= MAX; i++) {
            counter.labelValues("v" + i).inc();
        }
        assertThat(points("things")).hasSize(MAX + 1);
        assertThat(value(OVERFLOW)).isEqualTo(1001);
        assertThat(overflowing()).isEqualTo(1);
    }

    @Test
    void what_is_pushed_by_otlp_is_bounded_too() throws Exception {
        Counter counter = counter();
        for (int i = 0; i < 10_000; i++) {
            counter.labelValues("value-" + i + ";").inc();
        }
        try (OtlpServer server = new OtlpServer()) {
            server.open();
            OtlpMetrics metrics =
                    new OtlpMetrics(
                            new Resources(Samples.NODE).of(Service.MQTT_BROKER), Samples.NOON);
            MetricsSink sink = new MetricsSink(to(server.endpoint()), guarded, metrics);
            sink.ship(List.of(Instant.now()));
            sink.close();
            String sent = server.lastBody();
            assertThat(occurrences(sent, "value-")).isEqualTo(MAX);
            assertThat(sent).contains("overflow", SeriesGuard.METRIC);
        }
        assertThat(labels()).hasSize(MAX + 1);
    }

    @Test
    void a_pipeline_guards_its_registry_and_tells_once() throws IOException {
        PipelineSettings settings = Running.consoleOnly();
        try (Running running =
                Running.with(
                        new PipelineSettings(
                                settings.intake(),
                                settings.console(),
                                settings.file(),
                                settings.otlp(),
                                settings.fluent(),
                                settings.traces(),
                                10))) {
            Gauge gauge =
                    Gauge.builder()
                            .name("things")
                            .labelNames("k")
                            .register(running.pipeline.registry());
            for (int i = 0; i < 50; i++) {
                gauge.labelValues("v" + i).set(1);
            }
            for (int i = 0; i < 3; i++) {
                assertThat(
                                family(running.pipeline.metricsToRead().scrape(), "things")
                                        .getDataPoints())
                        .hasSize(11);
            }
            assertThat(running.closedLines())
                    .filteredOn(line -> line.contains("pipeline.series_overflowed"))
                    .filteredOn(line -> line.contains("\"things\""))
                    .singleElement()
                    .asString()
                    .contains("10");
        }
    }

    private Counter counter() {
        return Counter.builder().name("things_total").labelNames("k").register(registry);
    }

    private List<? extends DataPointSnapshot> points(String name) {
        return family(name).getDataPoints();
    }

    private Set<Labels> labels() {
        return points("things").stream()
                .map(DataPointSnapshot::getLabels)
                .collect(Collectors.toSet());
    }

    private MetricSnapshot family(String name) {
        return family(guarded.scrape(), name);
    }

    private static MetricSnapshot family(MetricSnapshots all, String name) {
        return all.stream()
                .filter(each -> each.getMetadata().getPrometheusName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private double total() {
        return ((CounterSnapshot) family("things"))
                .getDataPoints().stream().mapToDouble(CounterDataPointSnapshot::getValue).sum();
    }

    private double value(Labels labels) {
        return ((CounterSnapshot) family("things"))
                .getDataPoints().stream()
                        .filter(point -> point.getLabels().equals(labels))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
    }

    private double gaugeValue(Labels labels) {
        return ((GaugeSnapshot) family("things"))
                .getDataPoints().stream()
                        .filter(point -> point.getLabels().equals(labels))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
    }

    /** Of all families. */
    private double overflowing() {
        return ((GaugeSnapshot) family(SeriesGuard.METRIC))
                .getDataPoints().stream().mapToDouble(GaugeDataPointSnapshot::getValue).sum();
    }

    private HistogramDataPointSnapshot histogram(String name) {
        return ((HistogramSnapshot) family(name))
                .getDataPoints().stream()
                        .filter(SeriesGuardTest::isOverflow)
                        .findFirst()
                        .orElseThrow();
    }

    private static boolean isOverflow(DataPointSnapshot point) {
        return point.getLabels().equals(OVERFLOW);
    }

    private static HistogramDataPointSnapshot nativePoint(
            int schema, double zeroThreshold, NativeHistogramBuckets positive) {
        return new HistogramDataPointSnapshot(
                schema,
                0,
                zeroThreshold,
                positive,
                NativeHistogramBuckets.EMPTY,
                1,
                Labels.of("k", "v"),
                Exemplars.EMPTY,
                0);
    }

    /** None that are empty. */
    private static TreeMap<Integer, Long> counts(NativeHistogramBuckets buckets) {
        TreeMap<Integer, Long> counts = new TreeMap<>();
        for (NativeHistogramBucket bucket : buckets) {
            if (bucket.getCount() > 0) {
                counts.put(bucket.getBucketIndex(), bucket.getCount());
            }
        }
        return counts;
    }

    private static Map.Entry<Integer, Long> entry(int index, long count) {
        return Map.entry(index, count);
    }

    private static PipelineSettings.Otlp to(URI endpoint) {
        return new PipelineSettings.Otlp(
                true,
                PipelineSettings.OtlpProtocol.HTTP,
                endpoint,
                false,
                true,
                false,
                Severity.INFO,
                16,
                Duration.ofSeconds(10),
                Duration.ofSeconds(1));
    }

    private static int occurrences(String text, String part) {
        return (text.length() - text.replace(part, "").length()) / part.length();
    }
}
