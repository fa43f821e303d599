package io.robustmq.server;

import static io.robustmq.server.ConfigKeys.key;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The configuration keys that the roles of a cluster have in common. */
final class ClusterKeys {
    private static final ValueKind FILE = new ValueKind.Location(true);
    private static final ValueKind SHORT_TEXT =
            new ValueKind.Text(
                    Pattern.compile("[^\\p{Cntrl}]{0,255}"), "at most 255 characters, or empty");

    private ClusterKeys() {}

    static final ConfigSection TLS =
            new ConfigSection(
                    "tls",
                    "Mutual TLS between nodes: each shows its certificate, and trusts what one authority has signed",
                    List.of(
                            key(
                                    "tls.certificate-file",
                                    FILE,
                                    "\"\"",
                                    "PEM file with this node's certificate, those that sign it behind it. It must have the host names or addresses in it by which other nodes call this one. Empty is no TLS. A changed file is taken without a restart."),
                            key(
                                    "tls.key-file",
                                    FILE,
                                    "\"\"",
                                    "PEM file with its private key (PKCS #8, without password)."),
                            key(
                                    "tls.ca-file",
                                    FILE,
                                    "\"\"",
                                    "PEM file with the authority's certificate. Whoever has a certificate of it is a node of this cluster: let it sign nothing else.")));

    /** Of a node that may be alone. */
    static final ConfigSection PLACEMENT =
            placement("[]", "Empty is no cluster: this node is alone.");

    /** Of a broker that is one of several, which is nothing without a cluster. */
    static final ConfigSection PLACEMENT_NEEDED =
            placement(
                    "[\"127.0.0.1:1228\"]",
                    "At least one: a broker without a cluster is robustmq standalone.");

    private static ConfigSection placement(String usual, String ifEmpty) {
        return new ConfigSection(
                "placement",
                "The cluster that this node belongs to",
                List.of(
                        key(
                                "placement.servers",
                                new AddressesKind(),
                                usual,
                                "Placement centers, host:port of their grpc.listen; any of them that runs is asked. "
                                        + ifEmpty)));
    }

    static final ConfigSection PLACE =
            new ConfigSection(
                    "node",
                    "Where this node is, for the other nodes of its cluster",
                    List.of(
                            key(
                                    "node.host",
                                    SHORT_TEXT,
                                    "\"\"",
                                    "Host name or address by which other nodes reach what this one listens on. Empty is the address that it listens on, which must not be a wildcard then."),
                            key(
                                    "node.rack",
                                    SHORT_TEXT,
                                    "\"\"",
                                    "What fails together: a rack, a zone. Copies of the same data are kept in different ones where there are as many.")));

    /** The files go together, or are all left out. */
    static boolean checkTls(ConfigValues values) {
        long said =
                List.of("tls.certificate-file", "tls.key-file", "tls.ca-file").stream()
                        .filter(key -> !((Path) values.of(key)).toString().isEmpty())
                        .count();
        if (said != 0 && said != 3) {
            values.wrong(
                    "tls.certificate-file",
                    "certificate-file, key-file and ca-file go together, and only "
                            + said
                            + " of them are set");
        }
        return said != 0;
    }

    /** In a cluster, others must be able to reach what listens. */
    static void checkPlace(ConfigValues values, String... listeners) {
        boolean isAlone = ((List<?>) values.of("placement.servers")).isEmpty();
        if (isAlone || !((String) values.of("node.host")).isEmpty()) {
            return;
        }
        for (String listener : listeners) {
            InetSocketAddress address = (InetSocketAddress) values.of(listener);
            if (isWildcard(address)) {
                values.wrong(
                        "node.host",
                        "must be set, as other nodes cannot know where "
                                + listener
                                + " "
                                + Listener.text(address)
                                + " is");
            }
        }
    }

    /** Whoever connects there is believed, unless a certificate says who it is. */
    static void checkPrivate(ConfigValues values, boolean hasTls, String... listeners) {
        for (String listener : listeners) {
            InetSocketAddress address = (InetSocketAddress) values.of(listener);
            if (!hasTls && !isLoopback(address)) {
                values.wrong(
                        listener,
                        "must be a loopback address unless tls.certificate-file is set, was "
                                + Listener.text(address));
            }
        }
    }

    private static boolean isLoopback(InetSocketAddress address) {
        try {
            return InetAddress.getByName(address.getHostString()).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return true; // listening there will say so
        }
    }

    private static boolean isWildcard(InetSocketAddress address) {
        try {
            return InetAddress.getByName(address.getHostString()).isAnyLocalAddress();
        } catch (UnknownHostException unknown) {
            return false; // listening there will say so
        }
    }
}
