package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.StateSetSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.robustmq.telemetry.event.PipelineEvent;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Bounds the series of each metric family, whatever its labels are made of: {@link FamilySeries}
 * says how. Tells when that happens to a family for the first time, and how much of it is so now:
 * {@link #METRIC} has a series for each family of which something is in overflow, and for the
 * fullest family, so that there always is one. One reader at a time.
 *
 * <p>Bound: as many families as the registry has.
 */
final class SeriesGuard {
    static final String METRIC = "robustmq_metrics_overflow_series";

    private final int maxSeries;
    private final Consumer<PipelineEvent> events;
    private final Map<String, FamilySeries<?>> families = new TreeMap<>();
    private final Set<String> told = new HashSet<>();

    /**
     * @param maxSeries label sets that each family may have, at least 1
     */
    SeriesGuard(int maxSeries, Consumer<PipelineEvent> events) {
        this.maxSeries = maxSeries;
        this.events = events;
    }

    /** Of a whole scrape: a family that is not in it has no series now. */
    MetricSnapshots bounded(MetricSnapshots collected) {
        Set<String> there = new HashSet<>();
        collected.forEach(each -> there.add(name(each)));
        families.forEach((name, family) -> {
            if (!there.contains(name)) {
                family.vanished();
            }
        });
        MetricSnapshots.Builder bounded = MetricSnapshots.builder();
        collected.forEach(each -> bounded.metricSnapshot(bounded(each)));
        return bounded.metricSnapshot(overflowing()).build();
    }

    private MetricSnapshot bounded(MetricSnapshot collected) {
        return switch (collected) {
            case CounterSnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.COUNTERS, CounterSnapshot::new);
            case GaugeSnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.GAUGES, GaugeSnapshot::new);
            case SummarySnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.SUMMARIES, SummarySnapshot::new);
            case HistogramSnapshot of -> {
                boolean falls = of.isGaugeHistogram();
                yield bounded(
                        of,
                        of.getDataPoints(),
                        new MergedHistograms(!falls),
                        (metadata, points) -> new HistogramSnapshot(falls, metadata, points));
            }
            case InfoSnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.none(), InfoSnapshot::new);
            case StateSetSnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.none(), StateSetSnapshot::new);
            case UnknownSnapshot of ->
                    bounded(of, of.getDataPoints(), Merging.none(), UnknownSnapshot::new);
            default ->
                    throw new IllegalStateException(
                            "no kind of metric that is known: " + collected);
        };
    }

    @SuppressWarnings("unchecked") // a name keeps its kind, the registry sees to it
    private <P extends DataPointSnapshot> MetricSnapshot bounded(
            MetricSnapshot collected,
            List<P> points,
            Merging<P> merging,
            BiFunction<MetricMetadata, Collection<P>, MetricSnapshot> made) {
        String name = name(collected);
        FamilySeries<P> family =
                (FamilySeries<P>)
                        families.computeIfAbsent(
                                name, first -> new FamilySeries<>(maxSeries, merging));
        List<P> few = family.bounded(points);
        if (family.overflowing() > 0 && told.add(name)) {
            events.accept(new PipelineEvent.SeriesOverflowed(name, maxSeries));
        }
        return few.equals(points) ? collected : made.apply(collected.getMetadata(), few);
    }

    private GaugeSnapshot overflowing() {
        int most = families.values().stream().mapToInt(FamilySeries::size).max().orElse(0);
        boolean fullestIsThere = false;
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder()
                        .name(METRIC)
                        .help(
                                "Label sets beyond metrics.max-series that are one series now, with overflow in all labels, by metric; the fullest metric is there at 0.");
        for (Map.Entry<String, FamilySeries<?>> each : families.entrySet()) {
            FamilySeries<?> family = each.getValue();
            boolean isFullest = !fullestIsThere && family.size() == most;
            fullestIsThere |= isFullest;
            if (family.overflowing() > 0 || isFullest) {
                gauge.dataPoint(
                        GaugeDataPointSnapshot.builder()
                                .value(family.overflowing())
                                .labels(Labels.of("metric", each.getKey()))
                                .build());
            }
        }
        return gauge.build();
    }

    /** As Prometheus has it. */
    private static String name(MetricSnapshot of) {
        String name = of.getMetadata().getPrometheusName();
        return switch (of) {
            case CounterSnapshot counter -> name + "_total";
            case InfoSnapshot info -> name + "_info";
            default -> name;
        };
    }
}
