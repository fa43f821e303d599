package io.robustmq.server;

import io.robustmq.journal.Journal;
import io.robustmq.journal.LocalDisk;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A journal server alone in its process: shards on disk, the data protocol, gRPC for operators. It
 * waits for no other role: registering with a placement center will belong between opening the
 * listeners and being ready.
 */
final class JournalServer implements RoleProcess {
    private final JournalServerConfig config;
    private final InstantSource clock;
    private final Readiness readiness = new Readiness(Role.JOURNAL_SERVER);
    private final NodeFrame frame;

    // while open; null before and after
    private @Nullable Journal journal;
    private @Nullable DataServer data;
    private @Nullable GrpcEndpoint grpc;
    private boolean ready;

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
        frame.openHttp(to, new LocalLogControl(to));
        Events events = to.events(Service.JOURNAL_SERVER);
        long begun = System.nanoTime();
        events.emit(new PlacementEvent.RoleStarting(Role.JOURNAL_SERVER.command()));
        ServedShards shards = openShards(to, events);
        DataServer serves = openData(shards, events);
        JournalServerMetrics.register(serves.counters(), shards, to.registry());
        openGrpc(shards, events);
        ready = true;
        readiness.ready(Role.JOURNAL_SERVER);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        events.emit(new PlacementEvent.RoleReady(Role.JOURNAL_SERVER.command(), millis));
        frame.tellReady(to);
    }

    private ServedShards openShards(Pipeline to, Events events) throws StartFailure {
        Journal opening =
                new Journal(
                        ComponentSettings.journal(config),
                        new LocalDisk(),
                        clock,
                        new SecureRandom(),
                        events);
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

    private DataServer openData(ServedShards shards, Events events) throws StartFailure {
        Listener listener = new Listener("tcp.listen", config.tcp().listen());
        DataServer opening =
                new DataServer(
                        ComponentSettings.data(config.tcp(), listener.resolve()), shards, events);
        try {
            opening.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        data = opening;
        return opening;
    }

    private void openGrpc(ServedShards shards, Events events) throws StartFailure {
        Listener listener = new Listener("grpc.listen", config.grpc().listen());
        GrpcEndpoint opening =
                new GrpcEndpoint(listener.resolve(), new JournalAdmin(shards, events).service());
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
    public synchronized String announcement() {
        HttpEndpoint endpoint = frame.http();
        DataServer serves = data;
        GrpcEndpoint admin = grpc;
        if (endpoint == null || serves == null || admin == null) {
            return "";
        }
        StringBuilder text = frame.announcement();
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
        if (ready && data != null) {
            events.emit(new PlacementEvent.NodeStopping(data.counters().connections.get()));
        }
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
        if (ready) {
            ready = false;
            events.emit(new PlacementEvent.RoleStopped(Role.JOURNAL_SERVER.command()));
        }
    }
}
