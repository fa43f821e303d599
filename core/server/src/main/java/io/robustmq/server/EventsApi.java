package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import io.robustmq.eventlog.EventQuery;
import io.robustmq.eventlog.EventQueryParser;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.telemetry.event.Events;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/events}: what {@link EventQueryParser} takes as parameters, answered as one
 * JSON object, as lines ({@code Accept: application/x-ndjson}), or followed as server-sent events
 * ({@code Accept: text/event-stream} or {@code follow=true}). Any thread.
 */
final class EventsApi {
    static final String PATH = "/api/v1/events";
    static final String LINES = "application/x-ndjson";
    static final String STREAM = "text/event-stream";

    // of an answer in lines, which has no other place for it
    static final String NEXT = "Robustmq-Next";
    static final String MORE = "Robustmq-More";
    static final String END = "Robustmq-End";
    static final String GAPS = "Robustmq-Gaps";

    /** Each has a thread and reads all events; one more gets 429. */
    static final int MAX_FOLLOWERS = 16;

    private static final int RETRY_SECONDS = 10;

    private final EventSearch search;
    private final InstantSource clock;
    private final Events events;
    private final Semaphore followers = new Semaphore(MAX_FOLLOWERS);

    EventsApi(EventSearch search, InstantSource clock, Events events) {
        this.search = search;
        this.clock = clock;
        this.events = events;
    }

    HttpRoute route() {
        return HttpRoute.get(PATH, this::answer);
    }

    private void answer(HttpExchange exchange, HttpWatch watch) throws IOException {
        Map<String, List<String>> given = parameters(exchange.getRequestURI().getRawQuery());
        String accept = String.valueOf(exchange.getRequestHeaders().getFirst("Accept"));
        List<String> follow = given.remove("follow");
        if (follow != null && !follow.equals(List.of("true")) && !follow.equals(List.of("false"))) {
            HttpAnswers.refuse(
                    exchange, 400, "follow must be true or false, was " + String.join(",", follow));
            return;
        }
        boolean live = follow == null ? accept.contains(STREAM) : follow.contains("true");
        EventQueryParser parser =
                new EventQueryParser(
                        given, name -> name, clock.instant(), ZoneOffset.UTC, EventQuery.MAX_LIMIT);
        switch (parser.parse()) {
            case EventQueryParser.Wrong(String line) -> HttpAnswers.refuse(exchange, 400, line);
            case EventQueryParser.Right(EventQuery query) -> {
                if (live) {
                    follow(exchange, query, given.containsKey("from"), watch);
                } else {
                    page(exchange, search.page(query), accept.contains(LINES));
                }
            }
        }
    }

    /** Of the form {@code a=b&c=d}; null if there are none. */
    static Map<String, List<String>> parameters(@Nullable String rawQuery) {
        Map<String, List<String>> given = new LinkedHashMap<>();
        if (rawQuery == null || rawQuery.isEmpty()) {
            return given;
        }
        for (String pair : rawQuery.split("&")) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            given.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
        }
        return given;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    // One part of an answer

    private void page(HttpExchange exchange, EventSearch.Page page, boolean lines)
            throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (lines) {
            for (EventSearch.Found event : page.events()) {
                body.writeBytes(event.json());
                body.write('\n');
            }
            exchange.getResponseHeaders().set(NEXT, "" + page.next());
            exchange.getResponseHeaders().set(MORE, "" + page.more());
            exchange.getResponseHeaders().set(END, "" + search.nextSeq());
            exchange.getResponseHeaders()
                    .set(
                            GAPS,
                            page.gaps().stream()
                                    .map(gap -> gap.from() + "-" + gap.to())
                                    .collect(Collectors.joining(",")));
            HttpAnswers.send(exchange, 200, LINES, body.toByteArray());
            return;
        }
        body.writeBytes(utf8("{\"events\":["));
        String comma = "\n";
        for (EventSearch.Found event : page.events()) {
            body.writeBytes(utf8(comma));
            body.writeBytes(event.json());
            comma = ",\n";
        }
        String gaps = page.gaps().stream().map(EventsApi::json).collect(Collectors.joining(","));
        body.writeBytes(
                utf8(
                        "],\n\"next\":"
                                + page.next()
                                + ",\"more\":"
                                + page.more()
                                + ",\"gaps\":["
                                + gaps
                                + "]}\n"));
        HttpAnswers.send(exchange, 200, "application/json", body.toByteArray());
    }

    static String json(EventSearch.Gap gap) {
        return "{\"from\":"
                + gap.from()
                + ",\"to\":"
                + gap.to()
                + ",\"reason\":"
                + HttpAnswers.quoted(gap.reason())
                + '}';
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    // What comes

    private void follow(
            HttpExchange exchange, EventQuery query, boolean isFromSaid, HttpWatch watch)
            throws IOException {
        if (!followers.tryAcquire()) {
            exchange.getResponseHeaders().set("Retry-After", "" + RETRY_SECONDS);
            HttpAnswers.refuse(
                    exchange,
                    429,
                    "at most " + MAX_FOLLOWERS + " may follow the events of a node at once");
            return;
        }
        try {
            String last = exchange.getRequestHeaders().getFirst("Last-Event-ID");
            long from;
            try {
                from = last == null ? search.nextSeq() : Long.parseLong(last) + 1;
            } catch (NumberFormatException noNumber) {
                HttpAnswers.refuse(
                        exchange, 400, "Last-Event-ID must be a sequence number, was " + last);
                return;
            }
            if (last == null && isFromSaid) {
                from = query.from();
            }
            new EventStream(exchange, watch, events).send(search.follow(query, from), from);
        } finally {
            followers.release();
        }
    }
}
