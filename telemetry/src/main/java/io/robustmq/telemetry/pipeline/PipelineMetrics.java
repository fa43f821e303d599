package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Severity;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The pipeline's own metrics, read when they are asked for; the account is {@link Ledger}'s. */
final class PipelineMetrics implements MultiCollector {
    private static final Severity[] SEVERITIES = Severity.values();

    private final Intake intake;
    private final Ledger ledger;
    private final List<Shipper> shippers;
    private final List<Worker<?>> workers;
    private final @Nullable SpanExport spans;
    private final InstantSource clock;

    PipelineMetrics(Intake intake, Ledger ledger, Wiring wiring, InstantSource clock) {
        this.intake = intake;
        this.ledger = ledger;
        this.shippers = wiring.shippers();
        this.clock = clock;
        this.workers = wiring.workers();
        this.spans = wiring.spans();
    }

    @Override
    public MetricSnapshots collect() {
        List<Ledger.Balance> balances = new ArrayList<>(ledger.balances());
        Ledger.Balance ofSpans = spans == null ? null : spans.balance();
        if (ofSpans != null) {
            balances.add(ofSpans);
        }
        return MetricSnapshots.of(
                logEvents(),
                CounterSnapshot.builder()
                        .name("robustmq_log_events_suppressed")
                        .help("Occurrences counted in robustmq_log_events_total and not written")
                        .dataPoint(count(intake.suppressed(), Labels.EMPTY))
                        .build(),
                counters(
                        "robustmq_pipeline_emitted",
                        "Events that a sink is to be sent; spans for otlp-traces, if tracing.lossless",
                        balances,
                        Ledger.Balance::emitted),
                counters(
                        "robustmq_pipeline_shipped",
                        "Events, or spans, that a sink has handed on",
                        balances,
                        Ledger.Balance::shipped),
                counters(
                        "robustmq_pipeline_dropped",
                        "Events, or spans, that a sink will never hand on",
                        balances,
                        Ledger.Balance::dropped),
                waiting(balances),
                oldest(),
                up(),
                spans());
    }

    private CounterSnapshot logEvents() {
        CounterSnapshot.Builder builder =
                CounterSnapshot.builder()
                        .name("robustmq_log_events")
                        .help("Events that happened, written or not");
        for (EventKind kind : intake.kinds().all()) {
            for (Service service : Service.values()) {
                for (Severity severity : SEVERITIES) {
                    long occurrences = kind.series().occurrences(service, severity);
                    if (occurrences > 0 || existsFromStart(kind.event(), service, severity)) {
                        builder.dataPoint(
                                count(
                                        occurrences,
                                        Labels.of(
                                                "level",
                                                severity.name().toLowerCase(Locale.ROOT),
                                                "service",
                                                service.serviceName(),
                                                "event",
                                                kind.event().name())));
                    }
                }
            }
        }
        return builder.build();
    }

    /** An alert on a series that is not there yet sees nothing: so it is there at 0. */
    private static boolean existsFromStart(
            CataloguedEvent event, Service service, Severity severity) {
        return service == Service.ownerOf(event.category())
                && event.severities().contains(severity);
    }

    private static CounterSnapshot counters(
            String name,
            String help,
            List<Ledger.Balance> balances,
            ToLongFunction<Ledger.Balance> value) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        for (Ledger.Balance balance : balances) {
            builder.dataPoint(count(value.applyAsLong(balance), Labels.of("sink", balance.sink())));
        }
        return builder.build();
    }

    private static GaugeSnapshot waiting(List<Ledger.Balance> balances) {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_waiting")
                        .help(
                                "Events, or spans, that a sink is to be sent and has not handed on yet");
        for (Ledger.Balance balance : balances) {
            builder.dataPoint(gauge(balance.waiting(), Labels.of("sink", balance.sink())));
        }
        return builder.build();
    }

    private GaugeSnapshot oldest() {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_oldest_waiting_seconds")
                        .help("Age of the event, or span, that a sink is at, 0 if none waits");
        for (Shipper shipper : shippers) {
            builder.dataPoint(age(shipper.oldestMillis(), shipper.sink()));
        }
        if (spans != null && spans.isStored()) {
            builder.dataPoint(age(spans.oldestMillis(), spans.sink()));
        }
        return builder.build();
    }

    private GaugeDataPointSnapshot age(long millis, Sink<?> sink) {
        double seconds = millis == 0 ? 0 : Math.max(0, clock.millis() - millis) / 1000.0;
        return GaugeDataPointSnapshot.builder()
                .value(seconds)
                .labels(Labels.of("sink", sink.name()))
                .build();
    }

    private GaugeSnapshot up() {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_sink_up")
                        .help("1 while a sink hands on, 0 while it fails");
        for (Shipper shipper : shippers) {
            builder.dataPoint(up(shipper.up(), shipper.sink()));
        }
        for (Worker<?> worker : workers) {
            builder.dataPoint(up(worker.up(), worker.sink()));
        }
        if (spans != null && spans.isStored()) {
            builder.dataPoint(up(spans.up(), spans.sink()));
        }
        return builder.build();
    }

    private static GaugeDataPointSnapshot up(boolean up, Sink<?> sink) {
        return gauge(up ? 1 : 0, Labels.of("sink", sink.name()));
    }

    private CounterSnapshot spans() {
        long exported = spans == null ? 0 : spans.shipped();
        long dropped = spans == null ? 0 : spans.dropped();
        return CounterSnapshot.builder()
                .name("robustmq_trace_spans")
                .help("Spans that left, or were given up")
                .dataPoint(count(exported, Labels.of("outcome", "exported")))
                .dataPoint(count(dropped, Labels.of("outcome", "dropped")))
                .build();
    }

    static CounterDataPointSnapshot count(long value, Labels labels) {
        return CounterDataPointSnapshot.builder().value(value).labels(labels).build();
    }

    private static GaugeDataPointSnapshot gauge(long value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }
}
