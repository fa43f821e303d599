package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;

/**
 * The JVM's metrics, set up when they are first asked for: that takes longer than a start should.
 */
final class JvmCollector implements MultiCollector {
    private @Nullable PrometheusRegistry registry;

    @Override
    public synchronized MetricSnapshots collect() {
        PrometheusRegistry made = registry;
        if (made == null) {
            made = new PrometheusRegistry();
            JvmMetrics.builder().register(made);
            registry = made;
        }
        return made.scrape();
    }
}
