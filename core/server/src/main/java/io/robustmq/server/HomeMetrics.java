package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementView;
import java.util.List;
import java.util.function.LongSupplier;

/** Homes and their clients' claims, as {@code robustmq_home…} and {@code robustmq_claim…}. */
final class HomeMetrics {
    private final PrometheusRegistry registry;

    private HomeMetrics(PrometheusRegistry registry) {
        this.registry = registry;
    }

    /** As far as placement is known here. */
    static void registerAll(Placement placement, PrometheusRegistry registry) {
        HomeMetrics metrics = new HomeMetrics(registry);
        metrics.gauge(
                "homes",
                "Homes of the cluster, as this node knows it.",
                () -> Homes.names(placement.view()).size());
        metrics.gauge(
                "homes_unserved",
                "Those of them that no broker serves: their clients wait.",
                () -> {
                    PlacementView view = placement.view();
                    return (long) Homes.names(view).size() - Homes.served(view).size();
                });
    }

    /** Of this process. */
    static void register(HomeMeasures measures, HomeKeeper keeper, PrometheusRegistry registry) {
        HomeMetrics metrics = new HomeMetrics(registry);
        metrics.gauge(
                "homes_served",
                "Homes that this process serves, its own and those of brokers that are gone.",
                () -> keeper.served().size());
        CounterWithCallback.builder()
                .name("robustmq_homes_opened_total")
                .help("Homes that this process began to serve: its own, or another's.")
                .labelNames("home")
                .callback(values -> {
                    values.call(measures.opened(), "own");
                    values.call(measures.adopted(), "adopted");
                })
                .register(registry);
        metrics.counter(
                "homes_failed_total",
                "Times that a home could not be opened; it is tried again.",
                measures::failures);
        metrics.counter(
                "homes_lost_total",
                "Homes that another process took, or that placement missed.",
                measures::losses);
        registry.register(
                new LatencyHistogram(
                        "robustmq_home_open_seconds",
                        "Time from when this process took a home until its clients were served.",
                        () -> List.of(measures.openings())));
        metrics.gauge(
                "claims_held",
                "Clients that belong to the homes that this process serves, and sessions of other homes there.",
                keeper::clients);
        metrics.gauge(
                "claims_waiting",
                "Clients that wait to hear where they belong.",
                measures::waitingClaims);
        CounterWithCallback.builder()
                .name("robustmq_claims_total")
                .help("Clients that placement was asked for, by where they belong.")
                .labelNames("where")
                .callback(values -> {
                    for (HomeMeasures.Ended each : HomeMeasures.Ended.values()) {
                        values.call(measures.claimed(each), each.label());
                    }
                })
                .register(registry);
        registry.register(
                new LatencyHistogram(
                        "robustmq_claim_seconds",
                        "Time that clients waited to hear where they belong.",
                        () -> List.of(measures.claims())));
    }

    private void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name("robustmq_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name("robustmq_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }
}
