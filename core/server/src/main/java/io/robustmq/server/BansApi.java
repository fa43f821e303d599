package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.broker.Bans;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may not connect for a while: {@code GET /api/v1/bans} shows them; {@code POST} with {@code
 * client} or {@code address}, {@code for} and {@code reason} adds one; {@code DELETE} with {@code
 * client} or {@code address} lifts one. Any thread.
 */
final class BansApi {
    static final String PATH = "/api/v1/bans";

    private static final Duration USUAL_TIME = Duration.ofHours(1);
    private static final int MAX_REASON_CHARS = 200;

    private final Supplier<Bans> bans;
    private final Events events;

    BansApi(Supplier<Bans> bans, Events events) {
        this.bans = bans;
        this.events = events;
    }

    HttpRoute route() {
        return new HttpRoute(PATH, Set.of("GET", "POST", "DELETE"), this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        AdminRequest request = AdminRequest.of(exchange, events);
        switch (request.method()) {
            case "POST" -> add(request);
            case "DELETE" -> lift(request);
            default ->
                    request.answer(
                            "bans",
                            bans.get().list(),
                            BansApi::json,
                            BansApi::line,
                            "nobody is banned\n");
        }
    }

    private record Target(BanKind kind, String text) {}

    private void add(AdminRequest request) throws IOException {
        String unknown = request.unknown("client", "address", "for", "reason");
        if (unknown != null) {
            request.refuse(
                    400, "no parameter " + unknown + ", there is client, address, for, reason");
            return;
        }
        Target target = target(request);
        if (target == null) {
            return;
        }
        Duration time = request.time("for", USUAL_TIME, Bans.MAX_TIME);
        if (time == null) {
            request.refuse(400, "for must be 1s to 365d, was " + request.text("for"));
            return;
        }
        String reason = request.text("reason");
        if (reason.length() > MAX_REASON_CHARS) {
            request.refuse(
                    400,
                    "reason must have at most "
                            + MAX_REASON_CHARS
                            + " characters, has "
                            + reason.length());
            return;
        }
        Bans.Ban ban = bans.get().add(target.kind, target.text, reason, time);
        events.emit(
                new AuditEvent.BanAdded(
                        request.admin(), ban.kind(), ban.target(), reason, ban.until().toString()));
        request.answer(json(ban), line(ban));
    }

    private void lift(AdminRequest request) throws IOException {
        Target target = target(request);
        if (target == null) {
            return;
        }
        Bans.Ban ban = bans.get().lift(target.kind, target.text);
        if (ban == null) {
            request.refuse(404, name(target.kind) + " " + target.text + " is not banned");
            return;
        }
        events.emit(new AuditEvent.BanLifted(request.admin(), ban.kind(), ban.target()));
        request.answer(
                "{\"lifted\":" + json(ban) + "}",
                "lifted: " + name(ban.kind()) + " " + ban.target() + "\n");
    }

    /** Null if it is not one, which is answered. */
    private static @Nullable Target target(AdminRequest request) throws IOException {
        String client = request.text("client");
        String address = request.text("address");
        if (client.isEmpty() == address.isEmpty()) {
            request.refuse(400, "needs one of client and address");
            return null;
        }
        if (!client.isEmpty()) {
            return new Target(BanKind.CLIENT, client);
        }
        try {
            InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(address), 0);
            return new Target(BanKind.ADDRESS, Bans.target(remote));
        } catch (IllegalArgumentException notAnAddress) {
            request.refuse(400, "address must be such as 10.0.0.7 or 2001:db8::1, was " + address);
            return null;
        }
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String json(Bans.Ban ban) {
        return "{\""
                + name(ban.kind())
                + "\":"
                + HttpAnswers.quoted(ban.target())
                + ",\"cause\":\""
                + name(ban.cause())
                + "\",\"reason\":"
                + HttpAnswers.quoted(ban.reason())
                + ",\"begun\":\""
                + ban.begun()
                + "\",\"until\":\""
                + ban.until()
                + "\"}";
    }

    private static String line(Bans.Ban ban) {
        return name(ban.kind())
                + " "
                + ban.target()
                + " until "
                + ban.until().truncatedTo(ChronoUnit.SECONDS)
                + ", "
                + name(ban.cause())
                + (ban.reason().isEmpty() ? "" : ": " + ban.reason())
                + "\n";
    }
}
