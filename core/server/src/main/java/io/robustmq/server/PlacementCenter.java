package io.robustmq.server;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.robustmq.journal.Journal;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Node;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A placement center alone in its process. It is ready when its group has a leader and it has what
 * was agreed before; until then it waits, and says for whom.
 */
final class PlacementCenter implements RoleProcess {
    private static final String SHARD = "placement";
    private static final long SEGMENT_BYTES = 64 << 20;
    private static final Duration SEGMENT_AGE = Duration.ofDays(1);

    /** Changes after which placement's log is made short. */
    private static final int SNAPSHOT_EVERY = 10_000;

    private final PlacementCenterConfig config;
    private final NodeIdentity identity;
    private final InstantSource clock;
    private final SecureRandom chance = new SecureRandom();
    private final Readiness readiness = new Readiness(Role.PLACEMENT_CENTER);
    private final NodeFrame frame;

    // while open; null before and after
    private @Nullable Journal journal;
    private @Nullable ClusterTls tls;
    private @Nullable GrpcEndpoint grpc;
    private @Nullable ClusterPlacement placement;
    private @Nullable AgreedLogControl logControl;
    private @Nullable NodeRegistration registration;
    private boolean isServing;

    PlacementCenter(
            ConfigOutcome.Loaded<PlacementCenterConfig> loaded,
            NodeIdentity identity,
            InstantSource clock) {
        this.config = loaded.config();
        this.identity = identity;
        this.clock = clock;
        this.frame = new NodeFrame(loaded, identity, clock, Service.PLACEMENT_CENTER, readiness);
    }

    @Override
    public synchronized void open() throws StartFailure {
        frame.open(this::openAll, this);
    }

    private void openAll() throws StartFailure {
        Pipeline to = frame.open();
        AgreedLogControl control = new AgreedLogControl(identity.nodeId(), to, clock);
        logControl = control;
        frame.openHttp(to, control);
        Events events = to.events(Service.PLACEMENT_CENTER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.PLACEMENT_CENTER.command()));
        ClusterTls trust = ClusterTls.of(config.tls());
        tls = trust;
        MemberNetwork network = new MemberNetwork(ofClient(trust), events);
        ClusterPlacement opening = newPlacement(openJournal(to), network, events);
        placement = opening;
        openGrpc(trust, network, opening, events);
        try {
            opening.open();
        } catch (IOException unusable) {
            throw frame.cannotUseJournal(config.journal().directories(), unusable);
        }
        control.open(opening);
        NodeMetrics.registerPlacement(opening, to.registry());
        PlacementMetrics.register(opening, to.registry());
        HomeMetrics.registerAll(opening, to.registry());
        isServing = true;
        opening.ready()
                .whenComplete((nothing, refused) -> {
                    if (refused == null) {
                        ready(to, events, begun);
                    }
                });
    }

    /** On placement's thread. */
    private void ready(Pipeline to, Events events, long begun) {
        readiness.ready(Role.PLACEMENT_CENTER);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        events.emit(new PlacementEvent.RoleReady(Role.PLACEMENT_CENTER.command(), millis));
        frame.tellReady(to);
    }

    private static ChannelCredentials ofClient(@Nullable ClusterTls trust) {
        return trust == null ? InsecureChannelCredentials.create() : trust.ofClient();
    }

    private Journal openJournal(Pipeline to) throws StartFailure {
        Journal opening =
                new Journal(
                        ComponentSettings.journal(config),
                        new LocalDisk(),
                        clock,
                        chance,
                        to.events(Service.JOURNAL_SERVER));
        journal = opening;
        try {
            opening.open();
        } catch (IOException unusable) {
            throw frame.cannotOpenJournal(config.journal().directories(), unusable);
        }
        NodeMetrics.registerJournal(opening.measures(), to.registry());
        return opening;
    }

    private ClusterPlacement newPlacement(Journal shards, MemberNetwork network, Events events)
            throws StartFailure {
        ShardSettings shard =
                new ShardSettings(
                        SEGMENT_BYTES,
                        SEGMENT_AGE,
                        config.journal().durability(),
                        Retention.TRIMMED);
        try {
            return new ClusterPlacement(
                    settings(), shards, shards.shard(SHARD, shard), network, clock, chance, events);
        } catch (IOException unusable) {
            throw frame.cannotUseJournal(config.journal().directories(), unusable);
        }
    }

    private PlacementSettings settings() {
        Map<String, String> members = config.placement().members();
        String own = members.get(config.nodeId());
        String address = own == null ? Listener.text(config.grpc().listen()) : own;
        if (members.isEmpty()) {
            members = Map.of(config.nodeId(), address);
        }
        List<PlacementSettings.Contact> contacts =
                members.entrySet().stream()
                        .map(each -> new PlacementSettings.Contact(each.getKey(), each.getValue()))
                        .toList();
        return new PlacementSettings(
                config.nodeId(),
                address,
                contacts,
                SNAPSHOT_EVERY,
                config.placement().agreementTimeout(),
                config.placement().nodeTimeout());
    }

    private void openGrpc(
            @Nullable ClusterTls trust,
            MemberNetwork network,
            ClusterPlacement places,
            Events events)
            throws StartFailure {
        Listener listener = new Listener("grpc.listen", config.grpc().listen());
        GrpcEndpoint opening =
                new GrpcEndpoint(
                        listener.resolve(),
                        trust == null ? InsecureServerCredentials.create() : trust.ofServer(),
                        List.of(
                                network.service(),
                                new PlacementAdmin(config.nodeId(), places, ofClient(trust), events)
                                        .service(),
                                new PlacementServer(config.nodeId(), places, events).service()));
        try {
            opening.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        grpc = opening;
        events.emit(
                new PlacementEvent.GrpcStarted(
                        Listener.text(opening.localAddress()), trust != null));
        NodeRegistration keeping =
                new NodeRegistration(places, this::node, chance.nextLong(), held -> {}, events);
        registration = keeping;
        places.ready()
                .thenRun(() ->
                        Thread.ofPlatform().daemon().name("node-registration").start(keeping));
    }

    /** As others may know it. */
    private Node node() {
        GrpcEndpoint serves = grpc;
        HttpEndpoint endpoint = frame.http();
        if (serves == null || endpoint == null) {
            throw new IllegalStateException("not open");
        }
        return new Node(
                config.nodeId(),
                EnumSet.of(Role.PLACEMENT_CENTER),
                Map.of(
                        "grpc", Listener.text(serves.localAddress()),
                        "http", Listener.text(endpoint.localAddress())));
    }

    @Override
    public boolean isReady() {
        return readiness.waitingFor().isEmpty();
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        GrpcEndpoint serves = grpc;
        if (endpoint == null || serves == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
        if (!readiness.isReady(Role.PLACEMENT_CENTER)) {
            NodeFrame.line(text, "waits", "for its group, see placement.group_awaited");
        }
        NodeFrame.line(text, "gRPC", Listener.text(serves.localAddress()));
        frame.announceRest(text, endpoint);
        return text.toString();
    }

    @Override
    public synchronized void close() {
        Pipeline to = frame.pipeline();
        if (to != null) {
            closeRole(to.events(Service.PLACEMENT_CENTER));
        }
        frame.close();
    }

    private void closeRole(Events events) {
        readiness.stopped(Role.PLACEMENT_CENTER);
        if (isServing) {
            events.emit(new PlacementEvent.NodeStopping(0));
        }
        if (registration != null) {
            registration.close();
            registration = null;
        }
        if (logControl != null) {
            logControl.close();
            logControl = null;
        }
        if (placement != null) {
            placement.close();
            placement = null;
        }
        if (grpc != null) {
            String address = Listener.text(grpc.localAddress());
            grpc.close();
            grpc = null;
            events.emit(new PlacementEvent.GrpcStopped(address));
        }
        if (tls != null) {
            tls.close();
            tls = null;
        }
        if (journal != null) {
            journal.close();
            journal = null;
        }
        if (isServing) {
            isServing = false;
            events.emit(new PlacementEvent.RoleStopped(Role.PLACEMENT_CENTER.command()));
        }
    }
}
