package io.robustmq.server;

import io.robustmq.journal.Journal;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Node;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementNetwork;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The three roles in one process. Opened by one thread and closed by another, which waits while it
 * is being opened.
 */
final class Standalone implements RoleProcess {
    /** The broker's shard of the journal. */
    private static final String MQTT_SHARD = "mqtt";

    /** Placement's shard of the journal. */
    private static final String PLACEMENT_SHARD = "placement";

    /** Beyond that a registration is a failure; a healthy disk takes milliseconds. */
    private static final long REGISTRATION_SECONDS = 20;

    /** Messages of each kind. */
    private static final int REHEARSED = 20_000;

    private final StandaloneConfig config;
    private final NodeIdentity identity;
    private final InstantSource clock;
    private final Readiness readiness = new Readiness(Role.values());
    private final NodeFrame frame;
    private final BrokerRole broker;

    // while open; null before and after
    private @Nullable Journal journal;
    private @Nullable ClusterPlacement placement;
    private @Nullable AgreedLogControl logControl;
    private @Nullable AgreedSampling sampling;
    private boolean registered;

    Standalone(
            ConfigOutcome.Loaded<StandaloneConfig> loaded,
            NodeIdentity identity,
            InstantSource clock) {
        this.config = loaded.config();
        this.identity = identity;
        this.clock = clock;
        this.frame = new NodeFrame(loaded, identity, clock, Service.PLACEMENT_CENTER, readiness);
        this.broker = new BrokerRole(config, clock);
    }

    @Override
    public synchronized void open() throws StartFailure {
        frame.open(this::openAll, this);
    }

    private void openAll() throws StartFailure {
        Pipeline opened = frame.open();
        AgreedLogControl control = new AgreedLogControl(identity.nodeId(), opened, clock);
        logControl = control;
        HttpEndpoint endpoint = frame.openHttp(opened, control);
        AgreedSampling agreeing = new AgreedSampling(identity.nodeId(), opened, clock);
        sampling = agreeing;
        endpoint.add(new SamplingApi(agreeing, opened.events(Service.MQTT_BROKER)).route());

        Journal shards = openJournal(opened);
        Opening<ClusterPlacement> placing =
                Opening.begin(
                        "start-placement", () -> openPlacement(opened, shards, control, agreeing));
        Opening<BrokerRole> broking =
                Opening.begin("start-broker", () -> openBroker(opened, shards));
        placing.awaitEnd();
        broking.awaitEnd();
        broking.result().feed(frame);
        broker.serve(opened, endpoint);
        register(placing.result(), endpoint);
        frame.tellReady(opened);
    }

    /** Before the other roles: their state is in it. */
    private Journal openJournal(Pipeline to) throws StartFailure {
        Events events = to.events(Service.JOURNAL_SERVER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.JOURNAL_SERVER.command()));
        Journal opening =
                new Journal(
                        ComponentSettings.journal(config),
                        new LocalDisk(),
                        clock,
                        new SecureRandom(),
                        events);
        try {
            opening.open();
        } catch (IOException unusable) {
            throw cannotUseJournal(unusable);
        }
        journal = opening;
        NodeMetrics.registerJournal(opening.measures(), to.registry());
        ready(Role.JOURNAL_SERVER, events, begun);
        return opening;
    }

    private StartFailure cannotUseJournal(IOException why) {
        return frame.cannotUseJournal(config.journal().directories(), why);
    }

    // One role each, side by side

    private ClusterPlacement openPlacement(
            Pipeline to, Journal shards, AgreedLogControl control, AgreedSampling agreeing)
            throws StartFailure {
        Events events = to.events(Service.PLACEMENT_CENTER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.PLACEMENT_CENTER.command()));
        ClusterPlacement opening;
        try {
            Shard log =
                    shards.shard(
                            PLACEMENT_SHARD, ComponentSettings.shard(config, Retention.TRIMMED));
            opening =
                    new ClusterPlacement(
                            PlacementSettings.alone(identity.nodeId()),
                            shards,
                            log,
                            PlacementNetwork.NONE,
                            clock,
                            new SecureRandom(),
                            events);
            opening.open();
        } catch (IOException unusable) {
            throw cannotUseJournal(unusable);
        }
        placement = opening;
        control.open(opening);
        agreeing.open(opening);
        NodeMetrics.registerPlacement(opening, to.registry());
        ready(Role.PLACEMENT_CENTER, events, begun);
        return opening;
    }

    private BrokerRole openBroker(Pipeline to, Journal shards) throws StartFailure {
        Events events = to.events(Service.MQTT_BROKER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.MQTT_SERVER.command()));
        Shard log;
        try {
            log =
                    shards.shard(
                            MQTT_SHARD,
                            ComponentSettings.shard(
                                    config,
                                    new Retention(
                                            config.mqtt().maxStoredBytes(), Duration.ZERO, true)));
        } catch (IOException unusable) {
            throw cannotUseJournal(unusable);
        }
        broker.open(to, log, this::cannotUseJournal);
        ready(Role.MQTT_SERVER, events, begun);
        return broker;
    }

    private void ready(Role role, Events events, long begunNanos) {
        readiness.ready(role);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        events.emit(new PlacementEvent.RoleReady(role.command(), millis));
    }

    private void register(Placement places, HttpEndpoint endpoint) throws StartFailure {
        Map<String, String> addresses = broker.addresses();
        addresses.put("http", Listener.text(endpoint.localAddress()));
        Node self = new Node(identity.nodeId(), EnumSet.allOf(Role.class), addresses);
        try {
            places.register(self).get(REGISTRATION_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            throw new StartFailure(
                    ExitCode.CANNOT_CREATE,
                    "the node cannot be registered in data.directory "
                            + config.data().directory()
                            + ": "
                            + Failure.of(failure).errorMsg(),
                    failure);
        } catch (InterruptedException interrupted) {
            throw Opening.interrupted(interrupted);
        }
        registered = true;
    }

    @Override
    public void rehearse() throws IOException {
        InetSocketAddress tcp = broker.tcp();
        if (tcp != null) {
            new Rehearsal(tcp, "rehearsal", REHEARSED).run();
        }
        Path folder = config.data().directory().resolve("rehearsal");
        try (ClusterRehearsal cluster = new ClusterRehearsal(folder, clock)) {
            cluster.run();
        }
    }

    @Override
    public boolean isReady() {
        return readiness.waitingFor().isEmpty();
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        if (endpoint == null || !broker.isOpen()) {
            return "";
        }
        StringBuilder text = frame.announcement();
        broker.announce(text);
        frame.announceRest(text, endpoint);
        return text.toString();
    }

    @Override
    public synchronized void close() {
        Pipeline to = frame.pipeline();
        if (to != null) {
            closeRoles(to);
        }
        frame.close();
    }

    private void closeRoles(Pipeline to) {
        Events node = to.events(Service.PLACEMENT_CENTER);
        if (registered && broker.isOpen() && placement != null) {
            node.emit(new PlacementEvent.NodeStopping(broker.connections()));
            deregister(placement);
            registered = false;
        }
        boolean wasOpen = broker.isOpen();
        readiness.stopped(Role.MQTT_SERVER);
        broker.close();
        if (wasOpen) {
            to.events(Service.MQTT_BROKER)
                    .emit(new PlacementEvent.RoleStopped(Role.MQTT_SERVER.command()));
        }
        if (sampling != null) {
            sampling.close();
            sampling = null;
        }
        if (logControl != null) {
            logControl.close();
            logControl = null;
        }
        if (placement != null) {
            readiness.stopped(Role.PLACEMENT_CENTER);
            placement.close();
            placement = null;
            node.emit(new PlacementEvent.RoleStopped(Role.PLACEMENT_CENTER.command()));
        }
        if (journal != null) {
            readiness.stopped(Role.JOURNAL_SERVER);
            journal.close();
            journal = null;
            to.events(Service.JOURNAL_SERVER)
                    .emit(new PlacementEvent.RoleStopped(Role.JOURNAL_SERVER.command()));
        }
    }

    private void deregister(Placement places) {
        try {
            places.deregister(identity.nodeId()).get(REGISTRATION_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            // journal and placement have said why; the stop goes on
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
