package io.robustmq.telemetry.pipeline;

import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Metrics to a collector: what the registry says when a tick comes. Its queue holds ticks; those
 * that come while the collector is away ask for nothing that the next one does not bring.
 */
final class MetricsSink implements Sink<Instant> {
    private final OtlpClient client;
    private final PrometheusRegistry registry;
    private final OtlpMetrics metrics;
    private @Nullable MetricExporter exporter;

    MetricsSink(OtlpClient client, PrometheusRegistry registry, OtlpMetrics metrics) {
        this.client = client;
        this.registry = registry;
        this.metrics = metrics;
    }

    @Override
    public String name() {
        return "otlp-metrics";
    }

    @Override
    public String endpoint() {
        return client.endpoint();
    }

    @Override
    public void ship(List<Instant> ticks) throws IOException, InterruptedException {
        MetricExporter open = exporter;
        if (open == null) {
            open = client.metrics();
            exporter = open;
        }
        client.await(open.export(metrics.of(registry.scrape(), ticks.getLast())));
    }

    @Override
    public void close() {
        MetricExporter open = exporter;
        exporter = null;
        if (open != null) {
            open.shutdown();
        }
    }
}
