package io.robustmq.server;

import io.robustmq.journal.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole configuration of {@code robustmq journal-server}; {@link JournalServerKeys} says what
 * each value may be and means.
 */
record JournalServerConfig(
        String nodeId,
        Data data,
        Place node,
        Servers placement,
        Tls tls,
        Grpc grpc,
        Tcp tcp,
        Http http,
        Journal journal,
        Events events,
        Sinks sinks,
        Tracing tracing,
        NodeMetrics metrics)
        implements RoleConfig {

    @Override
    public List<Path> journalDirectories() {
        return journalDirectories(journal.directories());
    }

    record Grpc(InetSocketAddress listen) {}

    record Tcp(
            InetSocketAddress listen,
            int eventLoops,
            int maxConnections,
            long maxFrameSize,
            int maxInFlight) {}

    record Journal(
            List<Path> directories,
            boolean enableAutoCreateShard,
            int shardReplicaNum,
            long maxSegmentSize,
            Duration segmentAge,
            long retentionSize,
            Duration retentionAge,
            int maxShards,
            int repairReplicas,
            Duration repairAfter,
            Durability durability,
            Duration slowSync) {}
}
