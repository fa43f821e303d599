package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.TraceTarget;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Traces on demand: while one lasts, every event about its client, topic or address is taken,
 * whatever level, rate of its key or sampling say, up to a rate of its own. Begin and end are
 * events. Any thread.
 *
 * <p>What is traced is one immutable value, a list of {@link DebugTrace}. In a cluster placement
 * holds it, and each node is handed it by {@link #replace}; the counts are this node's, and each
 * tells at the end what it took itself.
 *
 * <p>Bounds: {@link #MAX} at once, {@link #MAX_TIME} each.
 */
public final class DebugTraces {
    public static final int MAX = TraceSet.MOST;
    public static final Duration MIN_TIME = Duration.ofSeconds(1);
    public static final Duration MAX_TIME = Duration.ofHours(24);
    public static final int DEFAULT_PER_SECOND = 100;
    public static final int MAX_PER_SECOND = ActiveTrace.MOST_PER_SECOND;

    /**
     * One that lasts.
     *
     * @param events taken so far
     * @param leftOut over its rate so far
     */
    public record Status(DebugTrace trace, long events, long leftOut) {}

    /** What became of a wish to trace. */
    public sealed interface Begin {
        record Begun(DebugTrace trace) implements Begin {}

        /**
         * @param detail what is wrong with it
         */
        record Wrong(String detail) implements Begin {}

        /** There are {@link #MAX} already. */
        record TooMany() implements Begin {}
    }

    private final Intake intake;
    private final InstantSource clock;
    private final Supplier<RandomGenerator> chance;
    private final Events own;

    // guarded by this
    private List<ActiveTrace> active = List.of();

    DebugTraces(Intake intake, InstantSource clock, Supplier<RandomGenerator> chance, Events own) {
        this.intake = intake;
        this.clock = clock;
        this.chance = chance;
        this.own = own;
    }

    public synchronized List<Status> list() {
        return active.stream()
                .map(one -> new Status(one.trace(), one.taken(), one.leftOut()))
                .toList();
    }

    /** What is wrong with a wish to trace; null if nothing is. */
    public @Nullable String wrong(TraceTarget kind, String target, Duration time, int perSecond) {
        if (time.compareTo(MIN_TIME) < 0 || time.compareTo(MAX_TIME) > 0) {
            return "the time must be 1s to "
                    + MAX_TIME.toHours()
                    + "h, was "
                    + time.toSeconds()
                    + "s";
        }
        if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
            return "the rate must be 1 to "
                    + MAX_PER_SECOND
                    + " events per second, was "
                    + perSecond;
        }
        try {
            var unused = TraceMatch.of(kind, target);
            return null;
        } catch (IllegalArgumentException wrong) {
            return String.valueOf(wrong.getMessage());
        }
    }

    /** With a name of its own, from now on. Nothing is traced by that alone. */
    public DebugTrace named(TraceTarget kind, String target, Duration time, int perSecond) {
        Instant now = clock.instant();
        String id = HexFormat.of().toHexDigits(chance.get().nextInt());
        return new DebugTrace(id, kind, target, now, now.plus(time), perSecond);
    }

    /** Begins one on this node alone. */
    public Begin begin(TraceTarget kind, String target, Duration time, int perSecond, Admin by) {
        String wrong = wrong(kind, target, time, perSecond);
        if (wrong != null) {
            return new Begin.Wrong(wrong);
        }
        DebugTrace trace = named(kind, target, time, perSecond);
        synchronized (this) {
            if (active.size() >= MAX) {
                return new Begin.TooMany();
            }
            List<DebugTrace> wanted = new ArrayList<>(traces());
            wanted.add(trace);
            replace(wanted, by);
        }
        return new Begin.Begun(trace);
    }

    /** Stops one on this node alone; false if there is none of that name. */
    public synchronized boolean stop(String id, Admin by) {
        List<DebugTrace> wanted =
                traces().stream().filter(trace -> !trace.id().equals(id)).toList();
        if (wanted.size() == active.size()) {
            return false;
        }
        replace(wanted, by);
        return true;
    }

    /** Ends those whose time is over. */
    synchronized void tick(Instant now) {
        List<DebugTrace> lasting = lasting(traces(), now);
        if (lasting.size() < active.size()) {
            become(lasting, Admin.NODE);
        }
    }

    /** The node stops. */
    synchronized void endAll() {
        become(List.of(), Admin.NODE);
    }

    private List<DebugTrace> traces() {
        return active.stream().map(ActiveTrace::trace).toList();
    }

    private static List<DebugTrace> lasting(List<DebugTrace> traces, Instant now) {
        return traces.stream().filter(trace -> now.isBefore(trace.until())).toList();
    }

    /**
     * Makes these the traces that last: begins those that are new, ends those that are missing.
     * Those whose time is over are none, and those after {@link #MAX} neither.
     *
     * @param by who wanted that it is these
     */
    public synchronized void replace(List<DebugTrace> wanted, Admin by) {
        Instant now = clock.instant();
        tick(now);
        become(lasting(wanted, now).stream().limit(MAX).toList(), by);
    }

    private void become(List<DebugTrace> wanted, Admin by) {
        List<ActiveTrace> next = new ArrayList<>();
        List<ActiveTrace> begun = new ArrayList<>();
        List<ActiveTrace> ended = new ArrayList<>(active);
        for (DebugTrace trace : wanted) {
            ActiveTrace lasting =
                    active.stream()
                            .filter(one -> one.trace().equals(trace))
                            .findFirst()
                            .orElse(null);
            if (lasting == null) {
                lasting = new ActiveTrace(trace, TraceMatch.of(trace.kind(), trace.target()));
                begun.add(lasting);
            } else {
                ended.remove(lasting);
            }
            next.add(lasting);
        }
        if (!begun.isEmpty()) {
            // how each type is read is found out here, not by who emits
            intake.kinds().all().forEach(EventKind::subject);
        }
        // told first, so that it stands before what is taken for it
        begun.forEach(one -> tellBegun(one.trace(), by));
        active = List.copyOf(next);
        intake.trace(next.isEmpty() ? null : new TraceSet(next));
        ended.forEach(one -> tellEnded(one, by));
    }

    private void tellBegun(DebugTrace trace, Admin by) {
        own.emit(
                new AuditEvent.TraceBegun(
                        by,
                        trace.id(),
                        trace.kind(),
                        trace.target(),
                        trace.until().toString(),
                        trace.perSecond()));
    }

    private void tellEnded(ActiveTrace one, Admin by) {
        one.end();
        DebugTrace trace = one.trace();
        own.emit(
                new AuditEvent.TraceEnded(
                        by,
                        trace.id(),
                        trace.kind(),
                        trace.target(),
                        Duration.between(trace.begun(), clock.instant()).toMillis(),
                        one.taken(),
                        one.leftOut()));
    }
}
