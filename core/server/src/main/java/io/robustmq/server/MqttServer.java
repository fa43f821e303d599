package io.robustmq.server;

import io.robustmq.placement.Node;
import io.robustmq.placement.Placement;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A broker that is one of several: placement and journal servers are other processes. It is ready
 * while its own home is served here, and waits visibly for what that needs.
 */
final class MqttServer implements RoleProcess {
    private final MqttServerConfig config;
    private final InstantSource clock;
    private final SecureRandom chance = new SecureRandom();
    private final Readiness readiness = new Readiness(Role.MQTT_SERVER);
    private final NodeFrame frame;
    private final BrokerRole broker;

    private final CompletableFuture<StartFailure> failure = new CompletableFuture<>();

    // while open; null before and after
    private @Nullable ClusterClient cluster;
    private @Nullable ReplicationClient replication;
    private @Nullable AgreedDocuments agreed;
    private @Nullable AgreedDocuments schemas;
    private @Nullable AgreedSampling sampling;
    private @Nullable HomeKeeper keeper;
    private boolean isServing;

    MqttServer(
            ConfigOutcome.Loaded<MqttServerConfig> loaded,
            NodeIdentity identity,
            InstantSource clock) {
        this.config = loaded.config();
        this.clock = clock;
        this.frame = new NodeFrame(loaded, identity, clock, Service.MQTT_BROKER, readiness);
        this.broker = new BrokerRole(config, clock);
    }

    @Override
    public synchronized void open() throws StartFailure {
        frame.open(this::openAll, this);
    }

    private void openAll() throws StartFailure {
        Pipeline to = frame.open();
        Events events = to.events(Service.MQTT_BROKER);
        long begun = System.nanoTime();
        ClusterClient member =
                new ClusterClient(
                        new ClusterClient.Settings(
                                config.nodeId(), config.placement().servers(), config.tls()),
                        to,
                        clock,
                        chance,
                        events);
        cluster = member;
        HttpEndpoint endpoint = frame.openHttp(to, member.logControl());
        AgreedSampling tracing = new AgreedSampling(config.nodeId(), to, clock);
        sampling = tracing;
        endpoint.add(new SamplingApi(tracing, events).route());
        events.emit(new PlacementEvent.RoleStarting(Role.MQTT_SERVER.command()));
        boolean isAgreed = config.cluster().access() == MqttServerConfig.AccessFrom.PLACEMENT;
        AccessControl access = broker.openAccess(events, isAgreed);
        var unused = broker.settings(); // what is wrong with the listeners is told at once
        member.open();
        NodeMetrics.registerPlacement(member.placement(), to.registry());
        ClusterTls tls = member.tls();
        ReplicationClient journals =
                new ReplicationClient(
                        config.nodeId(),
                        member.placement(),
                        tls == null ? null : tls.ofDataClient(),
                        new ReplicationClient.World(clock, chance, events));
        replication = journals;
        ReplicationMetrics.register(journals, to.registry());
        Homes homes = new Homes(member.placement(), events);
        HomeKeeper keeping =
                new HomeKeeper(
                        config.nodeId(),
                        member.placement(),
                        new Making(
                                to,
                                member.placement(),
                                homes,
                                new ServedHomes(config, broker, frame, to, member, journals),
                                endpoint,
                                begun),
                        events);
        keeper = keeping;
        HomeMetrics.registerAll(member.placement(), to.registry());
        HomeMetrics.register(homes.measures(), keeping, to.registry());
        isServing = true;
        AgreedDocuments agreeing = isAgreed ? AgreedAccess.of(member.placement(), access) : null;
        agreed = agreeing;
        AgreedDocuments checking = AgreedSchemas.of(member.placement(), access);
        schemas = checking;
        var unusedEnd =
                member.placement()
                        .ready()
                        .thenRun(() -> {
                            if (agreeing != null) {
                                agreeing.open();
                            }
                            checking.open();
                            tracing.open(member.placement());
                            journals.open();
                            keeping.open();
                        });
    }

    /** What a home of this process is made of. */
    private final class Making implements HomeKeeper.Maker {
        private final Pipeline to;
        private final Events events;
        private final Placement placement;
        private final Homes homes;
        private final ServedHomes parts;
        private final HttpEndpoint endpoint;
        private final long begun;
        private boolean wasReady;

        Making(
                Pipeline to,
                Placement placement,
                Homes homes,
                ServedHomes parts,
                HttpEndpoint endpoint,
                long begun) {
            this.to = to;
            this.events = to.events(Service.MQTT_BROKER);
            this.placement = placement;
            this.homes = homes;
            this.parts = parts;
            this.endpoint = endpoint;
            this.begun = begun;
        }

        @Override
        public Home make(String name, boolean isOwn) {
            return new Home(
                    name,
                    server(),
                    placement,
                    homes,
                    isOwn ? parts.own() : parts.foster(name),
                    events,
                    chance.nextLong());
        }

        /** As others may know this process. */
        private Node server() {
            Map<String, String> info = new TreeMap<>();
            info.put("http", config.node().reached(endpoint.localAddress()));
            if (!config.node().rack().isEmpty()) {
                info.put(JournalNodes.RACK, config.node().rack());
            }
            return new Node(config.nodeId(), EnumSet.of(Role.MQTT_SERVER), info);
        }

        @Override
        public boolean cannotServe(StartFailure why) {
            if (!wasReady) {
                frame.failed(why);
                failure.complete(why);
            }
            return !wasReady;
        }

        @Override
        public void ownIsServed(boolean now) {
            if (!now) {
                readiness.stopped(Role.MQTT_SERVER);
                return;
            }
            boolean isFirst = !wasReady;
            wasReady = true;
            if (isFirst) {
                broker.serve(to, endpoint);
                PeerMetrics.register(broker::measures, to.registry());
            }
            readiness.ready(Role.MQTT_SERVER);
            if (isFirst) {
                long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
                events.emit(new PlacementEvent.RoleReady(Role.MQTT_SERVER.command(), millis));
                frame.tellReady(to);
            }
        }
    }

    /** Of all homes that are served here. */
    synchronized List<String> homes() {
        return keeper == null ? List.of() : keeper.served();
    }

    /** Where clients without TLS connect; null if nowhere, or it does not serve. */
    @Nullable InetSocketAddress tcp() {
        return broker.tcp();
    }

    @Override
    public StartFailure awaitFailure() throws InterruptedException {
        try {
            return failure.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public boolean isReady() {
        return readiness.waitingFor().isEmpty();
    }

    @Override
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        if (endpoint == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
        if (readiness.isReady(Role.MQTT_SERVER)) {
            broker.announce(text);
        } else {
            NodeFrame.line(text, "waits", "for placement and journal, see placement.home_failed");
        }
        frame.announceRest(text, endpoint);
        return text.toString();
    }

    @Override
    public synchronized void close() {
        Pipeline to = frame.pipeline();
        if (to != null) {
            closeRole(to.events(Service.MQTT_BROKER));
        }
        frame.close();
    }

    private void closeRole(Events events) {
        if (isServing) {
            int connections = broker.isOpen() ? broker.connections() : 0;
            events.emit(new PlacementEvent.NodeStopping(connections));
        }
        readiness.stopped(Role.MQTT_SERVER);
        if (keeper != null) {
            keeper.close();
            keeper = null;
        }
        if (agreed != null) {
            agreed.close();
            agreed = null;
        }
        if (schemas != null) {
            schemas.close();
            schemas = null;
        }
        if (sampling != null) {
            sampling.close();
            sampling = null;
        }
        broker.close();
        if (replication != null) {
            replication.close();
            replication = null;
        }
        if (cluster != null) {
            cluster.close();
            cluster = null;
        }
        if (isServing) {
            isServing = false;
            events.emit(new PlacementEvent.RoleStopped(Role.MQTT_SERVER.command()));
        }
    }
}
