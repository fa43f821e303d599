package io.robustmq.server;

import io.robustmq.broker.Protection;
import java.time.Duration;
import java.util.List;

/** {@code mqtt.limits}: what a client, or an attacker, cannot do. */
record MqttLimits(
        int maxTopicLevels,
        int maxTopicLength,
        int maxSubscriptions,
        int maxUserProperties,
        long maxUserPropertyBytes,
        int maxPacketsPerSecond,
        long maxBytesPerSecond,
        Protection.WhenOver whenOverRate,
        int maxConnectsPerSecond,
        Duration connectWait,
        int maxConnectionsPerAddress,
        int maxHalfOpen) {

    static final ConfigSection SECTION =
            new ConfigSection(
                    "mqtt.limits",
                    "What clients of the MQTT broker may do at most",
                    List.of(
                            ConfigKeys.key(
                                    "mqtt.limits.max-topic-levels",
                                    ConfigKeys.whole(1, 65_535),
                                    "128",
                                    "Levels of a topic. A PUBLISH with more ends the connection with Topic name invalid. Filters and retained topics have 128 at most, whatever is said here."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-topic-length",
                                    ConfigKeys.whole(1, 65_535),
                                    "65535",
                                    "Bytes of a topic or filter."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-subscriptions",
                                    ConfigKeys.whole(1, 10_000_000),
                                    "100000",
                                    "Subscriptions of one session. More are refused with Quota exceeded."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-user-properties",
                                    ConfigKeys.whole(0, 65_535),
                                    "256",
                                    "User properties of one packet (MQTT 5), and as many of a will. More end the connection with Quota exceeded."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-user-property-bytes",
                                    ConfigKeys.size(0, 256 * ConfigKeys.MIB),
                                    "\"64KiB\"",
                                    "Names and values of the user properties of one packet."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-packets-per-second",
                                    ConfigKeys.whole(0, 10_000_000),
                                    "0",
                                    "Packets that one client may send; it may save up those of one second. 0 sets no limit."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-bytes-per-second",
                                    ConfigKeys.size(0, ConfigKeys.TIB),
                                    "\"0B\"",
                                    "Bytes that one client may send. 0B sets no limit."),
                            ConfigKeys.key(
                                    "mqtt.limits.when-over-rate",
                                    new ValueKind.Choice(Protection.WhenOver.class),
                                    "\"wait\"",
                                    "What is done with a client that sends more: wait does not read from it for a while, disconnect ends its connection with Message rate too high."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-connects-per-second",
                                    ConfigKeys.whole(0, 1_000_000),
                                    "0",
                                    "CONNECTs that are taken from all clients. More have to wait, and connections opened at twice that rate are closed unread. 0 sets no limit."),
                            ConfigKeys.key(
                                    "mqtt.limits.connect-wait",
                                    ConfigKeys.span(Duration.ZERO, Duration.ofMinutes(1)),
                                    "\"5s\"",
                                    "How long such a CONNECT may have to wait, and up to a quarter more by chance. One that would have to wait longer is refused with Connection rate exceeded."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-connections-per-address",
                                    ConfigKeys.whole(0, 10_000_000),
                                    "0",
                                    "Connections open at once from one IPv4 address or one IPv6 network of 64 bits. One more is closed. 0 sets no limit."),
                            ConfigKeys.key(
                                    "mqtt.limits.max-half-open",
                                    ConfigKeys.whole(1, 10_000_000),
                                    "10000",
                                    "Connections that have not sent their whole CONNECT. The oldest is closed for a new one.")));

    Protection protection(Protection.Flapping flapping) {
        return new Protection(
                new Protection.Topics(maxTopicLevels, maxTopicLength, maxSubscriptions),
                new Protection.Rate(maxPacketsPerSecond, maxBytesPerSecond, whenOverRate),
                new Protection.Arrivals(
                        maxConnectsPerSecond, connectWait, maxConnectionsPerAddress, maxHalfOpen),
                new Protection.Properties(maxUserProperties, Math.toIntExact(maxUserPropertyBytes)),
                flapping);
    }
}
