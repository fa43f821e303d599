package io.robustmq.server;

import static io.robustmq.server.ConfigKeys.key;
import static io.robustmq.server.ConfigKeys.span;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may be configured for {@code robustmq placement-center}. */
final class PlacementCenterKeys {
    private static final Set<Integer> SIZES = Set.of(0, 1, 3, 5, 7);

    private PlacementCenterKeys() {}

    private static final ConfigSection GRPC =
            new ConfigSection(
                    "grpc",
                    "Where other nodes and operators reach this one",
                    List.of(
                            key(
                                    "grpc.listen",
                                    ConfigKeys.LISTEN,
                                    "\"127.0.0.1:1228\"",
                                    "Address and port of the gRPC services, with reflection. Must be a loopback address without tls.")));

    private static final ConfigSection PLACEMENT =
            new ConfigSection(
                    "placement",
                    "The group of placement centers that agree",
                    List.of(
                            key(
                                    "placement.members",
                                    new PairsKind(false),
                                    "[]",
                                    "All that form the group, the same on each: node-id=host:port of its grpc.listen as the others reach it. 1, 3, 5 or 7. Only read until the group is formed; it is changed with robustmq cluster. Empty is this one alone."),
                            key(
                                    "placement.agreement-timeout",
                                    span(Duration.ofMillis(100), Duration.ofMinutes(10)),
                                    "\"10s\"",
                                    "How long a change waits for most members to agree before it is refused."),
                            key(
                                    "placement.node-timeout",
                                    span(Duration.ofSeconds(1), Duration.ofHours(1)),
                                    "\"3s\"",
                                    "A node that is not heard of for longer is removed, and missed by all; it is told to say that it is there five times in that time.")));

    private static final ConfigSection JOURNAL =
            new ConfigSection(
                    "journal",
                    "The durable log",
                    List.of(ConfigKeys.DIRECTORIES, ConfigKeys.DURABILITY, ConfigKeys.SLOW_SYNC));

    static final ConfigRole<PlacementCenterConfig> ROLE =
            new ConfigRole<>(
                    "placement-center",
                    PlacementCenterConfig.class,
                    ConfigRole.sections(
                            List.of(
                                    ConfigKeys.NODE,
                                    ConfigKeys.data("./robust-data-placement"),
                                    GRPC,
                                    ClusterKeys.TLS,
                                    PLACEMENT,
                                    ConfigKeys.http("127.0.0.1:9090"),
                                    JOURNAL),
                            MetricsKeys.TELEMETRY),
                    PlacementCenterKeys::check);

    private static void check(ConfigValues values) {
        values.mustDiffer("grpc.listen", "http.listen");
        ClusterKeys.checkPrivate(values, ClusterKeys.checkTls(values), "grpc.listen");
        checkMembers(values);
    }

    @SuppressWarnings("unchecked") // what PairsKind reads
    private static void checkMembers(ConfigValues values) {
        Map<String, String> members = (Map<String, String>) values.of("placement.members");
        String nodeId = (String) values.of("node-id");
        if (!SIZES.contains(members.size())) {
            values.wrong(
                    "placement.members",
                    "must be 1, 3, 5 or 7 different members, were " + members.size());
        }
        if (!members.isEmpty() && !members.containsKey(nodeId)) {
            values.wrong(
                    "placement.members",
                    "must have this node, node-id " + nodeId + ", was " + members.keySet());
        }
        members.forEach((name, address) -> {
            if (!AddressesKind.isAddress(address)) {
                values.wrong(
                        "placement.members",
                        "the address of " + name + " must be host:port, was " + address);
            }
        });
    }
}
