package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.ForeignEvent;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What emitting does on the thread that emits: count, look whether its level and a trace want it,
 * throttle, put into the queue. Never blocks and never throws.
 */
final class Intake {
    /** Loggers of what sends to collectors: their lines must not go where they came from. */
    private static final List<String> EXPORTERS =
            List.of("io.opentelemetry.", "okhttp3.", "org.komamitsu.");

    private final InstantSource clock;
    private final EventKinds kinds;
    private final Throttle throttle;
    private final EventQueue queue;

    /** Let through the throttle, for the store or a sink. */
    private final Tally emitted = new Tally();

    /** Of those, for which the queue had no room. */
    private final Tally dropped = new Tally();

    private final LongAdder droppedReportable = new LongAdder();
    private final LongAdder suppressed = new LongAdder();

    /** What the store does not have is put into the queue only if one of these takes it. */
    private final List<Audience> audiences;

    /** Null while nothing is traced on demand. */
    private volatile @Nullable TraceSet traces;

    private volatile boolean closed;

    Intake(
            PipelineSettings.Intake settings,
            CategoryLevels levels,
            List<Audience> audiences,
            String nodeId,
            @Nullable Identities identities,
            InstantSource clock) {
        this.kinds = new EventKinds(levels);
        this.audiences = List.copyOf(audiences);
        this.clock = clock;
        this.throttle =
                new Throttle(EventKinds.MAX, settings.perKeyPerSecond(), settings.maxKeys());
        this.queue =
                new EventQueue(
                        settings.queueCapacity(),
                        settings.burstBytes(),
                        kinds,
                        nodeId,
                        identities,
                        this::lost);
    }

    /** What comes now is dropped. */
    void close() {
        closed = true;
    }

    void emit(Service service, Event event, @Nullable TraceContext trace) {
        try {
            take(service, event, trace);
        } catch (RuntimeException e) {
            // a defect in the event, such as a null key: the caller's work matters more than its
            // log
            emitted.add(Counted.ERROR, false);
            dropped.add(Counted.ERROR, false);
            droppedReportable.increment();
        }
    }

    private void take(Service service, Event event, @Nullable TraceContext trace) {
        EventKind kind = kinds.of(event.getClass());
        Severity severity = event.severity();
        kind.series().count(service, severity);
        boolean local = isLocal(event);
        TraceSet now = traces;
        if (now == null) {
            takeUntraced(service, kind, severity, event, trace, local);
            return;
        }
        long admitted = now.admit(kind, event, clock.millis());
        boolean isTaken = true;
        if ((admitted & TraceSet.TAKEN) != 0) {
            put(kind, event, severity, service, 0, trace, true, local);
        } else if (admitted != 0 && kind.sampled()) {
            isTaken = false; // who emits has let all through, for the trace
        } else {
            isTaken = takeUntraced(service, kind, severity, event, trace, local);
        }
        now.settle(admitted, isTaken);
    }

    /** False if it was left out. */
    private boolean takeUntraced(
            Service service,
            EventKind kind,
            Severity severity,
            Event event,
            @Nullable TraceContext trace,
            boolean local) {
        if (!isWanted(kind, severity, local)) {
            return false;
        }
        long leftOut = 0;
        if (kind.throttled()) {
            leftOut = throttle.admit(kind.number(), event.throttleKey(), clock.millis());
            if (leftOut == Throttle.LEAVE_OUT) {
                suppressed.increment();
                return false;
            }
        }
        put(kind, event, severity, service, leftOut, trace, false, local);
        return true;
    }

    private void put(
            EventKind kind,
            Event event,
            Severity severity,
            Service service,
            long leftOut,
            @Nullable TraceContext trace,
            boolean traced,
            boolean local) {
        Occurrence occurrence =
                new Occurrence(
                        kind,
                        event,
                        severity,
                        service,
                        clock.instant(),
                        leftOut,
                        trace,
                        traced,
                        local);
        emitted.add(occurrence.counted(), local);
        if (closed || !queue.offer(occurrence)) {
            lost(occurrence);
        }
    }

    /** What is traced on demand from now on. */
    void trace(@Nullable TraceSet set) {
        traces = set;
    }

    boolean isTraced(String clientId, String remoteAddr, String topicName) {
        TraceSet now = traces;
        return now != null && now.covers(clientId, remoteAddr, topicName);
    }

    /** Tells what the throttle holds of keys that have fallen quiet. */
    void tellSuppressed() {
        throttle.sweep(clock.millis(), this::tell);
    }

    /** The same of all keys, at the end. */
    void tellAllSuppressed() {
        throttle.sweepAll(clock.millis(), this::tell);
    }

    private boolean tell(int type, String key, long leftOut) {
        Event event = new PipelineEvent.EventsSuppressed(kinds.numbered(type).name(), key, leftOut);
        EventKind kind = kinds.of(event.getClass());
        Severity severity = event.severity();
        if (closed || queue.size() >= queue.capacity() || !isWanted(kind, severity, false)) {
            return false;
        }
        kind.series().count(Service.MQTT_BROKER, severity);
        put(kind, event, severity, Service.MQTT_BROKER, 0, null, false, false);
        return true;
    }

    /** Counts what was let in and will reach no sink. */
    void lost(Occurrence occurrence) {
        dropped.add(occurrence.counted(), occurrence.local());
        if (isReportable(occurrence.event())) {
            droppedReportable.increment();
        }
        if (occurrence.event() instanceof PipelineEvent.EventsSuppressed untold) {
            EventKind kind = kinds.named(untold.suppressedEvent());
            if (kind != null) {
                throttle.giveBack(kind.number(), untold.suppressedKey(), untold.leftOut());
            }
        }
        if (occurrence.suppressed() > 0) {
            throttle.giveBack(
                    occurrence.kind().number(),
                    occurrence.event().throttleKey(),
                    occurrence.suppressed());
        }
    }

    private boolean isWanted(EventKind kind, Severity severity, boolean local) {
        return kind.takes(severity) && (!local || isWantedBySink(severity));
    }

    /** Of what is not for the store. */
    private boolean isWantedBySink(Severity severity) {
        for (int i = 0; i < audiences.size(); i++) {
            if (audiences.get(i).takes(Counted.of(severity, false), true)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLocal(Event event) {
        if (event instanceof ForeignEvent.Line line) {
            for (String exporter : EXPORTERS) {
                if (line.logger().startsWith(exporter)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A report of drops that is itself dropped calls for no further report. */
    static boolean isReportable(Event event) {
        return !(event instanceof PipelineEvent.EventsDropped);
    }

    EventQueue queue() {
        return queue;
    }

    Throttle throttle() {
        return throttle;
    }

    Tally emitted() {
        return emitted;
    }

    Tally dropped() {
        return dropped;
    }

    long droppedReportable() {
        return droppedReportable.sum();
    }

    long suppressed() {
        return suppressed.sum();
    }

    EventKinds kinds() {
        return kinds;
    }
}
