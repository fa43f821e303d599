package io.robustmq.server;

import static java.util.stream.Collectors.joining;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request that changes or shows how the node is administered: who asks, and what. The parameters
 * may be in the URL, in a body of the form {@code a=b&c=d}, or in both.
 */
final class AdminRequest {
    /** What is beyond it is not read. */
    static final int MAX_BODY_BYTES = 64 << 10;

    private final HttpExchange exchange;
    private final Events events;
    private final Map<String, List<String>> parameters;
    private final String body;
    private final boolean isCut;

    private AdminRequest(
            HttpExchange exchange,
            Events events,
            Map<String, List<String>> parameters,
            String body,
            boolean isCut) {
        this.exchange = exchange;
        this.events = events;
        this.parameters = parameters;
        this.body = body;
        this.isCut = isCut;
    }

    static AdminRequest of(HttpExchange exchange, Events events) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES);
        String text = new String(body, StandardCharsets.UTF_8).strip();
        Map<String, List<String>> parameters =
                EventsApi.parameters(exchange.getRequestURI().getRawQuery());
        if (!isJson(exchange)) {
            EventsApi.parameters(text).forEach(parameters::put);
        }
        boolean isCut = exchange.getRequestBody().read() >= 0;
        return new AdminRequest(exchange, events, parameters, text, isCut);
    }

    private static boolean isJson(HttpExchange exchange) {
        return String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"))
                .startsWith("application/json");
    }

    /** Whether the body says that it is JSON; then it has no parameters. */
    boolean isJson() {
        return isJson(exchange);
    }

    String body() {
        return body;
    }

    /** Whether the body was larger than what is read of one. */
    boolean isCut() {
        return isCut;
    }

    /** All that are given, in their order. */
    Map<String, List<String>> parameters() {
        return parameters;
    }

    /** Who made a request, at whichever path. */
    static Admin admin(HttpExchange exchange, String who) {
        InetSocketAddress remote = exchange.getRemoteAddress();
        String address =
                remote.isUnresolved()
                        ? ""
                        : remote.getAddress().getHostAddress() + ":" + remote.getPort();
        return new Admin(who, address, Admin.Outcome.DONE);
    }

    Admin admin() {
        return admin(exchange, Admin.withToken("").who());
    }

    /** Empty if it is not given. */
    String text(String name) {
        List<String> values = parameters.get(name);
        return values == null ? "" : values.getLast();
    }

    /** {@code otherwise} if it is not given; null if it is none. */
    @Nullable Duration time(String name, Duration otherwise, Duration most) {
        String written = text(name);
        return written.isEmpty()
                ? otherwise
                : (Duration) new ValueKind.Span(Duration.ofSeconds(1), most).read(written);
    }

    /** The name of a parameter that is none of these; null if there is none. */
    @Nullable String unknown(String... known) {
        Map<String, List<String>> rest = new LinkedHashMap<>(parameters);
        rest.keySet().removeAll(List.of(known));
        return rest.isEmpty() ? null : rest.keySet().iterator().next();
    }

    boolean isText() {
        return String.valueOf(exchange.getRequestHeaders().getFirst("Accept"))
                .contains("text/plain");
    }

    String method() {
        return exchange.getRequestMethod();
    }

    /** As a table if that was asked for. */
    void answer(String json, String table) throws IOException {
        if (isText()) {
            HttpAnswers.send(exchange, 200, "text/plain", table);
        } else {
            HttpAnswers.send(exchange, 200, "application/json", json + "\n");
        }
    }

    /**
     * A list, {@code {"name":[…]}}.
     *
     * @param none what the table says if it is empty
     */
    <T> void answer(
            String name,
            List<T> all,
            Function<T, String> json,
            Function<T, String> line,
            String none)
            throws IOException {
        answer(
                "{\"" + name + "\":[" + all.stream().map(json).collect(joining(",")) + "]}",
                all.isEmpty() ? none : all.stream().map(line).collect(joining()));
    }

    /** What was to be changed is not: that is an event, too. */
    void refuse(int status, String why) throws IOException {
        events.emit(
                new AuditEvent.RequestRefused(
                        admin().refused(),
                        method() + " " + exchange.getRequestURI().getPath(),
                        why));
        HttpAnswers.refuse(exchange, status, why);
    }
}
