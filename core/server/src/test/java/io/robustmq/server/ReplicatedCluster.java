package io.robustmq.server;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Node;
import io.robustmq.placement.PlacementNetwork;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.placement.Role;
import io.robustmq.replication.RepairSettings;
import io.robustmq.replication.ReplicaSettings;
import io.robustmq.replication.WriterSettings;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Placement and journal servers with replicas, on loopback and in this process. */
final class ReplicatedCluster implements AutoCloseable {
    static final RepairSettings REPAIR =
            new RepairSettings(
                    3, Duration.ofMillis(500), 4, Duration.ofMillis(100), Duration.ofSeconds(20));

    private static final ShardSettings SHARD =
            new ShardSettings(16 << 20, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);

    final RecordingEvents events = new RecordingEvents();
    final ClusterPlacement placement;
    private final Path folder;
    private final Journal placementJournal;
    private final Map<String, Server> servers = new TreeMap<>();
    private final List<ReplicationClient> clients = new ArrayList<>();

    private final @Nullable ClusterTls tls;

    private ReplicatedCluster(Path folder, @Nullable ClusterTls tls) throws IOException {
        this.folder = folder;
        this.tls = tls;
        placementJournal = journal(folder.resolve("placement"));
        placement =
                new ClusterPlacement(
                        PlacementSettings.alone("p"),
                        placementJournal,
                        placementJournal.shard(
                                "placement",
                                new ShardSettings(
                                        1 << 20,
                                        Duration.ZERO,
                                        Durability.FSYNC,
                                        Retention.TRIMMED)),
                        PlacementNetwork.NONE,
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        placement.open();
    }

    static ReplicatedCluster in(Path folder, String... nodeIds) throws IOException {
        return started(folder, null, nodeIds);
    }

    static ReplicatedCluster encrypted(Path folder, ClusterTls tls, String... nodeIds)
            throws IOException {
        return started(folder, tls, nodeIds);
    }

    private static ReplicatedCluster started(
            Path folder, @Nullable ClusterTls tls, String... nodeIds) throws IOException {
        ReplicatedCluster cluster = new ReplicatedCluster(folder, tls);
        for (String nodeId : nodeIds) {
            cluster.start(nodeId);
        }
        return cluster;
    }

    private Journal journal(Path directory) throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        journal.open();
        return journal;
    }

    /** One journal server. */
    final class Server implements AutoCloseable {
        final String nodeId;
        final String journalId;
        final ReplicaHost host;
        final DataServer data;
        final ReplicationClient.World world;
        private final Journal journal;

        Server(String nodeId) throws IOException {
            this.nodeId = nodeId;
            world =
                    new ReplicationClient.World(
                            InstantSource.system(), new SplittableRandom(), events);
            journal = journal(folder.resolve(nodeId));
            JournalServerConfig config = TestJournalServer.config();
            data =
                    new DataServer(
                            ComponentSettings.data(
                                    config.tcp(),
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                            tls == null ? null : tls.ofDataServer(),
                            new ServedShards(journal, config.journal(), events),
                            events);
            host =
                    new ReplicaHost(
                            new ReplicaHost.Settings(
                                    nodeId, SHARD, ReplicaSettings.STANDARD, REPAIR),
                            journal,
                            world.random(),
                            events);
            journalId = host.identify();
            host.open(placement, tls == null ? null : tls.ofDataClient());
            data.open();
            data.peers(host);
            placement
                    .register(
                            new Node(
                                    nodeId,
                                    EnumSet.of(Role.JOURNAL_SERVER),
                                    Map.of(
                                            JournalNodes.JOURNAL_ID,
                                            journalId,
                                            JournalNodes.ADDRESS,
                                            Listener.text(data.localAddress()))))
                    .join();
        }

        @Override
        public void close() {
            data.close();
            host.close();
            journal.close();
        }
    }

    Server start(String nodeId) throws IOException {
        Server server = new Server(nodeId);
        servers.put(nodeId, server);
        return server;
    }

    Server server(String nodeId) {
        return Objects.requireNonNull(servers.get(nodeId));
    }

    /** It is away; placement finds that out when {@link #expire} is called. */
    void stop(String nodeId) {
        Objects.requireNonNull(servers.remove(nodeId)).close();
    }

    void expire(String nodeId) {
        placement.deregister(nodeId).join();
    }

    /** As in another process. */
    ReplicationClient client(String nodeId) {
        return client(nodeId, tls);
    }

    ReplicationClient client(String nodeId, @Nullable ClusterTls with) {
        ReplicationClient client =
                new ReplicationClient(
                        nodeId,
                        placement,
                        with == null ? null : with.ofDataClient(),
                        new ReplicationClient.World(
                                InstantSource.system(), new SplittableRandom(), events));
        client.open();
        clients.add(client);
        return client;
    }

    static WriterSettings settings(@Nullable Long segmentBytes) {
        WriterSettings standard = WriterSettings.STANDARD;
        return new WriterSettings(
                standard.copies(),
                new WriterSettings.Rolling(
                        segmentBytes == null ? standard.rolling().bytes() : segmentBytes,
                        standard.rolling().age(),
                        standard.rolling().silence(),
                        standard.rolling().lagBytes(),
                        standard.rolling().distrust()),
                standard.sending(),
                new WriterSettings.Waiting(64 << 20, Duration.ofSeconds(2)));
    }

    @Override
    public void close() {
        clients.forEach(ReplicationClient::close);
        servers.values().forEach(Server::close);
        placement.close();
        placementJournal.close();
    }
}
