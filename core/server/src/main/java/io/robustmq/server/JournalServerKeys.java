package io.robustmq.server;

import static io.robustmq.server.ConfigKeys.GIB;
import static io.robustmq.server.ConfigKeys.KIB;
import static io.robustmq.server.ConfigKeys.MIB;
import static io.robustmq.server.ConfigKeys.TIB;
import static io.robustmq.server.ConfigKeys.key;
import static io.robustmq.server.ConfigKeys.size;
import static io.robustmq.server.ConfigKeys.span;
import static io.robustmq.server.ConfigKeys.whole;

import java.time.Duration;
import java.util.List;

/** What may be configured for {@code robustmq journal-server}. */
final class JournalServerKeys {
    /** More copies than that nobody keeps. */
    private static final int MOST_REPLICAS = 7;

    private static final Duration LONGEST = Duration.ofDays(36_500);

    /** What journal.max-segment-size may be. */
    static final ValueKind SEGMENT_SIZE = size(MIB, 2 * GIB - MIB);

    private JournalServerKeys() {}

    private static final ConfigSection GRPC =
            new ConfigSection(
                    "grpc",
                    "The interface for operators",
                    List.of(
                            key(
                                    "grpc.listen",
                                    ConfigKeys.LISTEN,
                                    "\"127.0.0.1:2228\"",
                                    "Address and port of the gRPC service robustmq.journal.v1.JournalAdmin, with reflection. In a cluster with tls who calls must show a certificate of it, and without tls it must be a loopback address. Alone it is without encryption and authentication: keep it private.")));

    private static final ConfigSection TCP =
            new ConfigSection(
                    "tcp",
                    "The data protocol, by which records are appended and read",
                    List.of(
                            key(
                                    "tcp.listen",
                                    ConfigKeys.LISTEN,
                                    "\"127.0.0.1:3110\"",
                                    "Address and port of the data protocol. In a cluster with tls who connects must show a certificate of it, and without tls it must be a loopback address. Alone it is without encryption and authentication: keep it private."),
                            key(
                                    "tcp.event-loops",
                                    whole(0, 1024),
                                    "0",
                                    "Threads that serve connections. 0 is half the processors, at least one."),
                            key(
                                    "tcp.max-connections",
                                    whole(1, 1_000_000),
                                    "10000",
                                    "Connections open at once. One more is told so and closed."),
                            key(
                                    "tcp.max-frame-size",
                                    size(KIB, 64 * MIB),
                                    "\"16MiB\"",
                                    "Largest request taken from a client. A larger one is told so and ends the connection."),
                            key(
                                    "tcp.max-in-flight",
                                    whole(1, 65_535),
                                    "256",
                                    "Requests of one connection that are not answered yet. While there are that many, it is not read.")));

    private static final ConfigSection JOURNAL =
            new ConfigSection(
                    "journal",
                    "The durable log",
                    List.of(
                            ConfigKeys.DIRECTORIES,
                            key(
                                    "journal.enable-auto-create-shard",
                                    ConfigKeys.FLAG,
                                    "true",
                                    "Whether an append to a shard that is not there creates it. SetClusterConfig wins over this."),
                            key(
                                    "journal.shard-replica-num",
                                    whole(1, MOST_REPLICAS),
                                    "1",
                                    "Copies of each record of the shards that clients append to by name: only 1, they are this server's alone. How many copies the log of an mqtt-server has, that one's configuration says."),
                            key(
                                    "journal.max-segment-size",
                                    SEGMENT_SIZE,
                                    "\"64MiB\"",
                                    "Size at which a segment file is sealed and the next begun. SetClusterConfig wins over this."),
                            ConfigKeys.SEGMENT_AGE,
                            key(
                                    "journal.retention-size",
                                    size(0, 1024 * TIB),
                                    "\"0B\"",
                                    "Size beyond which a shard's oldest segments are deleted, if CreateShard did not say another. 0B sets no limit."),
                            key(
                                    "journal.retention-age",
                                    span(Duration.ZERO, LONGEST),
                                    "\"0s\"",
                                    "Age beyond which a shard's segments are deleted, if CreateShard did not say another. 0s sets no limit."),
                            key(
                                    "journal.max-shards",
                                    whole(1, 100_000),
                                    "10000",
                                    "Shards on this server. One more is refused."),
                            key(
                                    "journal.repair-replicas",
                                    whole(1, MOST_REPLICAS),
                                    "3",
                                    "Copies that each sealed segment of a replicated log should have: what has fewer is copied to another journal server of the cluster. The same on all of them."),
                            key(
                                    "journal.repair-after",
                                    span(Duration.ofSeconds(1), Duration.ofDays(30)),
                                    "\"5m\"",
                                    "A journal server that has been away for so long is not waited for any more: what it kept is copied to others."),
                            ConfigKeys.DURABILITY,
                            ConfigKeys.SLOW_SYNC));

    static final ConfigRole<JournalServerConfig> ROLE =
            new ConfigRole<>(
                    "journal-server",
                    JournalServerConfig.class,
                    ConfigRole.sections(
                            List.of(
                                    ConfigKeys.NODE,
                                    ConfigKeys.data("./robust-data-journal"),
                                    ClusterKeys.PLACE,
                                    ClusterKeys.PLACEMENT,
                                    ClusterKeys.TLS,
                                    GRPC,
                                    TCP,
                                    ConfigKeys.http("127.0.0.1:9092"),
                                    JOURNAL),
                            MetricsKeys.TELEMETRY),
                    JournalServerKeys::check);

    private static void check(ConfigValues values) {
        int replicas = (Integer) values.of("journal.shard-replica-num");
        if (replicas > 1) {
            values.wrong("journal.shard-replica-num", replicasProblem(replicas));
        }
        values.mustDiffer("grpc.listen", "tcp.listen", "http.listen");
        boolean hasTls = ClusterKeys.checkTls(values);
        if (!((List<?>) values.of("placement.servers")).isEmpty()) {
            ClusterKeys.checkPrivate(values, hasTls, "grpc.listen", "tcp.listen");
        }
        ClusterKeys.checkPlace(values, "grpc.listen", "tcp.listen", "http.listen");
    }

    /** Why more than one copy cannot be had. */
    static String replicasProblem(int replicas) {
        return "must be 1, was " + replicas + ": these shards are this server's alone";
    }
}
