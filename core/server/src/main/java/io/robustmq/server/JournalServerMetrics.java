package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import java.util.function.LongSupplier;

/** What a journal server counts besides its journal, as {@code robustmq_journal_server_…}. */
final class JournalServerMetrics {
    private final PrometheusRegistry registry;

    private JournalServerMetrics(PrometheusRegistry registry) {
        this.registry = registry;
    }

    static void register(DataCounters counters, ServedShards shards, PrometheusRegistry registry) {
        JournalServerMetrics metrics = new JournalServerMetrics(registry);
        metrics.gauge("shards", "Shards open.", shards::size);
        metrics.gauge(
                "connections", "Connections of the data protocol.", counters.connections::get);
        metrics.gauge(
                "held_connections",
                "Connections that are not read until requests of theirs are answered.",
                counters.held::get);
        metrics.gauge("tails", "Tails open.", counters.tails::get);
        metrics.gauge(
                "requests_in_flight",
                "Requests taken and not answered yet.",
                counters.requestsInFlight::get);
        metrics.counter(
                "appended_records_total",
                "Records appended by clients and acknowledged to them.",
                counters.appendedRecords::sum);
        metrics.counter("received_bytes_total", "Bytes of requests.", counters.receivedBytes::sum);
        metrics.counter(
                "sent_frames_bytes_total",
                "Bytes of records sent to readers and tails.",
                counters.sentBytes::sum);
        metrics.byLabel(counters);
    }

    static void register(ReplicaHost replicas, PrometheusRegistry registry) {
        JournalServerMetrics metrics = new JournalServerMetrics(registry);
        metrics.gauge(
                "replica_segments",
                "Segments of replicated logs that this server keeps or is to keep.",
                () -> replicas.counts().segments());
        metrics.gauge(
                "replica_bytes",
                "Size of what this server keeps of replicated logs.",
                replicas::bytes);
        metrics.gauge(
                "copies_under_way",
                "Segments that are being copied to another server by order of this one.",
                () -> replicas.counts().copies());
        metrics.gauge(
                "under_replicated_segments",
                "Sealed segments of replicated logs that have fewer copies than they should, or one on a server that is away or leaving; of the cluster, told by the server that repairs, 0 on the others.",
                () -> replicas.counts().underReplicated());
        metrics.counter(
                "replica_messages_dropped_total",
                "Messages of replication that were dropped because too much waited or their receiver was away; what is still wanted is asked again.",
                replicas::droppedMessages);
    }

    private void byLabel(DataCounters counters) {
        CounterWithCallback.builder()
                .name("robustmq_journal_server_requests_total")
                .help("Requests of the data protocol.")
                .labelNames("operation")
                .callback(values -> {
                    for (Operation operation : Operation.values()) {
                        values.call(counters.requests(operation), operation.label());
                    }
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_journal_server_refused_total")
                .help("Connections and requests of the data protocol that were refused, by code.")
                .labelNames("code")
                .callback(values -> {
                    for (Code code : Code.values()) {
                        if (code != Code.OK) {
                            values.call(counters.refusals(code), code.label());
                        }
                    }
                })
                .register(registry);
    }

    private void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name("robustmq_journal_server_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }

    private void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name("robustmq_journal_server_" + name)
                .help(help)
                .callback(values -> values.call(value.getAsLong()))
                .register(registry);
    }
}
