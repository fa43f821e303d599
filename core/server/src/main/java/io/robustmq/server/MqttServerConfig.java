package io.robustmq.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * The whole configuration of {@code robustmq mqtt-server}; {@link MqttServerKeys} says what each
 * value may be and means.
 */
record MqttServerConfig(
        String nodeId,
        Data data,
        Place node,
        Servers placement,
        Tls tls,
        Cluster cluster,
        Mqtt mqtt,
        Mqtt5 mqtt5,
        Http http,
        Events events,
        Sinks sinks,
        Tracing tracing,
        ClientMetrics metrics)
        implements BrokerConfig {

    /**
     * What the cluster has agreed on is in force, the same on all brokers ({@link AgreedSchemas}).
     */
    @Override
    public Path schemaDirectory() {
        return Path.of("");
    }

    record Cluster(InetSocketAddress listen, int replicas, int ackQuorum, AccessFrom access) {}

    /** Where users and the rules of what they may do come from. */
    enum AccessFrom {
        /** Those that this node's configuration names. */
        FILES,
        /** What the cluster has agreed on. */
        PLACEMENT
    }
}
