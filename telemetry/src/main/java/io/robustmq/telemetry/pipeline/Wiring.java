package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Tracing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which sinks there are, by the settings. Nothing in it runs or is connected yet. */
final class Wiring {
    /** Ticks wait for the collector; one is as good as many. */
    private static final int TICKS = 2;

    private final PipelineSettings settings;
    private final Ledger ledger;
    private final EventKinds kinds;
    private final Events own;
    private final Courier.Listener listener;
    private final List<Shipper> shippers = new ArrayList<>();
    private final List<Worker<?>> workers = new ArrayList<>();
    private @Nullable LogDirectory directory;
    private @Nullable Sampler sampler;
    private @Nullable SpanTracing spanTracing;
    private @Nullable SpanExport spans;
    private @Nullable Worker<Instant> metricTicks;

    private Wiring(
            PipelineSettings settings,
            Ledger ledger,
            EventKinds kinds,
            Events own,
            Courier.Listener listener) {
        this.settings = settings;
        this.ledger = ledger;
        this.kinds = kinds;
        this.own = own;
        this.listener = listener;
    }

    /** Whose events are taken: those of the sinks, and what is kept for questions. */
    static List<Audience> audiences(PipelineSettings settings) {
        List<Audience> audiences = new ArrayList<>();
        audiences.add(new Audience(Severity.INFO, true));
        if (settings.console().enabled()) {
            audiences.add(new Audience(settings.console().level(), false));
        }
        if (settings.file().enabled()) {
            audiences.add(new Audience(settings.file().level(), true));
        }
        if (settings.otlp().enabled() && settings.otlp().logs()) {
            audiences.add(new Audience(settings.otlp().level(), true));
        }
        if (settings.fluent().enabled()) {
            audiences.add(new Audience(settings.fluent().level(), true));
        }
        return audiences;
    }

    static Wiring of(
            PipelineSettings settings,
            Outside outside,
            Resources resources,
            Ledger ledger,
            EventKinds kinds,
            Events own,
            Courier.Listener listener) {
        Wiring wiring = new Wiring(settings, ledger, kinds, own, listener);
        if (settings.console().enabled()) {
            ConsoleSink sink = new ConsoleSink(settings.console().format(), outside.console());
            wiring.ship(sink, new Audience(settings.console().level(), false));
        }
        if (settings.file().enabled()) {
            LogDirectory directory = outside.directories().apply(settings.file().directory());
            wiring.directory = directory;
            FileSink sink = new FileSink(settings.file(), directory, own);
            wiring.ship(sink, new Audience(settings.file().level(), true));
        }
        PipelineSettings.Otlp otlp = settings.otlp();
        if (otlp.enabled() && otlp.logs()) {
            OtlpLogSink sink = new OtlpLogSink(otlp, resources);
            wiring.ship(sink, new Audience(otlp.level(), true));
        }
        if (settings.fluent().enabled()) {
            wiring.ship(
                    new FluentSink(settings.fluent()),
                    new Audience(settings.fluent().level(), true));
        }
        if (settings.noTraces() == null) {
            SpanExport spans = SpanExport.of(otlp, resources.of(Service.MQTT_BROKER), listener);
            wiring.workers.add(spans.queue());
            wiring.spans = spans;
        }
        return wiring;
    }

    /** Metrics go by OTLP, too, if that is asked for. */
    void metrics(PrometheusRegistry registry, Resources resources, InstantSource clock) {
        PipelineSettings.Otlp otlp = settings.otlp();
        if (otlp.enabled() && otlp.metrics()) {
            OtlpMetrics metrics =
                    new OtlpMetrics(resources.of(Service.MQTT_BROKER), clock.instant());
            metricTicks = worker(new MetricsSink(otlp, registry, metrics), TICKS);
        }
    }

    Tracing tracing(Outside outside, @Nullable Identities identities, InstantSource clock) {
        SpanExport to = spans;
        if (to == null) {
            return Tracing.OFF;
        }
        Sampler deciding = new Sampler(settings.traces().sampling(), clock, outside.chance());
        sampler = deciding;
        SpanTracing made =
                new SpanTracing(settings.traces(), deciding, clock, identities, to.queue());
        spanTracing = made;
        return made;
    }

    private void ship(Sink<FlatRecord> sink, Audience audience) {
        shippers.add(new Shipper(sink, audience, ledger, kinds, listener, own));
    }

    private <T> Worker<T> worker(Sink<T> sink, int capacity) {
        Worker<T> worker = new Worker<>(sink, capacity, listener);
        workers.add(worker);
        return worker;
    }

    List<Shipper> shippers() {
        return shippers;
    }

    /** Of what is not events; the queue of spans is one. */
    List<Worker<?>> workers() {
        return workers;
    }

    Duration metricsInterval() {
        return settings.otlp().metricsInterval();
    }

    @Nullable LogDirectory directory() {
        return directory;
    }

    /** From now on that decides. */
    void sample(Sampling sampling) {
        if (sampler != null) {
            sampler.use(sampling);
        }
    }

    /** Who decides what is traced; null if nothing is. */
    @Nullable Sampler sampler() {
        return sampler;
    }

    /** What records it. */
    @Nullable SpanTracing spanTracing() {
        return spanTracing;
    }

    @Nullable SpanExport spans() {
        return spans;
    }

    @Nullable Worker<Instant> metricTicks() {
        return metricTicks;
    }
}
