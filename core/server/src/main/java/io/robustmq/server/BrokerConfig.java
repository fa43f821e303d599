package io.robustmq.server;

import io.robustmq.broker.Access;
import io.robustmq.broker.BrokerSettings;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The configuration that every role with clients has. */
interface BrokerConfig extends RoleConfig {
    Mqtt mqtt();

    Mqtt5 mqtt5();

    @Override
    ClientMetrics metrics();

    /** Of files with payload schemas; empty for none. */
    Path schemaDirectory();

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

    /**
     * @param clientClasses rules, checked
     */
    record ClientMetrics(int maxSeries, List<String> clientClasses) implements Metrics {}

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
}
