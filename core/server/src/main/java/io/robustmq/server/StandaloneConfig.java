package io.robustmq.server;

import io.robustmq.broker.Access;
import io.robustmq.broker.BrokerSettings;
import io.robustmq.journal.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole configuration of {@code robustmq standalone}; {@link StandaloneKeys} says what each
 * value may be and means.
 */
record StandaloneConfig(
        String nodeId,
        Data data,
        Mqtt mqtt,
        Mqtt5 mqtt5,
        Http http,
        Journal journal,
        Events events,
        Sinks sinks,
        Tracing tracing)
        implements RoleConfig {

    /** Where the journal's shards go. */
    List<Path> journalDirectories() {
        return journalDirectories(journal.directories());
    }

    record Mqtt(
            Optional<InetSocketAddress> listen,
            boolean proxyProtocol,
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
            AnonymousAuthenticator.Allowed allowAnonymous,
            Path passwordFile,
            List<String> admins,
            MqttAccess access,
            SharedSubscriptions sharedSubscriptions,
            TransportConfig.Tls tls,
            TransportConfig.Ws ws,
            TransportConfig.Wss wss,
            TransportConfig.Quic quic,
            TransportConfig.Unix unix,
            TransportConfig.Proxy proxy,
            MqttLimits limits,
            MqttFlapping flapping,
            MqttTopics topics,
            MqttSlowSubscriptions slowSubscriptions) {}

    record MqttAccess(
            Path aclFile,
            Access.OnDeniedPublish onDeniedPublish,
            CertificateIdentity certificateIdentity,
            CertificateAuthenticator.Login certificateLogin) {}

    /**
     * @param groups by share name
     */
    record SharedSubscriptions(
            BrokerSettings.ShareStrategy strategy,
            Map<String, BrokerSettings.ShareStrategy> groups) {}

    record Mqtt5(
            int topicAliasOut, boolean checkPayloadFormat, String responsePrefix, boolean scram) {}

    record Journal(
            List<Path> directories,
            long segmentSize,
            Duration segmentAge,
            Durability durability,
            Duration slowSync) {}
}
