package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.ToDoubleFunction;

/**
 * Of the replicated logs that a process has open, as {@code robustmq_replication_…}. The label
 * {@code shard} has two values for each: its records', and its snapshots'.
 */
final class ReplicationMetrics {
    private final ReplicationClient client;
    private final PrometheusRegistry registry;

    private ReplicationMetrics(ReplicationClient client, PrometheusRegistry registry) {
        this.client = client;
        this.registry = registry;
    }

    static void register(ReplicationClient client, PrometheusRegistry registry) {
        ReplicationMetrics metrics = new ReplicationMetrics(client, registry);
        metrics.gauge(
                "epoch",
                "How often the shard was taken over, since it was created.",
                shard -> shard.measures().epoch());
        metrics.gauge(
                "lag_records",
                "Acknowledged records that the last replica of the open segment does not have yet.",
                shard -> shard.measures().lagRecords());
        metrics.gauge(
                "waiting_bytes",
                "Records that wait for a quorum of journal servers.",
                ReplicatedShard::waitingBytes);
        metrics.gauge(
                "under_replicated_segments",
                "Segments with fewer replicas than configured, or one on a journal server that is not registered.",
                ReplicatedShard::underReplicated);
        metrics.gauge(
                "failed",
                "1 while the shard takes no records, because no quorum answers or another node writes it.",
                shard -> shard.failure() == null ? 0 : 1);
        metrics.counter(
                "appends_total",
                "Records that a quorum acknowledged.",
                shard -> shard.measures().appends());
        metrics.counter(
                "appended_bytes_total",
                "Their payloads.",
                shard -> shard.measures().appendedBytes());
        CounterWithCallback.builder()
                .name("robustmq_replication_messages_dropped_total")
                .help(
                        "Messages to journal servers that were dropped, because there was no connection or too much waited; what is still wanted is asked again.")
                .callback(values -> values.call(client.links().droppedMessages()))
                .register(registry);
        registry.register(
                new LatencyHistogram(
                        "robustmq_replication_quorum_seconds",
                        "Time from the append of a record until a quorum of journal servers had it.",
                        client::quorumLatencies));
    }

    private void gauge(String name, String help, ToDoubleFunction<ReplicatedShard> value) {
        GaugeWithCallback.builder()
                .name("robustmq_replication_" + name)
                .help(help)
                .labelNames("shard")
                .callback(values ->
                        client.shards()
                                .forEach(shard ->
                                        values.call(value.applyAsDouble(shard), shard.name())))
                .register(registry);
    }

    private void counter(String name, String help, ToDoubleFunction<ReplicatedShard> value) {
        CounterWithCallback.builder()
                .name("robustmq_replication_" + name)
                .help(help)
                .labelNames("shard")
                .callback(values ->
                        client.shards()
                                .forEach(shard ->
                                        values.call(value.applyAsDouble(shard), shard.name())))
                .register(registry);
    }
}
