package io.robustmq.server;

import io.robustmq.broker.BrokerSettings;
import io.robustmq.journal.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole configuration of {@code robustmq standalone}; {@link StandaloneKeys} says what each
 * value may be and means.
 */
record StandaloneConfig(
        String nodeId,
        Data data,
        Mqtt mqtt,
        Http http,
        Journal journal,
        Placement placement,
        Events events,
        Sinks sinks,
        Tracing tracing)
        implements RoleConfig {

    /** Where the journal's shards go. */
    List<Path> journalDirectories() {
        return journalDirectories(journal.directories());
    }

    record Mqtt(
            InetSocketAddress listen,
            int eventLoops,
            int maxConnections,
            long maxPacketSize,
            Duration connectTimeout,
            int receiveMaximum,
            int topicAliasMaximum,
            int maxInFlight,
            int maxQueuedMessages,
            long maxQueuedBytes,
            long maxOutboundBytes,
            BrokerSettings.WhenFull whenQueueFull,
            int maxRetainedMessages,
            long maxRetainedBytes,
            int maxDelayedMessages,
            long maxStoredBytes,
            long snapshotSize,
            Duration maxSessionExpiry,
            Duration maxKeepAlive,
            boolean allowAnonymous,
            Path passwordFile,
            List<String> admins,
            MqttLimits limits,
            MqttFlapping flapping,
            MqttTopics topics,
            MqttSlowSubscriptions slowSubscriptions) {}

    record Journal(
            List<Path> directories,
            long segmentSize,
            Duration segmentAge,
            Durability durability,
            Duration slowSync) {}

    record Placement(InetSocketAddress listen) {}
}
