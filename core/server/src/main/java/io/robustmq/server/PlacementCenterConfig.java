package io.robustmq.server;

import io.robustmq.journal.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The whole configuration of {@code robustmq placement-center}; {@link PlacementCenterKeys} says
 * what each value may be and means.
 */
record PlacementCenterConfig(
        String nodeId,
        Data data,
        Grpc grpc,
        Tls tls,
        Placement placement,
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

    /**
     * @param members names with addresses, in their order; empty if this one is alone
     */
    record Placement(
            Map<String, String> members, Duration agreementTimeout, Duration nodeTimeout) {}

    record Journal(List<Path> directories, Durability durability, Duration slowSync) {}
}
