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
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Traces on demand: while one lasts, every event about its client, topic or address is taken,
 * whatever level, rate of its key or sampling say, up to a rate of its own. Begin and end are
 * events. Any thread.
 *
 * <p>What is traced is one immutable value, a list of {@link DebugTrace}; the counts are this
 * node's. For a cluster the list would come from the placement center, each node would hand it to
 * {@link #replace}, and each would tell at the end what it took itself.
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

    public Begin begin(TraceTarget kind, String target, Duration time, int perSecond, Admin by) {
        if (time.compareTo(MIN_TIME) < 0 || time.compareTo(MAX_TIME) > 0) {
            return new Begin.Wrong(
                    "the time must be 1s to "
                            + MAX_TIME.toHours()
                            + "h, was "
                            + time.toSeconds()
                            + "s");
        }
        if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
            return new Begin.Wrong(
                    "the rate must be 1 to "
                            + MAX_PER_SECOND
                            + " events per second, was "
                            + perSecond);
        }
        try {
            var unused = TraceMatch.of(kind, target);
        } catch (IllegalArgumentException wrong) {
            return new Begin.Wrong(String.valueOf(wrong.getMessage()));
        }
        // how each type is read is found out here, not by who emits
        intake.kinds().all().forEach(EventKind::subject);
        Instant now = clock.instant();
        String id = HexFormat.of().toHexDigits(chance.get().nextInt());
        DebugTrace trace = new DebugTrace(id, kind, target, now, now.plus(time), perSecond);
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

    /** False if there is none of that name. */
    public boolean stop(String id, Admin by) {
        return end(trace -> trace.id().equals(id), by);
    }

    /** Ends those whose time is over. */
    void tick(Instant now) {
        end(trace -> !now.isBefore(trace.until()), Admin.NODE);
    }

    /** The node stops. */
    void endAll() {
        end(trace -> true, Admin.NODE);
    }

    private synchronized boolean end(Predicate<DebugTrace> which, Admin by) {
        List<DebugTrace> wanted = traces().stream().filter(which.negate()).toList();
        if (wanted.size() == active.size()) {
            return false;
        }
        replace(wanted, by);
        return true;
    }

    private List<DebugTrace> traces() {
        return active.stream().map(ActiveTrace::trace).toList();
    }

    /** Makes these the traces that last: begins those that are new, ends those that are missing. */
    private void replace(List<DebugTrace> wanted, Admin by) {
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
