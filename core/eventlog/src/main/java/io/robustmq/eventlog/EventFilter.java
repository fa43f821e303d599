package io.robustmq.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a stored event is one that a query wants: its header first, then as much of its
 * JSON as is needed. Any thread.
 */
final class EventFilter {
    /** As events have times, so that texts compare as times do. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private static final JsonFactory JSON = new JsonFactory();

    private final EventQuery query;
    private final @Nullable String since;
    private final @Nullable String until;

    /** How many fields have to be looked at. */
    private final int fields;

    EventFilter(EventQuery query) {
        this.query = query;
        since = text(query.since());
        until = text(query.until());
        fields =
                (query.events().isEmpty() ? 0 : 1)
                        + (query.clientId() == null ? 0 : 1)
                        + (query.topic() == null ? 0 : 1)
                        + (query.connectionId() == null ? 0 : 1)
                        + (query.address() == null ? 0 : 1)
                        + (query.traceId() == null ? 0 : 1)
                        + (since == null && until == null ? 0 : 1);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : TIME.format(time);
    }

    /**
     * @throws IOException if it is no event, or one of a newer node
     */
    boolean wants(ByteBuffer record) throws IOException {
        int jsonAt = StoredEvent.jsonAt(record);
        if (StoredEvent.severity(record).compareTo(query.level()) < 0) {
            return false;
        }
        if (fields == 0) {
            return true;
        }
        int start = record.arrayOffset() + record.position() + jsonAt;
        int length = record.remaining() - jsonAt;
        try (JsonParser json = JSON.createParser(record.array(), start, length)) {
            return wants(json);
        }
    }

    private boolean wants(JsonParser json) throws IOException {
        int left = fields;
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("an event is a JSON object, was " + json.currentToken());
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            boolean looked =
                    switch (name) {
                        case "time" -> since != null || until != null;
                        case "event" -> !query.events().isEmpty();
                        case "client_id" -> query.clientId() != null;
                        case "topic_name" -> query.topic() != null;
                        case "connection_id" -> query.connectionId() != null;
                        case "remote_addr" -> query.address() != null;
                        case "trace_id" -> query.traceId() != null;
                        default -> false;
                    };
            if (!looked) {
                json.skipChildren();
                continue;
            }
            if (!wants(name, json.getText())) {
                return false;
            }
            if (--left == 0) {
                return true;
            }
        }
        return false;
    }

    private boolean wants(String field, String value) {
        return switch (field) {
            case "time" ->
                    (since == null || value.compareTo(since) >= 0)
                            && (until == null || value.compareTo(until) < 0);
            case "event" -> query.events().stream().anyMatch(glob -> glob.matches(value));
            case "client_id" -> value.equals(query.clientId());
            case "topic_name" -> query.topic() != null && query.topic().matches(value);
            case "connection_id" -> value.equals(String.valueOf(query.connectionId()));
            case "remote_addr" -> query.address() != null && query.address().matches(value);
            default -> value.equals(query.traceId());
        };
    }
}
