package io.robustmq.server;

import io.grpc.InsecureServerCredentials;
import io.robustmq.journal.Journal;
import io.robustmq.journal.LocalDisk;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A journal server in its process: shards on disk, the data protocol, gRPC for operators. In a
 * cluster it is ready while it is registered with placement, and waits visibly until then; whatever
 * starts first. Alone it waits for nobody.
 */
final class JournalServer implements RoleProcess {
    private final JournalServerConfig config;
    private final InstantSource clock;
    private final Readiness readiness = new Readiness(Role.JOURNAL_SERVER);
    private final NodeFrame frame;
    private final SecureRandom chance = new SecureRandom();

    // while open; null before and after
    private @Nullable Journal journal;
    private @Nullable DataServer data;
    private @Nullable GrpcEndpoint grpc;
    private @Nullable ClusterClient cluster;
    private @Nullable ReplicaHost replicas;
    private String journalId = "";
    private boolean isServing;

    JournalServer(
            ConfigOutcome.Loaded<JournalServerConfig> loaded,
            NodeIdentity identity,
            InstantSource clock) {
        this.config = loaded.config();
        this.clock = clock;
        this.frame = new NodeFrame(loaded, identity, clock, Service.JOURNAL_SERVER, readiness);
    }

    @Override
    public synchronized void open() throws StartFailure {
        frame.open(this::openAll, this);
    }

    private void openAll() throws StartFailure {
        Pipeline to = frame.open();
        Events events = to.events(Service.JOURNAL_SERVER);
        ClusterClient member = newCluster(to, events);
        cluster = member;
        frame.openHttp(to, member == null ? new LocalLogControl(to) : member.logControl());
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.JOURNAL_SERVER.command()));
        ServedShards shards = openShards(to, events);
        if (member != null) {
            member.open();
        }
        ClusterTls tls = member == null ? null : member.tls();
        DataServer serves = openData(tls, shards, events);
        JournalServerMetrics.register(serves.counters(), shards, to.registry());
        openGrpc(tls, shards, events);
        isServing = true;
        if (member == null) {
            ready(to, events, begun);
        } else {
            openReplicas(member, serves, to, events);
            member.register(this::node, new Membership(to, events, begun));
        }
    }

    private void openReplicas(ClusterClient member, DataServer serves, Pipeline to, Events events)
            throws StartFailure {
        Journal shards = journal;
        if (shards == null) {
            throw new IllegalStateException("not open");
        }
        ReplicaHost opening =
                new ReplicaHost(ComponentSettings.replicas(config), shards, chance, events);
        replicas = opening;
        ClusterTls tls = member.tls();
        try {
            journalId = opening.identify();
            opening.open(member.placement(), tls == null ? null : tls.ofDataClient());
        } catch (IOException unusable) {
            throw frame.cannotUseJournal(config.journal().directories(), unusable);
        }
        serves.peers(opening);
        JournalServerMetrics.register(opening, to.registry());
    }

    private long freeBytes() {
        LocalDisk disk = new LocalDisk();
        return config.journalDirectories().stream().mapToLong(disk::freeBytes).sum();
    }

    /** Null if there is none. */
    private @Nullable ClusterClient newCluster(Pipeline to, Events events) {
        List<String> servers = config.placement().servers();
        return servers.isEmpty()
                ? null
                : new ClusterClient(
                        new ClusterClient.Settings(config.nodeId(), servers, config.tls()),
                        to,
                        clock,
                        chance,
                        events);
    }

    /** Ready while it is registered. On the registration's thread. */
    private final class Membership implements Consumer<@Nullable NodeEpoch> {
        private final Pipeline to;
        private final Events events;
        private final long begun;
        private boolean toldReady;

        Membership(Pipeline to, Events events, long begun) {
            this.to = to;
            this.events = events;
            this.begun = begun;
        }

        @Override
        public void accept(@Nullable NodeEpoch registered) {
            if (registered == null) {
                readiness.stopped(Role.JOURNAL_SERVER);
            } else if (toldReady) {
                readiness.ready(Role.JOURNAL_SERVER);
            } else {
                toldReady = true;
                ready(to, events, begun);
            }
        }
    }

    private void ready(Pipeline to, Events events, long begun) {
        readiness.ready(Role.JOURNAL_SERVER);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        events.emit(new PlacementEvent.RoleReady(Role.JOURNAL_SERVER.command(), millis));
        frame.tellReady(to);
    }

    /** As others may know it. */
    private Node node() {
        HttpEndpoint endpoint = frame.http();
        Map<String, String> info = new HashMap<>();
        info.put("grpc", config.node().reached(grpc().localAddress()));
        info.put(JournalNodes.ADDRESS, config.node().reached(data().localAddress()));
        info.put(JournalNodes.JOURNAL_ID, journalId);
        info.put(JournalNodes.FREE_BYTES, Long.toString(freeBytes()));
        if (endpoint != null) {
            info.put("http", config.node().reached(endpoint.localAddress()));
        }
        if (!config.node().rack().isEmpty()) {
            info.put(JournalNodes.RACK, config.node().rack());
        }
        return new Node(config.nodeId(), EnumSet.of(Role.JOURNAL_SERVER), info);
    }

    private ServedShards openShards(Pipeline to, Events events) throws StartFailure {
        Journal opening =
                new Journal(
                        ComponentSettings.journal(config), new LocalDisk(), clock, chance, events);
        ServedShards shards = new ServedShards(opening, config.journal(), events);
        journal = opening;
        try {
            opening.open();
            NodeMetrics.registerJournal(opening.measures(), to.registry());
            shards.open();
        } catch (IOException unusable) {
            throw frame.cannotOpenJournal(config.journal().directories(), unusable);
        }
        return shards;
    }

    private DataServer openData(@Nullable ClusterTls tls, ServedShards shards, Events events)
            throws StartFailure {
        Listener listener = new Listener("tcp.listen", config.tcp().listen());
        DataServer opening =
                new DataServer(
                        ComponentSettings.data(config.tcp(), listener.resolve()),
                        tls == null ? null : tls.ofDataServer(),
                        shards,
                        events);
        try {
            opening.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        data = opening;
        return opening;
    }

    private void openGrpc(@Nullable ClusterTls tls, ServedShards shards, Events events)
            throws StartFailure {
        Listener listener = new Listener("grpc.listen", config.grpc().listen());
        GrpcEndpoint opening =
                new GrpcEndpoint(
                        listener.resolve(),
                        tls == null ? InsecureServerCredentials.create() : tls.ofServer(),
                        List.of(new JournalAdmin(shards, events).service()));
        try {
            opening.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        grpc = opening;
        events.emit(
                new JournalEvent.ListenerStarted("grpc", Listener.text(opening.localAddress())));
    }

    @Override
    public boolean isReady() {
        return readiness.waitingFor().isEmpty();
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        DataServer serves = data;
        GrpcEndpoint admin = grpc;
        if (endpoint == null || serves == null || admin == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
        if (!readiness.isReady(Role.JOURNAL_SERVER)) {
            NodeFrame.line(text, "waits", "to be registered, see placement.registration_awaited");
        }
        NodeFrame.line(text, "TCP", Listener.text(serves.localAddress()));
        NodeFrame.line(text, "gRPC", Listener.text(admin.localAddress()));
        frame.announceRest(text, endpoint);
        return text.toString();
    }

    /** For tests; only while open. */
    DataServer data() {
        DataServer serves = data;
        if (serves == null) {
            throw new IllegalStateException("not open");
        }
        return serves;
    }

    /** For tests; only while open. */
    GrpcEndpoint grpc() {
        GrpcEndpoint admin = grpc;
        if (admin == null) {
            throw new IllegalStateException("not open");
        }
        return admin;
    }

    @Override
    public synchronized void close() {
        Pipeline to = frame.pipeline();
        if (to != null) {
            closeRole(to.events(Service.JOURNAL_SERVER));
        }
        frame.close();
    }

    private void closeRole(Events events) {
        readiness.stopped(Role.JOURNAL_SERVER);
        if (isServing && data != null) {
            events.emit(new PlacementEvent.NodeStopping(data.counters().connections.get()));
        }
        if (replicas != null) {
            replicas.close();
            replicas = null;
        }
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
        readiness.stopped(Role.JOURNAL_SERVER);
        if (grpc != null) {
            String address = Listener.text(grpc.localAddress());
            grpc.close();
            grpc = null;
            events.emit(new JournalEvent.ListenerStopped("grpc", address));
        }
        if (data != null) {
            data.close();
            data = null;
        }
        if (journal != null) {
            journal.close();
            journal = null;
        }
        if (isServing) {
            isServing = false;
            events.emit(new PlacementEvent.RoleStopped(Role.JOURNAL_SERVER.command()));
        }
    }
}
