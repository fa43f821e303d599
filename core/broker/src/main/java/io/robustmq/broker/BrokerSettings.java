package io.robustmq.broker;

import io.robustmq.protocol.PacketLimits;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator decides about the broker.
 *
 * @param messageEventsPerSecond most events of one {@code message.*} type of volume MESSAGE that
 *     one event loop emits per second, 0 is none
 * @param classes that clients are counted in
 * @param cluster null for a broker that is the only one
 */
public record BrokerSettings(
        Connections connections,
        Limits limits,
        Queues queues,
        Retained retained,
        Storage storage,
        Sharing sharing,
        Mqtt5 mqtt5,
        int messageEventsPerSecond,
        Protection protection,
        TopicRules topicRules,
        SlowSettings slow,
        SysSettings sys,
        ClientClasses classes,
        @Nullable ClusterSettings cluster) {

    /**
     * Where connections come in, and how many.
     *
     * @param listeners at least one; each has a name of its own
     * @param eventLoops 0 is half the cores, at least 1
     * @param connectTimeout from where MQTT may begin to the whole CONNECT
     */
    public record Connections(
            List<ListenerSettings> listeners,
            int eventLoops,
            int maxConnections,
            Duration connectTimeout) {
        public Connections {
            listeners = List.copyOf(listeners);
        }
    }

    /**
     * What one client may ask for.
     *
     * @param receiveMaximum QoS 1 and 2 messages a client may have unacknowledged, 1 to 65535
     * @param topicAliasMaximum 0 to 65535
     * @param maxSessionExpirySeconds unsigned 32 bits
     * @param maxKeepAliveSeconds 0 is no limit
     */
    public record Limits(
            int maxPacketBytes,
            int receiveMaximum,
            int topicAliasMaximum,
            long maxSessionExpirySeconds,
            int maxKeepAliveSeconds) {}

    /**
     * What waits for one client.
     *
     * @param maxInFlight QoS 1 and 2 messages sent and not acknowledged, 1 to 65535
     * @param maxQueuedMessages messages that wait behind those
     * @param maxQueuedBytes their payloads
     * @param maxOutboundBytes written and not yet taken by the socket; above it QoS 0 is dropped
     *     and QoS 1 and 2 wait in the queue
     * @param whenFull what happens when a message comes and the queue is full
     */
    public record Queues(
            int maxInFlight,
            int maxQueuedMessages,
            long maxQueuedBytes,
            long maxOutboundBytes,
            WhenFull whenFull) {}

    /** Which message of a full queue is dropped, and counted. */
    public enum WhenFull {
        /** The one that comes. */
        REFUSE,
        /** The one that has waited longest; only of sessions that outlive their connections. */
        DROP_OLDEST
    }

    /** Retained messages of the whole broker; bytes are those of topics and payloads. */
    public record Retained(int maxMessages, long maxBytes) {}

    /**
     * What is kept in the log.
     *
     * @param snapshotBytes so much is appended between two snapshots, or as much as the last one
     *     has if that is more: what a start has to read; a record counts 128 bytes more than it has
     * @param maxDelayedMessages more are refused with 0x97
     */
    public record Storage(long snapshotBytes, int maxDelayedMessages) {}

    PacketLimits packetLimits() {
        return new PacketLimits(
                limits.maxPacketBytes,
                limits.topicAliasMaximum,
                protection.topics().maxLevels(),
                protection.topics().maxBytes(),
                protection.properties().maxUserProperties(),
                protection.properties().maxUserPropertyBytes());
    }

    /**
     * How groups of shared subscriptions choose who gets a message.
     *
     * @param byGroup by share name, where it is not {@code strategy}
     */
    public record Sharing(ShareStrategy strategy, Map<String, ShareStrategy> byGroup) {
        ShareStrategy strategyOf(String group) {
            return byGroup.getOrDefault(group, strategy);
        }
    }

    /** Who of a group gets a message; of those whose clients are there and can take it. */
    public enum ShareStrategy {
        /** Each in turn, as each event loop counts. */
        ROUND_ROBIN,
        RANDOM,
        /** One gets all until it goes. */
        STICKY,
        /** All messages of one publisher go to one member, as long as members stay. */
        HASH_CLIENT,
        /** All messages of one topic go to one member, as long as members stay. */
        HASH_TOPIC,
        /** Who has the fewest QoS 1 and 2 messages to acknowledge. */
        LEAST_IN_FLIGHT
    }

    /**
     * What only MQTT 5 clients notice.
     *
     * @param topicAliasOut aliases that one client is sent, at most as many as it allows; 0 for
     *     none
     * @param checkPayloadFormat whether a payload that is said to be UTF-8 is checked
     * @param responsePrefix what Response Information begins with, before the client identifier;
     *     empty to give none
     */
    public record Mqtt5(int topicAliasOut, boolean checkPayloadFormat, String responsePrefix) {
        static final Mqtt5 DEFAULTS = new Mqtt5(16, true, "response/");
    }

    public BrokerSettings with(Connections other) {
        return new BrokerSettings(
                other,
                limits,
                queues,
                retained,
                storage,
                sharing,
                mqtt5,
                messageEventsPerSecond,
                protection,
                topicRules,
                slow,
                sys,
                classes,
                cluster);
    }

    public BrokerSettings with(ClusterSettings other) {
        return new BrokerSettings(
                connections,
                limits,
                queues,
                retained,
                storage,
                sharing,
                mqtt5,
                messageEventsPerSecond,
                protection,
                topicRules,
                slow,
                sys,
                classes,
                other);
    }

    /** What a broker without configuration does; port 1883, loopback only. */
    public static BrokerSettings defaults() {
        return new BrokerSettings(
                new Connections(
                        List.of(ListenerSettings.tcp(new InetSocketAddress("127.0.0.1", 1883))),
                        0,
                        100_000,
                        Duration.ofSeconds(10)),
                new Limits(1 << 20, 1024, 64, Duration.ofDays(7).toSeconds(), 0),
                new Queues(1024, 100_000, 64L << 20, 4L << 20, WhenFull.REFUSE),
                new Retained(100_000, 256L << 20),
                new Storage(16L << 20, 1_000_000),
                new Sharing(ShareStrategy.ROUND_ROBIN, Map.of()),
                Mqtt5.DEFAULTS,
                10,
                Protection.defaults(),
                TopicRules.NONE,
                SlowSettings.DEFAULTS,
                SysSettings.DEFAULTS,
                ClientClasses.NONE,
                null);
    }
}
