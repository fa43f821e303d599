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
 * What emitting does on the thread that emits: count, throttle, put into the queue. Never blocks
 * and never throws.
 */
final class Intake {
    /** Loggers of what sends to collectors: their lines must not go where they came from. */
    private static final List<String> EXPORTERS =
            List.of("io.opentelemetry.", "okhttp3.", "org.komamitsu.");

    private final InstantSource clock;
    private final EventKinds kinds = new EventKinds();
    private final Throttle throttle;
    private final Ring<Occurrence> ring;

    /** Let through the throttle, and taken by at least one sink. */
    private final Tally emitted = new Tally();

    /** Of those, for which the queue had no room. */
    private final Tally dropped = new Tally();

    private final LongAdder droppedReportable = new LongAdder();
    private final LongAdder suppressed = new LongAdder();

    /** Only what one of these takes is put into the queue. */
    private final List<Audience> audiences;

    private volatile boolean closed;

    Intake(PipelineSettings.Intake settings, List<Audience> audiences, InstantSource clock) {

        this.audiences = List.copyOf(audiences);
        this.clock = clock;
        this.throttle =
                new Throttle(EventKinds.MAX, settings.perKeyPerSecond(), settings.maxKeys());
        this.ring = new Ring<>(settings.queueCapacity());
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
            emitted.add(Severity.ERROR, false);
            dropped.add(Severity.ERROR, false);
            droppedReportable.increment();
        }
    }

    private void take(Service service, Event event, @Nullable TraceContext trace) {
        EventKind kind = kinds.of(event.getClass());
        Severity severity = event.severity();
        kind.series().count(service, severity);
        boolean local = isLocal(event);
        if (!isWanted(severity, local)) {
            return;
        }
        long leftOut = 0;
        if (kind.throttled()) {
            leftOut = throttle.admit(kind.number(), event.throttleKey(), clock.millis());
            if (leftOut == Throttle.LEAVE_OUT) {
                suppressed.increment();
                return;
            }
        }
        emitted.add(severity, local);
        Occurrence occurrence =
                new Occurrence(
                        kind, event, severity, service, clock.instant(), leftOut, trace, local);
        if (closed || !ring.offer(occurrence)) {
            lost(occurrence);
        }
    }

    /** Counts what was let in and will reach no sink. */
    void lost(Occurrence occurrence) {
        dropped.add(occurrence.severity(), occurrence.local());
        if (isReportable(occurrence.event())) {
            droppedReportable.increment();
        }
        if (occurrence.suppressed() > 0) {
            throttle.giveBack(
                    occurrence.kind().number(),
                    occurrence.event().throttleKey(),
                    occurrence.suppressed());
        }
    }

    private boolean isWanted(Severity severity, boolean local) {
        for (int i = 0; i < audiences.size(); i++) {
            if (audiences.get(i).takes(severity, local)) {
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

    Ring<Occurrence> ring() {
        return ring;
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
