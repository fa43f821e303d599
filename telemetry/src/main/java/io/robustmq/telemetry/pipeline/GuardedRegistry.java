package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A registry whose every reader, over HTTP or by OTLP, sees what the {@link SeriesGuard} lets
 * through. Readers take turns: what one sees is never older than what the one before saw.
 */
final class GuardedRegistry extends PrometheusRegistry {
    private final SeriesGuard guard;
    private final Object turn = new Object();

    GuardedRegistry(SeriesGuard guard) {
        this.guard = guard;
    }

    @Override
    public MetricSnapshots scrape(@Nullable PrometheusScrapeRequest request) {
        synchronized (turn) {
            return guard.all(super.scrape(request));
        }
    }

    @Override
    public MetricSnapshots scrape(
            @Nullable Predicate<String> included, @Nullable PrometheusScrapeRequest request) {
        if (included == null) {
            return scrape(request);
        }
        synchronized (turn) {
            return guard.some(super.scrape(included, request), included);
        }
    }
}
