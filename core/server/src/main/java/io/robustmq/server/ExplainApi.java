package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventQueryParser;
import io.robustmq.eventlog.Explainer;
import io.robustmq.eventlog.Explanation;
import io.robustmq.eventlog.ExplanationJson;
import io.robustmq.eventlog.ExplanationText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/explain/client/{id}} and {@code /message/{trace}}: what became of it, as one
 * JSON object, or for people ({@code Accept: text/plain}). Any thread.
 */
final class ExplainApi {
    static final String PATH = "/api/v1/explain/";
    static final String TEXT = "text/plain";

    private static final Set<String> PARAMETERS =
            Set.of("since", "topic", "client_id", "zone", "color");

    private final Explainer.Pages pages;
    private final Explainer.Hash hash;
    private final InstantSource clock;

    ExplainApi(Explainer.Pages pages, Explainer.Hash hash, InstantSource clock) {
        this.pages = pages;
        this.hash = hash;
        this.clock = clock;
    }

    HttpRoute route() {
        return HttpRoute.below(PATH, this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        Map<String, List<String>> given =
                EventsApi.parameters(exchange.getRequestURI().getRawQuery());
        String rest = exchange.getRequestURI().getPath().substring(PATH.length());
        for (String name : given.keySet()) {
            if (!PARAMETERS.contains(name)) {
                HttpAnswers.refuse(exchange, 400, "unknown parameter " + name);
                return;
            }
        }
        ZoneId zone;
        try {
            zone = ZoneId.of(one(given, "zone", ZoneOffset.UTC.getId()));
        } catch (DateTimeException unknown) {
            HttpAnswers.refuse(exchange, 400, "zone must be one such as Europe/Berlin or +01:00");
            return;
        }
        Map<String, List<String>> since = new LinkedHashMap<>(given);
        since.keySet().retainAll(Set.of("since"));
        EventQueryParser parser =
                new EventQueryParser(
                        since, name -> name, clock.instant(), zone, EventQuery.MAX_LIMIT);
        switch (parser.parse()) {
            case EventQueryParser.Wrong(String line) -> HttpAnswers.refuse(exchange, 400, line);
            case EventQueryParser.Right(EventQuery query) -> {
                Explainer explainer = new Explainer(pages, hash, clock, zone);
                Explanation explained = explain(explainer, rest, given, query.since());
                if (explained == null) {
                    HttpAnswers.refuse(
                            exchange,
                            404,
                            "there is "
                                    + PATH
                                    + "client/{id}, "
                                    + PATH
                                    + "message/{trace}, and "
                                    + PATH
                                    + "message?topic={topic}");
                } else {
                    send(exchange, explained, zone, one(given, "color", "").equals("true"));
                }
            }
        }
    }

    private static @Nullable Explanation explain(
            Explainer explainer,
            String rest,
            Map<String, List<String>> given,
            @Nullable Instant since)
            throws IOException {
        String waiting = given.containsKey("client_id") ? one(given, "client_id", "") : null;
        String topic = one(given, "topic", "");
        if (rest.startsWith("client/") && rest.length() > 7) {
            return explainer.client(rest.substring(7), since);
        }
        if (rest.startsWith("message/") && rest.length() > 8) {
            return explainer.message(rest.substring(8), waiting);
        }
        return rest.equals("message") && !topic.isEmpty()
                ? explainer.topic(topic, since, waiting)
                : null;
    }

    private static String one(Map<String, List<String>> given, String name, String otherwise) {
        List<String> values = given.get(name);
        return values == null ? otherwise : values.getLast();
    }

    private void send(HttpExchange exchange, Explanation explained, ZoneId zone, boolean colours)
            throws IOException {
        String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
        if (accept.contains(TEXT)) {
            String text = new ExplanationText(clock.instant(), zone, colours).of(explained);
            HttpAnswers.send(exchange, 200, TEXT, text);
        } else {
            String json = new String(ExplanationJson.of(explained), StandardCharsets.UTF_8);
            HttpAnswers.send(exchange, 200, "application/json", json + "\n");
        }
    }
}
