package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/**
 * What readers get of a registry: all that the {@link SeriesGuard} lets through. They take turns,
 * so that none sees what is older than what the one before saw.
 */
final class GuardedMetrics implements MultiCollector {
    private final PrometheusRegistry registry;
    private final SeriesGuard guard;

    GuardedMetrics(PrometheusRegistry registry, SeriesGuard guard) {
        this.registry = registry;
        this.guard = guard;
    }

    @Override
    public synchronized MetricSnapshots collect() {
        return guard.bounded(registry.scrape());
    }
}
