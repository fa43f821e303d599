package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.otlp.metrics.MetricsRequestMarshaler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Metrics to a collector: what the registry says when a tick comes. Its queue holds ticks; those
 * that come while the collector is away ask for nothing that the next one does not bring.
 */
final class MetricsSink implements Sink<Instant> {
    private final OtlpSender sender;
    private final PrometheusRegistry registry;
    private final OtlpMetrics metrics;

    MetricsSink(PipelineSettings.Otlp settings, PrometheusRegistry registry, OtlpMetrics metrics) {
        this.sender = new OtlpSender(settings, OtlpSignal.METRICS, InstantSource.system());
        this.registry = registry;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "otlp-metrics";
    }

    @Override
    public String endpoint() {
        return sender.url();
    }

    @Override
    public void ship(List<Instant> ticks) throws IOException, InterruptedException {
        sender.send(MetricsRequestMarshaler.create(metrics.of(registry.scrape(), ticks.getLast())));
    }

    @Override
    public void close() {
        sender.close();
    }
}
