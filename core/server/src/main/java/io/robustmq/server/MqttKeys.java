package io.robustmq.server;

import io.robustmq.broker.BrokerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What may be configured for every role with clients. */
final class MqttKeys {
    private MqttKeys() {}

    private static final ConfigSection MQTT =
            new ConfigSection(
                    "mqtt",
                    "The MQTT broker",
                    withAccess(
                            ConfigKeys.key(
                                    "mqtt.listen",
                                    new AddressOrNone(),
                                    "\"127.0.0.1:1883\"",
                                    "Address and port for MQTT over TCP. Port 0 takes any free one; 0.0.0.0 listens on all interfaces, [::] on those of IPv6 too; empty for none."),
                            TransportKeys.PROXY_PROTOCOL,
                            ConfigKeys.key(
                                    "mqtt.event-loops",
                                    ConfigKeys.whole(0, 1024),
                                    "0",
                                    "Threads that serve connections. 0 is half the processors, at least one."),
                            ConfigKeys.key(
                                    "mqtt.max-connections",
                                    ConfigKeys.whole(1, 10_000_000),
                                    "100000",
                                    "Connections open at once. One more is closed before it is served."),
                            ConfigKeys.key(
                                    "mqtt.max-packet-size",
                                    ConfigKeys.size(ConfigKeys.KIB, 256 * ConfigKeys.MIB),
                                    "\"1MiB\"",
                                    "Largest packet taken from a client. A larger one ends the connection with Packet too large."),
                            ConfigKeys.key(
                                    "mqtt.connect-timeout",
                                    ConfigKeys.span(Duration.ofMillis(100), Duration.ofMinutes(10)),
                                    "\"10s\"",
                                    "Time from opening a connection to its whole CONNECT packet."),
                            ConfigKeys.key(
                                    "mqtt.receive-maximum",
                                    ConfigKeys.whole(1, 65_535),
                                    "1024",
                                    "QoS 1 and 2 messages that a client may send before the first is acknowledged."),
                            ConfigKeys.key(
                                    "mqtt.topic-alias-maximum",
                                    ConfigKeys.whole(0, 65_535),
                                    "64",
                                    "Topic aliases that a client may use on one connection (MQTT 5). 0 forbids them."),
                            ConfigKeys.key(
                                    "mqtt.max-in-flight",
                                    ConfigKeys.whole(1, 65_535),
                                    "1024",
                                    "QoS 1 and 2 messages sent to one client and not acknowledged. The client's own Receive Maximum may lower it."),
                            ConfigKeys.key(
                                    "mqtt.max-queued-messages",
                                    ConfigKeys.whole(1, Integer.MAX_VALUE),
                                    "100000",
                                    "Messages that wait for one session."),
                            ConfigKeys.key(
                                    "mqtt.max-queued-bytes",
                                    ConfigKeys.size(ConfigKeys.KIB, ConfigKeys.TIB),
                                    "\"64MiB\"",
                                    "The same limit in bytes."),
                            ConfigKeys.key(
                                    "mqtt.max-outbound-bytes",
                                    ConfigKeys.size(ConfigKeys.KIB, ConfigKeys.GIB),
                                    "\"4MiB\"",
                                    "Bytes that wait in one client's socket. Beyond it the client counts as slow and QoS 0 to it is dropped."),
                            ConfigKeys.key(
                                    "mqtt.when-queue-full",
                                    new ValueKind.Choice(BrokerSettings.WhenFull.class),
                                    "\"refuse\"",
                                    "Which message is dropped, and counted, when a session's queue is full: refuse drops the one that comes, drop_oldest the one that has waited longest."),
                            ConfigKeys.key(
                                    "mqtt.max-retained-messages",
                                    ConfigKeys.whole(0, Integer.MAX_VALUE),
                                    "100000",
                                    "Retained messages kept. When full, a new topic's is refused; existing ones can be replaced."),
                            ConfigKeys.key(
                                    "mqtt.max-retained-bytes",
                                    ConfigKeys.size(0, ConfigKeys.TIB),
                                    "\"256MiB\"",
                                    "The same limit in bytes of topics, payloads and properties."),
                            ConfigKeys.key(
                                    "mqtt.max-delayed-messages",
                                    ConfigKeys.whole(0, Integer.MAX_VALUE),
                                    "1000000",
                                    "Messages published to $delayed/<seconds>/<topic> that are not due yet. When full, new ones are refused with Quota exceeded."),
                            ConfigKeys.key(
                                    "mqtt.max-stored-bytes",
                                    ConfigKeys.size(0, 1024 * ConfigKeys.TIB),
                                    "\"0B\"",
                                    "Size on disk of all that is kept for clients. Beyond it the oldest segments are removed, and messages in them that were not delivered are dropped and counted. 0B sets no limit."),
                            ConfigKeys.key(
                                    "mqtt.snapshot-size",
                                    ConfigKeys.size(ConfigKeys.MIB, ConfigKeys.TIB),
                                    "\"4MiB\"",
                                    "So much is written between two snapshots of the sessions, or as much as the last one has if that is more; a record counts 128 bytes more than it has. A start after a crash reads it again, as does who takes over the home of a broker that died."),
                            ConfigKeys.key(
                                    "mqtt.max-session-expiry",
                                    ConfigKeys.span(Duration.ZERO, Duration.ofDays(36_500)),
                                    "\"7d\"",
                                    "Longest time a session is kept after its client went. A client that asks for more is told this."),
                            ConfigKeys.key(
                                    "mqtt.max-keep-alive",
                                    ConfigKeys.span(Duration.ZERO, Duration.ofSeconds(65_535)),
                                    "\"0s\"",
                                    "Longest keep alive. A client that asks for more, or for none, is told this. 0s sets no limit.")));

    static final List<ConfigSection> SECTIONS =
            ConfigRole.sections(
                    List.of(
                            MQTT,
                            AccessKeys.SECTION,
                            SharingKeys.SHARING,
                            Mqtt5Keys.SECTION,
                            MqttLimits.SECTION,
                            MqttFlapping.SECTION,
                            MqttTopics.SECTION,
                            MqttSlowSubscriptions.SECTION),
                    TransportKeys.SECTIONS);

    static void check(ConfigValues values) {
        check(values, false);
    }

    /**
     * @param agreed users come from placement
     */
    static void check(ConfigValues values, boolean agreed) {
        AccessKeys.check(values, agreed);
        MqttTopics.check(values);
        Mqtt5Keys.check(values);
        TransportKeys.check(values);
        MetricsKeys.check(values);
        // QUIC's port is one of UDP
        values.mustDiffer(
                "mqtt.listen",
                "mqtt.tls.listen",
                "mqtt.ws.listen",
                "mqtt.wss.listen",
                "http.listen");
    }

    private static List<ConfigKey> withAccess(ConfigKey... own) {
        List<ConfigKey> all = new ArrayList<>(List.of(own));
        all.addAll(AccessKeys.IN_MQTT);
        return List.copyOf(all);
    }
}
