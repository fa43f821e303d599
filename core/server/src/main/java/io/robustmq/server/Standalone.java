package io.robustmq.server;

import io.robustmq.broker.BoundListener;
import io.robustmq.broker.Broker;
import io.robustmq.broker.ListenException;
import io.robustmq.broker.TlsException;
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
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
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

    private final StandaloneConfig config;
    private final NodeIdentity identity;
    private final InstantSource clock;
    private final Readiness readiness = new Readiness(Role.values());
    private final NodeFrame frame;

    // while open; null before and after
    private @Nullable Journal journal;
    private @Nullable ClusterPlacement placement;
    private @Nullable AccessControl access;
    private @Nullable Broker broker;
    private @Nullable EventTopicsFeed eventTopics;
    private @Nullable AgreedLogControl logControl;
    private boolean registered;

    Standalone(
            ConfigOutcome.Loaded<StandaloneConfig> loaded,
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
        Pipeline opened = frame.open();
        AgreedLogControl control = new AgreedLogControl(identity.nodeId(), opened, clock);
        logControl = control;
        HttpEndpoint endpoint = frame.openHttp(opened, control);

        Journal shards = openJournal(opened);
        Opening<ClusterPlacement> placing =
                Opening.begin("start-placement", () -> openPlacement(opened, shards, control));
        Opening<Broker> broking = Opening.begin("start-broker", () -> openBroker(opened, shards));
        placing.awaitEnd();
        broking.awaitEnd();
        EventTopicsFeed feed = new EventTopicsFeed(frame.search(), broking.result().eventTopics());
        feed.open();
        eventTopics = feed;
        Events events = opened.events(Service.MQTT_BROKER);
        endpoint.add(new BansApi(broking.result().bans(), events).route());
        endpoint.add(new SlowSubscriptionsApi(broking.result()::slowSubscriptions, events).route());
        AccessControl accessing = access;
        if (accessing != null) {
            endpoint.add(new AccessApi(accessing, events).route());
        }
        register(placing.result(), broking.result(), endpoint);
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

    private ClusterPlacement openPlacement(Pipeline to, Journal shards, AgreedLogControl control)
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
        NodeMetrics.registerPlacement(opening, to.registry());
        ready(Role.PLACEMENT_CENTER, events, begun);
        return opening;
    }

    private Broker openBroker(Pipeline to, Journal shards) throws StartFailure {
        Events events = to.events(Service.MQTT_BROKER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.MQTT_SERVER.command()));
        MqttListeners listeners = new MqttListeners(config);
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
        AccessControl accessing = openAccess(events);
        Broker opening =
                new Broker(
                        ComponentSettings.broker(config, listeners.settings()),
                        log,
                        accessing.access(),
                        events,
                        to.tracing(),
                        clock);
        try {
            opening.open();
        } catch (ListenException failure) {
            opening.close();
            throw listeners.failed(failure.listener(), failure);
        } catch (TlsException unusable) {
            opening.close();
            throw new StartFailure(
                    ExitCode.CONFIGURATION,
                    "mqtt.tls: " + Failure.of(unusable).errorMsg(),
                    unusable);
        } catch (IOException unusable) {
            opening.close();
            throw cannotUseJournal(unusable);
        }
        broker = opening;
        accessing.onChange(opening::accessChanged);
        accessing.watch();
        BrokerMetrics.register(opening.measures(), to.registry());
        CertificateMetrics.register(opening::certificates, to.registry());
        ready(Role.MQTT_SERVER, events, begun);
        return opening;
    }

    private AccessControl openAccess(Events events) throws StartFailure {
        AccessControl opening =
                new AccessControl(config.mqtt(), config.mqtt5().scram(), clock, events);
        opening.open();
        access = opening;
        return opening;
    }

    private void ready(Role role, Events events, long begunNanos) {
        readiness.ready(role);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        events.emit(new PlacementEvent.RoleReady(role.command(), millis));
    }

    private void register(Placement places, Broker serves, HttpEndpoint endpoint)
            throws StartFailure {
        Map<String, String> addresses = new TreeMap<>();
        for (BoundListener each : serves.listeners()) {
            addresses.put(each.name().equals("tcp") ? "mqtt" : "mqtt-" + each.name(), each.text());
        }
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
        Broker serves = broker;
        if (serves != null) {
            for (BoundListener each : serves.listeners()) {
                if (each.transport().equals("tcp")) {
                    new Rehearsal((InetSocketAddress) each.address()).run();
                }
            }
        }
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        Broker serves = broker;
        if (endpoint == null || serves == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
        MqttListeners listeners = new MqttListeners(config);
        for (BoundListener each : serves.listeners()) {
            NodeFrame.line(text, "MQTT", listeners.url(each));
        }
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
        if (registered && broker != null && placement != null) {
            node.emit(
                    new PlacementEvent.NodeStopping(
                            Math.toIntExact(broker.measures().connections())));
            deregister(placement);
            registered = false;
        }
        if (eventTopics != null) {
            eventTopics.close();
            eventTopics = null;
        }
        if (access != null) {
            access.close();
            access = null;
        }
        if (broker != null) {
            readiness.stopped(Role.MQTT_SERVER);
            broker.close();
            broker = null;
            to.events(Service.MQTT_BROKER)
                    .emit(new PlacementEvent.RoleStopped(Role.MQTT_SERVER.command()));
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
