package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.Levels;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/**
 * {@code GET /api/v1/levels} shows from which level up events are taken; {@code PUT} with {@code
 * category}, {@code level} and, for a while, {@code for} changes it. Any thread.
 */
final class LevelsApi {
    static final String PATH = "/api/v1/levels";

    /** In place of a level: the one that it has without being told. */
    static final String DEFAULT = "default";

    private final Levels levels;
    private final LogControl control;
    private final Events events;

    LevelsApi(Levels levels, LogControl control, Events events) {
        this.levels = levels;
        this.control = control;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(PATH, Set.of("GET", "PUT"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest request = AdminRequest.of(exchange, events);
        if (request.method().equals("PUT")) {
            change(request);
        } else {
            request.answer("levels", levels.list(), LevelsApi::json, LevelsApi::line, "");
        }
    }

    private void change(AdminRequest request) throws IOException {
        String unknown = request.unknown("category", "level", "for");
        if (unknown != null) {
            request.refuse(400, "no parameter " + unknown + ", there is category, level and for");
            return;
        }
        String category = request.text("category");
        String text = request.text("level");
        Severity level = Levels.severity(text);
        if (category.isEmpty() || level == null && !text.equals(DEFAULT)) {
            request.refuse(
                    400,
                    "needs a category and a level: debug, info, warn, error or default, was \""
                            + text
                            + '"');
            return;
        }
        Duration limit = request.time("for", Duration.ZERO, Levels.MAX_LIMIT);
        if (limit == null) {
            request.refuse(400, "for must be 1s to 7d, was " + request.text("for"));
            return;
        }
        switch (control.setLevel(category, level, limit, request.admin())) {
            case LogControl.Outcome.Done<Levels.Level>(Levels.Level now) ->
                    request.answer(json(now), line(now));
            case LogControl.Outcome.Refused<Levels.Level>(int status, String why) ->
                    request.refuse(status, why);
        }
    }

    private static String json(Levels.Level level) {
        Instant until = level.until();
        Severity then = level.then();
        return "{\"category\":"
                + HttpAnswers.quoted(level.category())
                + ",\"level\":\""
                + Levels.name(level.level())
                + "\",\"own\":"
                + level.own()
                + (until == null || then == null
                        ? ""
                        : ",\"until\":\"" + until + "\",\"then\":\"" + Levels.name(then) + '"')
                + "}";
    }

    private static String line(Levels.Level level) {
        Instant until = level.until();
        Severity then = level.then();
        String name = level.category();
        return name
                + " ".repeat(Math.max(1, 16 - name.length()))
                + Levels.name(level.level())
                + (until == null || then == null
                        ? ""
                        : " until "
                                + until.truncatedTo(ChronoUnit.SECONDS)
                                + ", then "
                                + Levels.name(then))
                + "\n";
    }
}
