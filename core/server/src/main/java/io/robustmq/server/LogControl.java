package io.robustmq.server;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.Levels;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Changes while the node runs what is logged: here, or on every node that agrees with this one. Any
 * thread; returns when this node does as it says.
 */
interface LogControl {
    /** What became of a wish. */
    sealed interface Outcome<T> {
        record Done<T>(T value) implements Outcome<T> {}

        /**
         * Nothing was changed.
         *
         * @param status of HTTP
         */
        record Refused<T>(int status, String why) implements Outcome<T> {}
    }

    Outcome<DebugTrace> beginTrace(
            TraceTarget kind, String target, Duration time, int perSecond, Admin by);

    /** Its id is the value. */
    Outcome<String> stopTrace(String id, Admin by);

    /**
     * @param level null for the one that the category has without being told
     * @param limit zero for none
     */
    Outcome<Levels.Level> setLevel(
            String category, @Nullable Severity level, Duration limit, Admin by);

    static <T> Outcome<T> noTrace(String id) {
        return new Outcome.Refused<>(404, "there is no trace " + id);
    }

    static <T> Outcome<T> tooManyTraces(int most) {
        return new Outcome.Refused<>(409, "at most " + most + " traces at once, stop one first");
    }
}
