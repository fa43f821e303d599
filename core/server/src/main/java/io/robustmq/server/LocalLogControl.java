package io.robustmq.server;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.DebugTraces;
import io.robustmq.telemetry.pipeline.Levels;
import io.robustmq.telemetry.pipeline.Pipeline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Of a node without placement: for itself, and until it stops. */
final class LocalLogControl implements LogControl {
    private final DebugTraces traces;
    private final Levels levels;

    LocalLogControl(Pipeline to) {
        this.traces = to.traces();
        this.levels = to.levels();
    }

    @Override
    public Outcome<DebugTrace> beginTrace(
            TraceTarget kind, String target, Duration time, int perSecond, Admin by) {
        return switch (traces.begin(kind, target, time, perSecond, by)) {
            case DebugTraces.Begin.Begun(DebugTrace trace) -> new Outcome.Done<>(trace);
            case DebugTraces.Begin.Wrong(String why) -> new Outcome.Refused<>(400, why);
            case DebugTraces.Begin.TooMany() -> LogControl.tooManyTraces(DebugTraces.MAX);
        };
    }

    @Override
    public Outcome<String> stopTrace(String id, Admin by) {
        return traces.stop(id, by) ? new Outcome.Done<>(id) : LogControl.noTrace(id);
    }

    @Override
    public Outcome<Levels.Level> setLevel(
            String category, @Nullable Severity level, Duration limit, Admin by) {
        return switch (levels.change(category, level, limit, by)) {
            case Levels.Change.Done(Levels.Level now) -> new Outcome.Done<>(now);
            case Levels.Change.Refused(String why) -> new Outcome.Refused<>(400, why);
        };
    }
}
