package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries events, spans and metrics of one process to wherever they are to go. All methods but
 * {@link #open} and {@link #close} may be called by any thread; events emitted before open wait in
 * the queue, those after close are dropped.
 */
public final class Pipeline implements AutoCloseable {
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
    private static final Duration DISPATCH_WITHIN = Duration.ofSeconds(1);

    private final PipelineSettings settings;
    private final NodeIdentity node;
    private final InstantSource clock;
    private final Outside outside;
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Intake intake;
    private final Events own;

    // from open to close
    private final List<Worker<?>> workers = new ArrayList<>();
    private @Nullable Dispatcher dispatcher;
    private @Nullable PipelineMetrics metrics;

    /**
     * @throws IllegalArgumentException if a setting is out of its bounds
     */
    public Pipeline(PipelineSettings settings, NodeIdentity node, InstantSource clock) {
        this(settings, node, clock, Outside.real());
    }

    Pipeline(PipelineSettings settings, NodeIdentity node, InstantSource clock, Outside outside) {
        this.settings = settings;
        this.node = node;
        this.clock = clock;
        this.outside = outside;
        this.intake = new Intake(settings.intake(), Catalogue.read(), audiences(settings), clock);
        this.own = events(Service.MQTT_BROKER);
    }

    /**
     * Starts what is switched on. A sink that cannot reach where it sends to is no error: it tries
     * again, and says so.
     *
     * @throws IOException if the directory of the log files cannot be written
     */
    public void open() throws IOException {
        List<Dispatcher.Outlet> outlets = new ArrayList<>();
        Listener listener = new Listener();
        int capacity = settings.intake().queueCapacity();
        if (settings.console().enabled()) {
            outlets.add(
                    outlet(
                            new ConsoleSink(settings.console().format(), outside.console()),
                            capacity,
                            consoleAudience(settings),
                            listener));
        }
        if (settings.file().enabled()) {
            LogDirectory directory = outside.directories().apply(settings.file().directory());
            directory.names();
            outlets.add(
                    outlet(
                            new FileSink(settings.file(), directory, own),
                            capacity,
                            fileAudience(settings),
                            listener));
        }
        Identities identities =
                settings.intake().hashIdentities()
                        ? new Identities(settings.intake().hashSalt())
                        : null;
        Dispatcher starting = new Dispatcher(intake, outlets, node, identities, clock, own);
        dispatcher = starting;
        metrics =
                new PipelineMetrics(
                        intake,
                        outlets.stream()
                                .map(o -> new PipelineMetrics.SinkCounts(o.worker(), o.audience()))
                                .toList(),
                        workers,
                        SpanCounts.NONE);
        registry.register(metrics);
        JvmMetrics.builder().register(registry);
        workers.forEach(Worker::start);
        starting.start();
        String sinks = workers.stream().map(w -> w.sink().name()).collect(Collectors.joining(","));
        own.emit(new PipelineEvent.Started(sinks, capacity));
    }

    private static List<Audience> audiences(PipelineSettings settings) {
        List<Audience> audiences = new ArrayList<>();
        if (settings.console().enabled()) {
            audiences.add(consoleAudience(settings));
        }
        if (settings.file().enabled()) {
            audiences.add(fileAudience(settings));
        }
        return audiences;
    }

    private static Audience consoleAudience(PipelineSettings settings) {
        return new Audience(settings.console().level(), false);
    }

    private static Audience fileAudience(PipelineSettings settings) {
        return new Audience(settings.file().level(), false);
    }

    private Dispatcher.Outlet outlet(
            Sink<FlatRecord> sink, int capacity, Audience audience, Listener listener) {
        Worker<FlatRecord> worker = new Worker<>(sink, capacity, listener);
        workers.add(worker);
        return new Dispatcher.Outlet(worker, audience, new Dispatcher.DropReport());
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
        };
    }

    public Tracing tracing() {
        return Tracing.OFF;
    }

    /** Where metrics are; the pipeline's and the JVM's are in it from {@link #open} on. */
    public PrometheusRegistry registry() {
        return registry;
    }

    /** Ships what waits, for at most five seconds; what is left then is counted as dropped. */
    @Override
    public void close() {
        Dispatcher stopping = dispatcher;
        PipelineMetrics counts = metrics;
        if (stopping == null || counts == null) {
            return;
        }
        dispatcher = null;
        long dropped = counts.balances().stream().mapToLong(PipelineMetrics.Balance::dropped).sum();
        own.emit(new PipelineEvent.Stopping(intake.emitted().all(), dropped));
        long now = System.nanoTime();
        try {
            stopping.finish(now + DISPATCH_WITHIN.toNanos());
            intake.close();
            for (Worker<?> worker : workers) {
                worker.finish(now + CLOSE_WITHIN.toNanos());
            }
            for (Worker<?> worker : workers) {
                worker.awaitFinished();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For tests. */
    List<PipelineMetrics.Balance> balances() {
        PipelineMetrics counts = metrics;
        return counts == null ? List.of() : counts.balances();
    }

    /** Tells of sinks that fail, as events. */
    private final class Listener implements Worker.Listener {
        @Override
        public void failed(Sink<?> sink, Exception cause, int attempts) {
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
