package io.robustmq.server;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Broker;
import io.robustmq.journal.Journal;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.placement.Node;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.placement.Role;
import io.robustmq.placement.StandalonePlacement;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
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
final class Standalone implements AutoCloseable {
    /** The broker's shard of the journal. */
    private static final String MQTT_SHARD = "mqtt";

    /** Placement's shard of the journal. */
    private static final String PLACEMENT_SHARD = "placement";

    /** Beyond that a registration is a failure; a healthy disk takes milliseconds. */
    private static final long REGISTRATION_SECONDS = 20;

    private final StandaloneConfig config;
    private final ConfigOutcome.Loaded loaded;
    private final NodeIdentity identity;
    private final InstantSource clock;
    private final Readiness readiness = new Readiness();

    // while open; null before and after
    private @Nullable DataDirectory data;
    private @Nullable Pipeline pipeline;
    private @Nullable HttpEndpoint http;
    private @Nullable Journal journal;
    private @Nullable StandalonePlacement placement;
    private @Nullable Broker broker;
    private boolean registered;

    Standalone(ConfigOutcome.Loaded loaded, NodeIdentity identity, InstantSource clock) {
        this.config = loaded.config();
        this.loaded = loaded;
        this.identity = identity;
        this.clock = clock;
    }

    /** All or nothing: what was opened is closed again if the rest fails. */
    synchronized void open() throws StartFailure {
        try {
            openAll();
        } catch (StartFailure failure) {
            tellFailure(failure.exitCode(), failure);
            close();
            throw failure;
        } catch (RuntimeException | Error defect) {
            tellFailure(ExitCode.DEFECT, defect);
            close();
            throw defect;
        }
    }

    private void openAll() throws StartFailure {
        // before the log files are touched: they may be another process's
        DataDirectory directory = new DataDirectory(config.data().directory(), new LocalDisk());
        directory.open();
        data = directory;

        Pipeline opened = openPipeline(ComponentSettings.pipeline(config));
        Events node = opened.events(Service.PLACEMENT_CENTER);
        node.emit(
                new PlacementEvent.ConfigLoaded(
                        loaded.file(), loaded.fromEnvironment(), loaded.fromCommandLine()));
        NodeMetrics.registerNode(
                identity.version(), Runtime.version().toString(), readiness, opened.registry());
        HttpEndpoint endpoint = openHttp(opened.registry());
        node.emit(new PlacementEvent.HttpStarted(Listener.text(endpoint.localAddress())));

        Journal shards = openJournal(opened);
        Opening<StandalonePlacement> placing =
                Opening.begin("start-placement", () -> openPlacement(opened, shards));
        Opening<Broker> broking = Opening.begin("start-broker", () -> openBroker(opened, shards));
        placing.awaitEnd();
        broking.awaitEnd();
        register(placing.result(), broking.result(), endpoint);
        node.emit(
                new PlacementEvent.NodeReady(
                        identity.version(), Runtime.version().toString(), Main.millisSinceStart()));
    }

    private Pipeline openPipeline(PipelineSettings settings) throws StartFailure {
        Pipeline opening;
        try {
            opening = new Pipeline(settings, identity, clock);
        } catch (IllegalArgumentException wrong) {
            throw new StartFailure(
                    ExitCode.CONFIGURATION, String.valueOf(wrong.getMessage()), wrong);
        }
        try {
            opening.open();
        } catch (IOException unusable) {
            opening.close();
            throw DataDirectory.cannotUse("sinks.file.directory", config.logDirectory(), unusable);
        }
        pipeline = opening;
        return opening;
    }

    private HttpEndpoint openHttp(PrometheusRegistry registry) throws StartFailure {
        Listener listener = new Listener("http.listen", config.http().listen());
        HttpEndpoint endpoint = new HttpEndpoint(listener.resolve(), registry, readiness);
        try {
            endpoint.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        http = endpoint;
        return endpoint;
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
        String key =
                config.journal().directories().isEmpty() ? "data.directory" : "journal.directories";
        Path folder =
                config.journal().directories().isEmpty()
                        ? config.data().directory()
                        : config.journal().directories().getFirst();
        return DataDirectory.cannotUse(key, folder, why);
    }

    // One role each, side by side

    private StandalonePlacement openPlacement(Pipeline to, Journal shards) throws StartFailure {
        Events events = to.events(Service.PLACEMENT_CENTER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.PLACEMENT_CENTER.command()));
        Listener listener = new Listener("placement.listen", config.placement().listen());
        PlacementSettings settings;
        try {
            settings = new PlacementSettings(listener.resolve());
        } catch (IllegalArgumentException wrong) {
            throw new StartFailure(
                    ExitCode.CONFIGURATION, String.valueOf(wrong.getMessage()), wrong);
        }
        StandalonePlacement opening;
        try {
            Shard log =
                    shards.shard(
                            PLACEMENT_SHARD, ComponentSettings.shard(config, Retention.FOREVER));
            opening = new StandalonePlacement(settings, log, clock, events);
            opening.open();
        } catch (BindException inUse) {
            throw listener.failed(inUse);
        } catch (IOException unusable) {
            throw cannotUseJournal(unusable);
        }
        placement = opening;
        NodeMetrics.registerPlacement(opening, to.registry());
        ready(Role.PLACEMENT_CENTER, events, begun);
        return opening;
    }

    private Broker openBroker(Pipeline to, Journal shards) throws StartFailure {
        Events events = to.events(Service.MQTT_BROKER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.MQTT_SERVER.command()));
        Listener listener = new Listener("mqtt.listen", config.mqtt().listen());
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
        Broker opening =
                new Broker(
                        ComponentSettings.broker(config, listener.resolve()),
                        log,
                        authenticator(events),
                        events,
                        to.tracing(),
                        clock);
        try {
            opening.open();
        } catch (BindException failure) {
            opening.close();
            throw listener.failed(failure);
        } catch (IOException unusable) {
            opening.close();
            throw cannotUseJournal(unusable);
        }
        broker = opening;
        BrokerMetrics.register(opening.measures(), to.registry());
        ready(Role.MQTT_SERVER, events, begun);
        return opening;
    }

    private Authenticator authenticator(Events events) {
        Path file = config.mqtt().passwordFile();
        if (file.toString().isEmpty()) {
            return Authenticator.ANYBODY;
        }
        events.emit(
                new AuthenticationEvent.PasswordsLoaded(file.toString(), loaded.users().size()));
        return new PasswordAuthenticator(loaded.users(), config.mqtt().allowAnonymous());
    }

    private void ready(Role role, Events events, long begunNanos) {
        readiness.ready(role);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        events.emit(new PlacementEvent.RoleReady(role.command(), millis));
    }

    private void register(Placement places, Broker serves, HttpEndpoint endpoint)
            throws StartFailure {
        Map<String, String> addresses = new TreeMap<>();
        addresses.put("mqtt", Listener.text(serves.localAddress()));
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

    private void tellFailure(ExitCode exitCode, Throwable cause) {
        Pipeline to = pipeline;
        if (to == null) {
            try {
                // without files: those may be another process's, or the reason of the failure
                to = openPipeline(ComponentSettings.withoutFiles(config));
            } catch (StartFailure | RuntimeException noPipeline) {
                return; // the line on stderr has to do
            }
        }
        to.events(Service.PLACEMENT_CENTER)
                .emit(
                        new PlacementEvent.StartFailed(
                                exitCode.number(),
                                new Failure(
                                        cause.getClass().getName(),
                                        String.valueOf(cause.getMessage()))));
    }

    /** What listens where, for a person; empty if it was closed meanwhile. */
    synchronized String announcement() {
        HttpEndpoint endpoint = http;
        Broker serves = broker;
        if (endpoint == null || serves == null) {
            return "";
        }
        StandaloneConfig.File file = config.sinks().file();
        String url = "http://" + Listener.text(endpoint.localAddress());
        StringBuilder text = new StringBuilder();
        text.append("RobustMQ ").append(identity.version()).append(" ready in ");
        text.append(Main.seconds(Main.millisSinceStart())).append('\n');
        line(text, "MQTT", "mqtt://" + Listener.text(serves.localAddress()));
        line(text, "HTTP", url + "/metrics " + url + "/health/ready");
        line(text, "data", config.data().directory().toAbsolutePath().normalize().toString());
        if (file.enabled()) {
            Path directory = config.logDirectory().toAbsolutePath().normalize();
            line(text, "events", directory.resolve(file.prefix() + "-*.log").toString());
        }
        StandaloneConfig.Otlp otlp = config.sinks().otlp();
        if (otlp.enabled()) {
            line(text, "OTLP", "to " + otlp.endpoint());
        }
        StandaloneConfig.Fluent fluent = config.sinks().fluent();
        if (fluent.enabled()) {
            line(text, "Fluent", "to " + Listener.text(fluent.address()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String where) {
        text.append("  ").append(what).append(" ".repeat(10 - what.length()));
        text.append(where).append('\n');
    }

    @Override
    public synchronized void close() {
        Pipeline to = pipeline;
        if (to != null) {
            closeRoles(to);
            to.close();
            pipeline = null;
        }
        if (data != null) {
            data.close();
            data = null;
        }
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
        if (broker != null) {
            readiness.stopped(Role.MQTT_SERVER);
            broker.close();
            broker = null;
            to.events(Service.MQTT_BROKER)
                    .emit(new PlacementEvent.RoleStopped(Role.MQTT_SERVER.command()));
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
        if (http != null) {
            http.close();
            http = null;
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
