package io.robustmq.server;

import static io.robustmq.server.ConfigKeys.key;
import static io.robustmq.server.ConfigKeys.whole;

import java.util.List;
import java.util.regex.Pattern;

/** What may be configured for {@code robustmq mqtt-server}. */
final class MqttServerKeys {
    private static final int MOST_REPLICAS = 7;

    /** It is part of the names of its log's shards. */
    private static final Pattern NODE_ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,31}");

    private MqttServerKeys() {}

    private static final ConfigSection CLUSTER =
            new ConfigSection(
                    "cluster",
                    "One of several brokers",
                    List.of(
                            key(
                                    "cluster.listen",
                                    ConfigKeys.LISTEN,
                                    "\"127.0.0.1:9982\"",
                                    "Address and port where other brokers reach this one; who connects there is believed. Must be a loopback address without tls."),
                            key(
                                    "cluster.replicas",
                                    whole(1, MOST_REPLICAS),
                                    "3",
                                    "Journal servers that keep each record of this broker; fewer if there are not as many."),
                            key(
                                    "cluster.ack-quorum",
                                    whole(1, MOST_REPLICAS),
                                    "2",
                                    "So many of them have a record on disk before it is acknowledged. While fewer than that run, nothing is."),
                            key(
                                    "cluster.access",
                                    new ValueKind.Choice(MqttServerConfig.AccessFrom.class),
                                    "\"files\"",
                                    "Where users and what they may do come from: files is mqtt.password-file and mqtt.access.acl-file of each node; placement is what the cluster has agreed on, the same for all of them (robustmq cluster users, robustmq cluster acl).")));

    static final ConfigRole<MqttServerConfig> ROLE =
            new ConfigRole<>(
                    "mqtt-server",
                    MqttServerConfig.class,
                    ConfigRole.sections(
                            ConfigRole.sections(
                                    ConfigRole.sections(
                                            List.of(
                                                    ConfigKeys.NODE,
                                                    ConfigKeys.data("./robust-data-mqtt"),
                                                    ClusterKeys.PLACE,
                                                    ClusterKeys.PLACEMENT_NEEDED,
                                                    ClusterKeys.TLS,
                                                    CLUSTER),
                                            MqttKeys.SECTIONS),
                                    List.of(ConfigKeys.http("127.0.0.1:9091"))),
                            MetricsKeys.BROKER_TELEMETRY),
                    MqttServerKeys::check);

    private static void check(ConfigValues values) {
        MqttKeys.check(
                values, values.of("cluster.access") == MqttServerConfig.AccessFrom.PLACEMENT);
        ClusterKeys.checkPrivate(values, ClusterKeys.checkTls(values), "cluster.listen");
        ClusterKeys.checkPlace(values, "cluster.listen", "http.listen");
        values.mustDiffer("cluster.listen", "http.listen");
        if (((List<?>) values.of("placement.servers")).isEmpty()) {
            values.wrong(
                    "placement.servers",
                    "must have at least one placement center; a broker without a cluster is robustmq standalone");
        }
        String nodeId = (String) values.of("node-id");
        if (!NODE_ID.matcher(nodeId).matches()) {
            values.wrong(
                    "node-id",
                    "must be 1 to 32 of a-z, 0-9, dots, hyphens or underscores, a letter or digit first, was "
                            + nodeId);
        }
        int replicas = (Integer) values.of("cluster.replicas");
        int quorum = (Integer) values.of("cluster.ack-quorum");
        if (quorum > replicas) {
            values.wrong(
                    "cluster.ack-quorum",
                    "must be at most cluster.replicas, " + replicas + ", was " + quorum);
        }
    }
}
