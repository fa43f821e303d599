package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.TraceTarget;
import io.robustmq.telemetry.pipeline.DebugTrace;
import io.robustmq.telemetry.pipeline.DebugTraces;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Traces on demand: {@code GET /api/v1/traces} shows those that last, with this node's counts;
 * {@code POST} with {@code client}, {@code topic} or {@code address}, {@code for} and {@code rate}
 * begins one; {@code DELETE} with {@code id} stops one. Any thread.
 */
final class TracesApi {
    static final String PATH = "/api/v1/traces";

    private static final Duration USUAL_TIME = Duration.ofMinutes(10);

    private final DebugTraces traces;
    private final LogControl control;
    private final Events events;

    TracesApi(DebugTraces traces, LogControl control, Events events) {
        this.traces = traces;
        this.control = control;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(PATH, Set.of("GET", "POST", "DELETE"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest request = AdminRequest.of(exchange, events);
        switch (request.method()) {
            case "POST" -> begin(request);
            case "DELETE" -> stop(request);
            default ->
                    request.answer(
                            "traces",
                            traces.list(),
                            TracesApi::json,
                            TracesApi::line,
                            "nothing is traced\n");
        }
    }

    private void begin(AdminRequest request) throws IOException {
        String unknown = request.unknown("client", "topic", "address", "for", "rate");
        if (unknown != null) {
            request.refuse(
                    400,
                    "no parameter " + unknown + ", there is client, topic, address, for, rate");
            return;
        }
        TraceTarget kind = only(request);
        if (kind == null) {
            request.refuse(400, "needs one of client, topic and address");
            return;
        }
        Duration time = request.time("for", USUAL_TIME, DebugTraces.MAX_TIME);
        if (time == null) {
            request.refuse(400, "for must be 1s to 24h, was " + request.text("for"));
            return;
        }
        String rate = request.text("rate");
        int perSecond;
        try {
            perSecond = rate.isEmpty() ? DebugTraces.DEFAULT_PER_SECOND : Integer.parseInt(rate);
        } catch (NumberFormatException noNumber) {
            request.refuse(400, "rate must be events per second, was " + rate);
            return;
        }
        String target = request.text(name(kind));
        switch (control.beginTrace(kind, target, time, perSecond, request.admin())) {
            case LogControl.Outcome.Done<DebugTrace>(DebugTrace trace) -> {
                DebugTraces.Status fresh = new DebugTraces.Status(trace, 0, 0);
                request.answer(json(fresh), line(fresh));
            }
            case LogControl.Outcome.Refused<DebugTrace>(int status, String why) ->
                    request.refuse(status, why);
        }
    }

    /** Null if there is none, or more than one. */
    private static @Nullable TraceTarget only(AdminRequest request) {
        TraceTarget found = null;
        for (TraceTarget kind : TraceTarget.values()) {
            if (!request.text(name(kind)).isEmpty()) {
                if (found != null) {
                    return null;
                }
                found = kind;
            }
        }
        return found;
    }

    private void stop(AdminRequest request) throws IOException {
        String id = request.text("id");
        switch (control.stopTrace(id, request.admin())) {
            case LogControl.Outcome.Done<String>(String stopped) ->
                    request.answer(
                            "{\"stopped\":" + HttpAnswers.quoted(stopped) + "}",
                            "stopped " + stopped + "\n");
            case LogControl.Outcome.Refused<String>(int status, String why) ->
                    request.refuse(status, why);
        }
    }

    private static String name(TraceTarget kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static String json(DebugTraces.Status status) {
        DebugTrace trace = status.trace();
        return "{\"id\":\""
                + trace.id()
                + "\",\""
                + name(trace.kind())
                + "\":"
                + HttpAnswers.quoted(trace.target())
                + ",\"begun\":\""
                + trace.begun()
                + "\",\"until\":\""
                + trace.until()
                + "\",\"rate\":"
                + trace.perSecond()
                + ",\"events\":"
                + status.events()
                + ",\"left_out\":"
                + status.leftOut()
                + "}";
    }

    private static String line(DebugTraces.Status status) {
        DebugTrace trace = status.trace();
        return trace.id()
                + "  "
                + name(trace.kind())
                + " "
                + HttpAnswers.printable(trace.target())
                + " until "
                + trace.until().truncatedTo(ChronoUnit.SECONDS)
                + ", at most "
                + trace.perSecond()
                + " events/s, "
                + status.events()
                + " taken, "
                + status.leftOut()
                + " left out\n";
    }
}
