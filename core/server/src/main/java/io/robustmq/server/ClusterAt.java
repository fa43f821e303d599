package io.robustmq.server;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which cluster a command is about.
 *
 * @param node whose configuration says where placement centers are, and has the TLS files
 * @param configured whether the command line names that configuration
 * @param servers placement centers, {@code host:port} each; empty for what the configuration says
 * @param tls null for those of the configuration, or none
 */
record ClusterAt(
        NodeArguments node,
        boolean configured,
        List<String> servers,
        ClusterTls.@Nullable Files tls) {
    ClusterAt {
        servers = List.copyOf(servers);
    }

    boolean needsConfiguration() {
        return servers.isEmpty() || (configured && tls == null);
    }

    /** With what is not said taken from a configuration; without servers if that has none. */
    ClusterAt with(RoleConfig config) {
        return switch (config) {
            case PlacementCenterConfig center -> with(servers(center), center.tls());
            case MqttServerConfig broker -> with(broker.placement().servers(), broker.tls());
            case JournalServerConfig journal -> with(journal.placement().servers(), journal.tls());
            default -> this;
        };
    }

    private static List<String> servers(PlacementCenterConfig center) {
        Map<String, String> members = center.placement().members();
        return members.isEmpty()
                ? List.of(
                        center.grpc().listen().getHostString()
                                + ":"
                                + center.grpc().listen().getPort())
                : List.copyOf(members.values());
    }

    private ClusterAt with(List<String> known, RoleConfig.Tls files) {
        ClusterTls.Files configuredTls =
                files.isOn()
                        ? new ClusterTls.Files(
                                files.certificateFile(), files.keyFile(), files.caFile())
                        : null;
        return new ClusterAt(
                node,
                configured,
                servers.isEmpty() ? known : servers,
                tls == null ? configuredTls : tls);
    }
}
