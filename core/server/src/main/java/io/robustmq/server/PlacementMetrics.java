package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Node;
import io.robustmq.placement.PlacementMeasures;
import io.robustmq.placement.Role;
import java.util.List;
import java.util.function.ToLongFunction;

/** A member of the group that agrees, as {@code robustmq_placement_…}. */
final class PlacementMetrics {
    private final ClusterPlacement placement;
    private final PrometheusRegistry registry;

    private PlacementMetrics(ClusterPlacement placement, PrometheusRegistry registry) {
        this.placement = placement;
        this.registry = registry;
    }

    static void register(ClusterPlacement placement, PrometheusRegistry registry) {
        PlacementMetrics metrics = new PlacementMetrics(placement, registry);
        metrics.gauge("term", "Raft's term.", PlacementMeasures::term);
        metrics.gauge(
                "leads", "1 while this member leads the group.", each -> each.leads() ? 1 : 0);
        metrics.gauge(
                "has_leader",
                "1 while this member knows one that leads; 0 is that changes wait.",
                each -> each.knowsLeader() ? 1 : 0);
        metrics.gauge(
                "waiting_changes",
                "Changes that were asked for here and are not agreed yet.",
                PlacementMeasures::waitingChanges);
        metrics.gauge("members", "Members of the group.", PlacementMeasures::members);
        metrics.gauge(
                "watches",
                "Nodes that follow what is agreed at this member.",
                PlacementMeasures::watches);
        metrics.gauge(
                "claims",
                "Clients of all brokers; also of brokers that are gone, until they are taken out.",
                PlacementMeasures::claims);
        metrics.counter(
                "leader_changes_total",
                "How often this member learned that another one leads.",
                PlacementMeasures::leaderChanges);
        metrics.counter(
                "nodes_expired_total",
                "Nodes and homes removed because nothing was heard of them, told by the member that led.",
                PlacementMeasures::expiredNodes);
        GaugeWithCallback.builder()
                .name("robustmq_placement_registered")
                .help(
                        "Nodes registered, by role; a broker counts once however many homes it serves.")
                .labelNames("role")
                .callback(values -> {
                    List<Node> nodes = placement.nodes();
                    for (Role role : Role.values()) {
                        values.call(
                                nodes.stream()
                                        .filter(node -> node.roles().contains(role))
                                        .filter(PlacementMetrics::isProcess)
                                        .count(),
                                role.command());
                    }
                })
                .register(registry);
        registry.register(
                new LatencyHistogram(
                        "robustmq_placement_agreement_seconds",
                        "Time from when a change was asked for at this member until it was agreed.",
                        () -> List.of(placement.agreements())));
    }

    /** Not a home that a process serves for another. */
    private static boolean isProcess(Node node) {
        String server = node.extendInfo().get(Homes.SERVER);
        return server == null || server.equals(node.nodeId());
    }

    private void gauge(String name, String help, ToLongFunction<PlacementMeasures> value) {
        GaugeWithCallback.builder()
                .name("robustmq_placement_" + name)
                .help(help)
                .callback(values -> values.call(value.applyAsLong(placement.measures())))
                .register(registry);
    }

    private void counter(String name, String help, ToLongFunction<PlacementMeasures> value) {
        CounterWithCallback.builder()
                .name("robustmq_placement_" + name)
                .help(help)
                .callback(values -> values.call(value.applyAsLong(placement.measures())))
                .register(registry);
    }
}
