package io.robustmq.server;

import io.robustmq.eventlog.EventSearch;
import io.robustmq.eventlog.EventShard;
import io.robustmq.journal.JournalInUseException;
import io.robustmq.journal.LocalDisk;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.NoStore;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Service;
import io.robustmq.telemetry.pipeline.SpanStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process of every role has around it: the locked data directory, the pipeline of events,
 * the HTTP endpoint. Guarded by its owner.
 */
final class NodeFrame {
    private final ConfigOutcome.Loaded<?> loaded;
    private final RoleConfig config;
    private final NodeIdentity identity;
    private final InstantSource clock;
    private final Service service;
    private final Readiness readiness;

    // while open; null before and after
    private @Nullable DataDirectory data;
    private @Nullable AdminToken admins;
    private @Nullable EventShard eventShard;
    private @Nullable Pipeline pipeline;
    private @Nullable HttpEndpoint http;

    /**
     * @param service whose events tell of the node
     */
    NodeFrame(
            ConfigOutcome.Loaded<?> loaded,
            NodeIdentity identity,
            InstantSource clock,
            Service service,
            Readiness readiness) {
        this.loaded = loaded;
        this.config = loaded.config();
        this.identity = identity;
        this.clock = clock;
        this.service = service;
        this.readiness = readiness;
    }

    /** What a role's process does to open. */
    interface Opening {
        void open() throws StartFailure;
    }

    /** All or nothing: what went wrong is told, and what was opened is closed again. */
    void open(Opening all, RoleProcess process) throws StartFailure {
        try {
            all.open();
        } catch (StartFailure failure) {
            tellFailure(failure.exitCode(), failure);
            process.close();
            throw failure;
        } catch (RuntimeException | Error defect) {
            tellFailure(ExitCode.DEFECT, defect);
            process.close();
            throw defect;
        }
    }

    /** The first step. */
    Pipeline open() throws StartFailure {
        // before the log files are touched: they may be another process's
        DataDirectory directory = new DataDirectory(config.data().directory(), new LocalDisk());
        directory.open();
        data = directory;
        AdminToken token;
        try {
            token = AdminToken.in(directory.path(), new SecureRandom());
        } catch (IOException unusable) {
            throw DataDirectory.cannotUse("data.directory", directory.path(), unusable);
        }
        admins = token;
        Pipeline opened = openPipeline(ComponentSettings.pipeline(config));
        if (token.isNew()) {
            String file = token.file().toAbsolutePath().normalize().toString();
            events(opened).emit(new AuditEvent.TokenCreated(Admin.NODE, file));
        }
        events(opened)
                .emit(
                        new PlacementEvent.ConfigLoaded(
                                loaded.file(), loaded.fromEnvironment(), loaded.fromCommandLine()));
        NodeMetrics.registerNode(
                identity.version(), Runtime.version().toString(), readiness, opened.registry());
        DiskMetrics.register(config.directories(), opened.registry());
        return opened;
    }

    /**
     * @param control of what is logged
     */
    HttpEndpoint openHttp(Pipeline to, LogControl control) throws StartFailure {
        Listener listener = new Listener("http.listen", config.http().listen());
        AdminToken token = admins;
        if (token == null) {
            throw new IllegalStateException("not open");
        }
        HttpEndpoint endpoint =
                new HttpEndpoint(
                        listener.resolve(), to.metricsToRead(), readiness, token, events(to));
        try {
            endpoint.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        http = endpoint;
        EventSearch search = search();
        endpoint.add(new EventsApi(search, clock, events(to)).route());
        endpoint.add(new ExplainApi(search::page, to::hashed, clock).route());
        endpoint.add(new LevelsApi(to.levels(), control, events(to)).route());
        endpoint.add(new TracesApi(to.traces(), control, events(to)).route());
        events(to).emit(new PlacementEvent.HttpStarted(Listener.text(endpoint.localAddress())));
        return endpoint;
    }

    /** For questions; only while open. */
    EventSearch search() {
        EventShard store = eventShard;
        if (store == null) {
            throw new IllegalStateException("not open");
        }
        return new EventSearch(store.shard());
    }

    void tellReady(Pipeline to) {
        events(to)
                .emit(
                        new PlacementEvent.NodeReady(
                                identity.version(),
                                Runtime.version().toString(),
                                Main.millisSinceStart()));
    }

    private Pipeline openPipeline(PipelineSettings settings) throws StartFailure {
        Pipeline opening = newPipeline(settings);
        EventShard store =
                new EventShard(
                        ComponentSettings.events(config),
                        new LocalDisk(),
                        clock,
                        new SecureRandom(),
                        opening.events(Service.JOURNAL_SERVER));
        SpanStore spans = null;
        try {
            store.open();
            if (settings.storesSpans()) {
                spans = store.spans(config.tracing().losslessMaxSize());
            }
        } catch (IOException unusable) {
            store.close();
            throw DataDirectory.cannotUse("events.directory", config.eventDirectory(), unusable);
        }
        try {
            opening.open(store, spans);
        } catch (IOException unusable) {
            opening.close();
            store.close();
            throw DataDirectory.cannotUse("sinks.file.directory", config.logDirectory(), unusable);
        }
        NodeMetrics.registerEvents(store, opening.registry());
        eventShard = store;
        pipeline = opening;
        return opening;
    }

    private Pipeline newPipeline(PipelineSettings settings) throws StartFailure {
        try {
            return new Pipeline(settings, identity, clock);
        } catch (IllegalArgumentException wrong) {
            throw new StartFailure(
                    ExitCode.CONFIGURATION, String.valueOf(wrong.getMessage()), wrong);
        }
    }

    /** The console alone: the files may be another process's, or the reason of the failure. */
    private @Nullable Pipeline consolePipeline() {
        try {
            Pipeline opening = newPipeline(ComponentSettings.consoleOnly(config));
            opening.open(new NoStore());
            pipeline = opening;
            return opening;
        } catch (IOException | StartFailure | RuntimeException noPipeline) {
            return null; // the line on stderr has to do
        }
    }

    /** It is open, and cannot go on. */
    void failed(StartFailure why) {
        tellFailure(why.exitCode(), why);
    }

    private void tellFailure(ExitCode exitCode, Throwable cause) {
        Pipeline to = pipeline == null ? consolePipeline() : pipeline;
        if (to == null) {
            return;
        }
        events(to)
                .emit(
                        new PlacementEvent.StartFailed(
                                exitCode.number(),
                                new Failure(
                                        cause.getClass().getName(),
                                        String.valueOf(cause.getMessage()))));
    }

    /**
     * The same for a process whose journal may be another one's.
     *
     * @param said {@code journal.directories}
     */
    StartFailure cannotOpenJournal(List<Path> said, IOException why) {
        return why instanceof JournalInUseException
                ? new StartFailure(ExitCode.CANNOT_CREATE, String.valueOf(why.getMessage()), why)
                : cannotUseJournal(said, why);
    }

    /**
     * @param said {@code journal.directories}
     */
    StartFailure cannotUseJournal(List<Path> said, IOException why) {
        return said.isEmpty()
                ? DataDirectory.cannotUse("data.directory", config.data().directory(), why)
                : DataDirectory.cannotUse("journal.directories", said.getFirst(), why);
    }

    private Events events(Pipeline to) {
        return to.events(service);
    }

    /** Null before {@link #open} and after {@link #close}. */
    @Nullable Pipeline pipeline() {
        return pipeline;
    }

    /** Null before {@link #openHttp} and after {@link #closeHttp}. */
    @Nullable HttpEndpoint http() {
        return http;
    }

    // For a person

    StringBuilder announcement() {
        StringBuilder text = new StringBuilder();
        text.append("RobustMQ ").append(identity.version());
        text.append(readiness.waitingFor().isEmpty() ? " ready in " : " started in ");
        return text.append(Main.seconds(Main.millisSinceStart())).append('\n');
    }

    /** The lines that come last. */
    void announceRest(StringBuilder text, HttpEndpoint endpoint) {
        String url = "http://" + Listener.text(endpoint.localAddress());
        line(text, "HTTP", url + "/metrics " + url + "/health/ready");
        line(text, "data", config.data().directory().toAbsolutePath().normalize().toString());
        RoleConfig.File file = config.sinks().file();
        if (file.enabled()) {
            line(
                    text,
                    "events",
                    config.logDirectory()
                            .toAbsolutePath()
                            .normalize()
                            .resolve(file.prefix() + "-*.log")
                            .toString());
        }
        RoleConfig.Otlp otlp = config.sinks().otlp();
        if (otlp.enabled()) {
            line(text, "OTLP", "to " + otlp.destinations());
        }
        RoleConfig.Fluent fluent = config.sinks().fluent();
        if (fluent.enabled()) {
            line(text, "Fluent", "to " + Listener.text(fluent.address()));
        }
    }

    static void line(StringBuilder text, String what, String where) {
        text.append("  ").append(what).append(" ".repeat(10 - what.length()));
        text.append(where).append('\n');
    }

    // The end, after all that it is around

    void closeHttp() {
        if (http != null) {
            http.close();
            http = null;
        }
    }

    void close() {
        closeHttp();
        if (pipeline != null) {
            pipeline.close();
            pipeline = null;
        }
        if (eventShard != null) {
            eventShard.close();
            eventShard = null;
        }
        if (data != null) {
            data.close();
            data = null;
        }
    }
}
