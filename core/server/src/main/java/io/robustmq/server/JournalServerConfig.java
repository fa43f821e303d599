package io.robustmq.server;

import io.robustmq.journal.Durability;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The whole configuration of {@code robustmq journal-server}; {@link JournalServerKeys} says what
 * each value may be and means.
 */
record JournalServerConfig(
        String nodeId,
        Data data,
        Grpc grpc,
        Tcp tcp,
        Http http,
        Journal journal,
        Events events,
        Sinks sinks,
        Tracing tracing)
        implements RoleConfig {

    record Grpc(InetSocketAddress listen) {}

    record Tcp(
            InetSocketAddress listen,
            int eventLoops,
            int maxConnections,
            long maxFrameSize,
            int maxInFlight) {}

    record Journal(
            boolean enableAutoCreateShard,
            int shardReplicaNum,
            long maxSegmentSize,
            Duration segmentAge,
            long retentionSize,
            Duration retentionAge,
            int maxShards,
            Durability durability,
            Duration slowSync) {}
}
