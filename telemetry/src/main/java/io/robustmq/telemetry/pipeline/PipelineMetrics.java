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
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The pipeline's own metrics, read from its counters when they are asked for. For every sink
 * emitted = shipped + waiting + dropped holds in each answer: waiting is the difference.
 */
final class PipelineMetrics implements MultiCollector {
    private static final Severity[] SEVERITIES = Severity.values();

    /** One sink at one moment. */
    record Balance(String sink, long emitted, long shipped, long waiting, long dropped) {}

    private final Intake intake;
    private final List<Dispatcher.Outlet> sinks;
    private final List<Worker<?>> workers;
    private final @Nullable Worker<?> spans;

    PipelineMetrics(Intake intake, Wiring wiring) {
        this.intake = intake;
        this.sinks = wiring.outlets();
        this.workers = wiring.workers();
        this.spans = wiring.spans();
    }

    @Override
    public MetricSnapshots collect() {
        List<Balance> balances = balances();
        return MetricSnapshots.of(
                logEvents(),
                CounterSnapshot.builder()
                        .name("robustmq_log_events_suppressed")
                        .help("Occurrences counted in robustmq_log_events_total and not written")
                        .dataPoint(count(intake.suppressed(), Labels.EMPTY))
                        .build(),
                counters(
                        "robustmq_pipeline_emitted",
                        "Events that a sink is to be sent",
                        balances,
                        Balance::emitted),
                counters(
                        "robustmq_pipeline_shipped",
                        "Events that a sink has handed on",
                        balances,
                        Balance::shipped),
                counters(
                        "robustmq_pipeline_dropped",
                        "Events that a sink will never hand on",
                        balances,
                        Balance::dropped),
                waiting(balances),
                capacities(),
                up(),
                spans());
    }

    List<Balance> balances() {
        return sinks.stream().map(this::balance).toList();
    }

    /** Emitted is read last, so that nothing is gone that was not emitted. */
    private Balance balance(Dispatcher.Outlet sink) {
        long shipped = sink.worker().shipped();
        long dropped = sink.worker().dropped() + intake.dropped().of(sink.audience());
        long emitted = intake.emitted().of(sink.audience());
        return new Balance(
                sink.worker().sink().name(),
                emitted,
                shipped,
                emitted - shipped - dropped,
                dropped);
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
            String name, String help, List<Balance> balances, ToLongFunction<Balance> value) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(help);
        for (Balance balance : balances) {
            builder.dataPoint(count(value.applyAsLong(balance), Labels.of("sink", balance.sink())));
        }
        return builder.build();
    }

    private static GaugeSnapshot waiting(List<Balance> balances) {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_waiting")
                        .help("Events that a sink is to be sent and has not handed on yet");
        for (Balance balance : balances) {
            builder.dataPoint(gauge(balance.waiting(), Labels.of("sink", balance.sink())));
        }
        return builder.build();
    }

    private GaugeSnapshot capacities() {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_queue_capacity")
                        .help("What a sink's queue holds; emit is the queue before the sinks")
                        .dataPoint(gauge(intake.ring().capacity(), Labels.of("sink", "emit")));
        for (Worker<?> worker : workers) {
            builder.dataPoint(
                    gauge(worker.queueCapacity(), Labels.of("sink", worker.sink().name())));
        }
        return builder.build();
    }

    private GaugeSnapshot up() {
        GaugeSnapshot.Builder builder =
                GaugeSnapshot.builder()
                        .name("robustmq_pipeline_sink_up")
                        .help("1 while a sink hands on, 0 while it fails");
        for (Worker<?> worker : workers) {
            builder.dataPoint(gauge(worker.up() ? 1 : 0, Labels.of("sink", worker.sink().name())));
        }
        return builder.build();
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

    private static CounterDataPointSnapshot count(long value, Labels labels) {
        return CounterDataPointSnapshot.builder().value(value).labels(labels).build();
    }

    private static GaugeDataPointSnapshot gauge(long value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }
}
