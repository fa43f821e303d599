package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What becomes of traces, as metrics; all 0 where none are recorded. */
final class TraceMetrics implements MultiCollector {
    private final @Nullable Sampler sampler;
    private final @Nullable SpanTracing tracing;

    TraceMetrics(@Nullable Sampler sampler, @Nullable SpanTracing tracing) {
        this.sampler = sampler;
        this.tracing = tracing;
    }

    @Override
    public MetricSnapshots collect() {
        return MetricSnapshots.of(
                CounterSnapshot.builder()
                        .name("robustmq_traces_limited")
                        .help(
                                "Traces not begun, or not gone on with, because of the most per second, by which of tracing's")
                        .dataPoint(sampled(Sampler::limited, "limit", "max-per-second"))
                        .dataPoint(sampled(Sampler::keptLimited, "limit", "max-kept-per-second"))
                        .build(),
                CounterSnapshot.builder()
                        .name("robustmq_traces_kept")
                        .help(
                                "Slow deliveries, drops and refusals that were recorded although they were not chosen")
                        .dataPoint(traced(SpanTracing::keptSlow, Labels.of("why", "slow")))
                        .dataPoint(traced(SpanTracing::keptFailed, Labels.of("why", "failed")))
                        .build(),
                CounterSnapshot.builder()
                        .name("robustmq_traces_deliveries_grouped")
                        .help(
                                "Deliveries above tracing.max-deliveries, which have one span together")
                        .dataPoint(traced(SpanTracing::deliveriesGrouped, Labels.EMPTY))
                        .build());
    }

    private CounterDataPointSnapshot sampled(
            ToLongFunction<Sampler> value, String label, String of) {
        Sampler from = sampler;
        return PipelineMetrics.count(
                from == null ? 0 : value.applyAsLong(from), Labels.of(label, of));
    }

    private CounterDataPointSnapshot traced(ToLongFunction<SpanTracing> value, Labels labels) {
        SpanTracing from = tracing;
        return PipelineMetrics.count(from == null ? 0 : value.applyAsLong(from), labels);
    }
}
