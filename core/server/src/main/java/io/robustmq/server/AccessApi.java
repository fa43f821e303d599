package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code POST /api/v1/access/reload} reads the password file and the ACL file now, not a few
 * seconds later. Any thread.
 */
final class AccessApi {
    static final String RELOAD = "/api/v1/access/reload";

    private static final int UNPROCESSABLE = 422;

    private final AccessControl access;
    private final Events events;

    AccessApi(AccessControl access, Events events) {
        this.access = access;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(RELOAD, Set.of("POST"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest request = AdminRequest.of(exchange, events);
        AccessControl.Checked checked = access.check(true);
        if (!checked.problems().isEmpty()) {
            request.refuse(
                    UNPROCESSABLE,
                    "what held before holds on: "
                            + checked.problems().stream()
                                    .map(ConfigProblem::line)
                                    .collect(Collectors.joining("; ")));
            return;
        }
        events.emit(new AuditEvent.AccessReloaded(request.admin(), checked.changed()));
        request.answer(
                "{\"changed\":" + checked.changed() + "}",
                checked.changed() == 0
                        ? "nothing had changed\n"
                        : "files that had changed and are in force now: "
                                + checked.changed()
                                + "\n");
    }
}
