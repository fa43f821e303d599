package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prometheus's snapshots as OpenTelemetry's metric data: counters as monotonic sums, classic
 * histograms, an info as a gauge of 1, a summary as the sums of its count and of its values. Other
 * kinds are not in our registry and are left out.
 */
final class OtlpMetrics {
    private final Resource resource;
    private final long startNanos;

    OtlpMetrics(Resource resource, Instant start) {
        this.resource = resource;
        this.startNanos = Timestamps.epochNanos(start);
    }

    List<MetricData> of(MetricSnapshots snapshots, Instant now) {
        long nanos = Timestamps.epochNanos(now);
        List<MetricData> metrics = new ArrayList<>();
        for (MetricSnapshot snapshot : snapshots) {
            String name = snapshot.getMetadata().getPrometheusName();
            switch (snapshot) {
                case CounterSnapshot counter -> {
                    List<DoublePointData> points = new ArrayList<>();
                    counter.getDataPoints()
                            .forEach(p -> points.add(point(nanos, p.getLabels(), p.getValue())));
                    metrics.add(sum(snapshot, name, points));
                }
                case GaugeSnapshot gauge -> {
                    List<DoublePointData> points = new ArrayList<>();
                    gauge.getDataPoints()
                            .forEach(p -> points.add(point(nanos, p.getLabels(), p.getValue())));
                    metrics.add(gauge(snapshot, name, points));
                }
                case InfoSnapshot info -> {
                    List<DoublePointData> points = new ArrayList<>();
                    info.getDataPoints().forEach(p -> points.add(point(nanos, p.getLabels(), 1)));
                    metrics.add(gauge(snapshot, name + "_info", points));
                }
                case SummarySnapshot summary -> {
                    List<DoublePointData> counts = new ArrayList<>();
                    List<DoublePointData> sums = new ArrayList<>();
                    summary.getDataPoints()
                            .forEach(p -> {
                                counts.add(point(nanos, p.getLabels(), p.getCount()));
                                sums.add(point(nanos, p.getLabels(), p.getSum()));
                            });
                    metrics.add(sum(snapshot, name + "_count", counts));
                    metrics.add(sum(snapshot, name + "_sum", sums));
                }
                case HistogramSnapshot histogram -> metrics.add(histogram(histogram, name, nanos));
                default -> {}
            }
        }
        return metrics;
    }

    private MetricData sum(MetricSnapshot snapshot, String name, List<DoublePointData> points) {
        return metric(
                snapshot,
                name,
                MetricDataType.DOUBLE_SUM,
                SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, points));
    }

    private MetricData gauge(MetricSnapshot snapshot, String name, List<DoublePointData> points) {
        return metric(
                snapshot,
                name,
                MetricDataType.DOUBLE_GAUGE,
                GaugeData.createDoubleGaugeData(points));
    }

    private MetricData histogram(HistogramSnapshot histogram, String name, long nanos) {
        List<HistogramPointData> points = new ArrayList<>();
        for (HistogramSnapshot.HistogramDataPointSnapshot point : histogram.getDataPoints()) {
            ClassicHistogramBuckets buckets = point.getClassicBuckets();
            List<Double> bounds = new ArrayList<>();
            List<Long> counts = new ArrayList<>();
            for (int i = 0; i < buckets.size(); i++) {
                counts.add(buckets.getCount(i));
                if (Double.isFinite(buckets.getUpperBound(i))) {
                    bounds.add(buckets.getUpperBound(i));
                }
            }
            List<DoubleExemplarData> exemplars = new ArrayList<>();
            for (Exemplar exemplar : point.getExemplars()) {
                exemplars.add(exemplar(exemplar, nanos));
            }
            HistogramPointData plain =
                    HistogramPointData.create(
                            startNanos,
                            nanos,
                            attributes(point.getLabels()),
                            point.getSum(),
                            false,
                            0,
                            false,
                            0,
                            bounds,
                            counts);
            points.add(new HistogramPoint(plain, exemplars));
        }
        return metric(
                histogram,
                name,
                MetricDataType.HISTOGRAM,
                HistogramData.create(AggregationTemporality.CUMULATIVE, points));
    }

    private static DoubleExemplarData exemplar(Exemplar exemplar, long nanos) {
        String traceId = exemplar.getLabels().get("trace_id");
        String spanId = exemplar.getLabels().get("span_id");
        SpanContext context =
                traceId == null || spanId == null
                        ? SpanContext.getInvalid()
                        : SpanContext.create(
                                traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
        long at = exemplar.hasTimestamp() ? exemplar.getTimestampMillis() * 1_000_000L : nanos;
        return DoubleExemplarData.create(Attributes.empty(), at, context, exemplar.getValue());
    }

    private DoublePointData point(long nanos, Labels labels, double value) {
        return DoublePointData.create(startNanos, nanos, attributes(labels), value, List.of());
    }

    private static Attributes attributes(Labels labels) {
        AttributesBuilder attributes = Attributes.builder();
        labels.forEach(label -> attributes.put(label.getName(), label.getValue()));
        return attributes.build();
    }

    private MetricData metric(
            MetricSnapshot snapshot, String name, MetricDataType type, Data<?> data) {
        String help = snapshot.getMetadata().getHelp();
        return new Metric(resource, name, help, type, data);
    }

    private record Metric(
            Resource resource,
            String name,
            @Nullable String help,
            MetricDataType type,
            Data<?> data)
            implements MetricData {
        @Override
        public Resource getResource() {
            return resource;
        }

        @Override
        public InstrumentationScopeInfo getInstrumentationScopeInfo() {
            return Resources.SCOPE;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public String getDescription() {
            return help == null ? "" : help;
        }

        @Override
        public String getUnit() {
            return "";
        }

        @Override
        public MetricDataType getType() {
            return type;
        }

        @Override
        public Data<?> getData() {
            return data;
        }
    }
}
