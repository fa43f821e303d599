package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.eventlog.EventShard;
import io.robustmq.journal.JournalMeasures;
import io.robustmq.journal.ShardMeasures;
import io.robustmq.placement.Placement;
import io.robustmq.placement.Role;

/** The node itself, its journal and its placement as metrics. */
final class NodeMetrics {
    private NodeMetrics() {}

    static void registerNode(
            String version, String javaVersion, Readiness readiness, PrometheusRegistry registry) {
        Info info =
                Info.builder()
                        .name("robustmq_build_info")
                        .help("What runs.")
                        .labelNames("version", "java_version")
                        .register(registry);
        info.setLabelValues(version, javaVersion);
        GaugeWithCallback.builder()
                .name("robustmq_role_ready")
                .help("Whether the role takes work, 1 or 0.")
                .labelNames("role")
                .callback(values -> {
                    for (Role role : readiness.roles()) {
                        values.call(readiness.isReady(role) ? 1 : 0, role.command());
                    }
                })
                .register(registry);
        SaturationMetrics.registerBuffers(registry);
    }

    static void registerJournal(JournalMeasures measures, PrometheusRegistry registry) {
        CounterWithCallback.builder()
                .name("robustmq_journal_appends_total")
                .help("Records that the journal acknowledged.")
                .callback(values -> values.call(measures.appends()))
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_journal_appended_bytes_total")
                .help("Their payloads.")
                .callback(values -> values.call(measures.appendedBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_size_bytes")
                .help("Size of all segment files.")
                .callback(values -> values.call(measures.sizeBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_segments")
                .help("Segment files.")
                .callback(values -> values.call(measures.segments()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_shards")
                .help("Shards that are open.")
                .callback(values -> values.call(measures.shards().size()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_failed_shards")
                .help("Shards that take no records at present because their disk failed.")
                .callback(values -> values.call(measures.failedShards()))
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_journal_failures_total")
                .help("Times that the disk of a shard failed.")
                .callback(values -> values.call(measures.failures()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_queue_bytes")
                .help("Records that wait to be written.")
                .callback(values -> values.call(measures.queueBytes()))
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_journal_trimmed_records_total")
                .help("Records removed that nobody needed any more.")
                .callback(values -> values.call(measures.trimmedRecords()))
                .register(registry);
        CounterWithCallback.builder()
                .name("robustmq_journal_overrun_records_total")
                .help("Records removed by a limit although somebody might still need them.")
                .callback(values -> values.call(measures.overrunRecords()))
                .register(registry);
        registry.register(
                new LatencyHistogram(
                        "robustmq_journal_sync_seconds",
                        "Time that the disk took to sync.",
                        measures::syncs));
        registry.register(
                new LatencyHistogram(
                        "robustmq_journal_append_seconds",
                        "Time from the append of a record until it was acknowledged.",
                        measures::appendLatencies));
        GaugeWithCallback.builder()
                .name("robustmq_journal_recovery_seconds")
                .help("Time that it took to read the open shards back when they were opened.")
                .callback(values -> values.call(measures.recovered().nanos() / 1e9))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_recovered_records")
                .help("Records of the open shards when they were opened.")
                .callback(values -> values.call(measures.recovered().records()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_journal_recovered_segments")
                .help("Segment files of the open shards when they were opened.")
                .callback(values -> values.call(measures.recovered().segments()))
                .register(registry);
    }

    static void registerEvents(EventShard store, PrometheusRegistry registry) {
        ShardMeasures measures = store.shard().measures();
        CounterWithCallback.builder()
                .name("robustmq_events_stored_total")
                .help("Events written to the store of this node.")
                .callback(values -> values.call(measures.appends()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_events_store_events")
                .help("Events that the store holds.")
                .callback(values ->
                        values.call(store.shard().nextOffset() - store.shard().firstOffset()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_events_store_bytes")
                .help("Size of the store of events.")
                .callback(values -> values.call(measures.sizeBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_events_store_max_bytes")
                .help("Size at which its oldest events go: events.max-size.")
                .callback(values -> values.call(store.settings().maxBytes()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_events_store_failed")
                .help("1 while the store takes no events because its disk fails.")
                .callback(values -> values.call(measures.isFailed() ? 1 : 0))
                .register(registry);
    }

    static void registerPlacement(Placement placement, PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("robustmq_placement_revision")
                .help("Revision of what the nodes agreed on.")
                .callback(values -> values.call(placement.revision()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("robustmq_placement_nodes")
                .help("Nodes registered.")
                .callback(values -> values.call(placement.nodes().size()))
                .register(registry);
    }
}
