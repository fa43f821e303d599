package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Carries events, spans and metrics of one process to wherever they are to go. All methods but
 * {@link #open} and {@link #close} may be called by any thread; events emitted before open wait in
 * the queue, those after close are dropped.
 */
public final class Pipeline implements AutoCloseable {
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final PipelineSettings settings;
    private final InstantSource clock;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final PrometheusRegistry metricsToRead = new PrometheusRegistry();
    private final GuardedMetrics guarded;
    private final @Nullable Identities identities;
    private final Intake intake;
    private final Ledger ledger;
    private final Events own;
    private final Levels levels;
    private final DebugTraces traces;

    private final Wiring wiring;
    private final Tracing tracing;
    private final PipelineMetrics metrics;
    private final LibraryLines libraries;

    // from open to close
    private @Nullable Dispatcher dispatcher;

    /**
     * @throws IllegalArgumentException if a setting is out of its bounds
     */
    public Pipeline(PipelineSettings settings, NodeIdentity node, InstantSource clock) {
        this(settings, node, clock, Outside.real());
    }

    Pipeline(PipelineSettings settings, NodeIdentity node, InstantSource clock, Outside outside) {
        this.settings = settings;
        this.clock = clock;
        PipelineSettings.Levels configured = settings.intake().levels();
        this.identities = Identities.of(settings.intake());
        CategoryLevels cells = new CategoryLevels(configured.standard(), configured.categories());
        this.intake =
                new Intake(
                        settings.intake(),
                        cells,
                        Wiring.audiences(settings),
                        node.nodeId(),
                        identities,
                        clock);
        this.ledger = new Ledger(intake);
        this.own = events(Service.MQTT_BROKER);
        this.guarded =
                new GuardedMetrics(registry, new SeriesGuard(settings.maxSeries(), own::emit));
        this.libraries = new LibraryLines(own, settings.intake().libraries());
        this.levels = new Levels(configured, cells, clock, own, libraries::setThreshold);
        this.traces = new DebugTraces(intake, clock, outside.chance(), own);
        Resources resources = new Resources(node, settings.otlp().options().resource());
        this.wiring =
                Wiring.of(
                        settings, outside, resources, ledger, intake.kinds(), own, new Listener());
        wiring.metrics(metricsToRead, resources, clock);
        this.tracing = wiring.tracing(outside, identities, clock);
        this.metrics = new PipelineMetrics(intake, ledger, wiring, clock);
    }

    /**
     * Starts what is switched on. A sink that cannot reach where it sends to is no error: it tries
     * again, and says so.
     *
     * @param store stays open when this is closed
     * @throws IOException if the store cannot be read, or the directory of the log files not be
     *     written
     */
    public void open(EventStore store) throws IOException {
        open(store, null);
    }

    /**
     * The same.
     *
     * @param spans for spans; null unless {@link PipelineSettings#storesSpans}
     */
    public void open(EventStore store, @Nullable SpanStore spans) throws IOException {
        LogDirectory directory = wiring.directory();
        if (directory != null) {
            directory.names();
        }
        SpanExport export = wiring.spans();
        if (export != null) {
            export.open(spans);
        }
        registry.register(metrics);
        registry.register(new TraceMetrics(wiring.sampler(), wiring.spanTracing()));
        metricsToRead.register(guarded);
        Place first = store.first();
        Place end = store.last();
        ledger.opened(end.counts());
        wiring.shippers().forEach(shipper -> shipper.open(store, first, end));
        Dispatcher starting =
                new Dispatcher(intake, wiring, ledger, store, clock, own, this::keepHouse);
        dispatcher = starting;
        wiring.shippers().forEach(Shipper::start);
        wiring.workers().forEach(Worker::start);
        if (export != null) {
            export.start();
        }
        starting.start(end);
        Stream<Sink<?>> sinks =
                Stream.of(
                                wiring.shippers().stream().map(Shipper::sink),
                                wiring.workers().stream().map(Worker::sink),
                                Stream.ofNullable(export).map(SpanExport::sink))
                        .flatMap(each -> each);
        String names = sinks.map(Sink::name).distinct().collect(Collectors.joining(","));
        own.emit(new PipelineEvent.Started(names, settings.intake().queueCapacity()));
        registry.register(new JvmCollector());
        levels.applyToLibraries();
        libraries.open();
    }

    /** Where a role reports what happens in it. */
    public Events events(Service service) {
        return new Events() {
            @Override
            public void emit(Event event) {
                intake.emit(service, event, null);
            }

            @Override
            public void emit(Event event, TraceContext trace) {
                intake.emit(service, event, trace);
            }

            @Override
            public boolean isTraced(String clientId, String remoteAddr, String topicName) {
                return intake.isTraced(clientId, remoteAddr, topicName);
            }
        };
    }

    private void keepHouse(Instant now) {
        intake.tellSuppressed();
        levels.tick(now);
        traces.tick(now);
    }

    /** Which events are taken, by category. */
    public Levels levels() {
        return levels;
    }

    /** What is traced on demand. */
    public DebugTraces traces() {
        return traces;
    }

    /** Where the broker reports the ways of publishes; does nothing if spans have nowhere to go. */
    public Tracing tracing() {
        return tracing;
    }

    /** Which traces are recorded as long as nobody says otherwise. */
    public Sampling configuredSampling() {
        return settings.traces().sampling();
    }

    /** From now on that decides which traces are recorded. */
    public void sample(Sampling sampling) {
        wiring.sample(sampling);
    }

    /** Why no traces leave, by the key that says so; null if they do. */
    public @Nullable String noTraces() {
        return settings.noTraces();
    }

    /** What stands for a client id in events; null if identities are not hashed. */
    public @Nullable String hashed(String clientId) {
        return identities == null ? null : identities.hashed(clientId);
    }

    /** Where metrics are put; the pipeline's and the JVM's are in it from {@link #open} on. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** Where they are read, from {@link #open} on: a bounded number of series of each. */
    public PrometheusRegistry metricsToRead() {
        return metricsToRead;
    }

    /** Ships what waits, for at most five seconds; what is left then waits in the store. */
    @Override
    public void close() {
        Dispatcher stopping = dispatcher;
        if (stopping == null) {
            return;
        }
        dispatcher = null;
        traces.endAll();
        intake.tellAllSuppressed();
        long dropped = ledger.balances().stream().mapToLong(Ledger.Balance::dropped).sum();
        own.emit(new PipelineEvent.Stopping(intake.emitted().all(), dropped));
        long now = System.nanoTime();
        try {
            libraries.close();
            stopping.finish(now + CLOSE_WITHIN.toNanos());
            intake.close();
            for (Shipper shipper : wiring.shippers()) {
                shipper.finish(now + CLOSE_WITHIN.toNanos());
            }
            for (Worker<?> worker : wiring.workers()) {
                worker.finish(now + CLOSE_WITHIN.toNanos());
            }
            for (Shipper shipper : wiring.shippers()) {
                shipper.awaitFinished();
            }
            for (Worker<?> worker : wiring.workers()) {
                worker.awaitFinished();
            }
            SpanExport spans = wiring.spans();
            if (spans != null) {
                spans.finish(now + CLOSE_WITHIN.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For tests. */
    List<Ledger.Balance> balances() {
        return ledger.balances();
    }

    /** For tests. */
    Intake intake() {
        return intake;
    }

    /** Tells of sinks that fail, as events. */
    private final class Listener implements Courier.Listener {
        @Override
        public void failed(Sink<?> sink, Throwable cause, int attempts) {
            own.emit(
                    new PipelineEvent.SinkFailed(
                            sink.name(), sink.endpoint(), Failure.of(cause), attempts));
        }

        @Override
        public void recovered(Sink<?> sink, long outageMillis, long dropped) {
            own.emit(
                    new PipelineEvent.SinkRecovered(
                            sink.name(), sink.endpoint(), outageMillis, dropped));
        }
    }
}
