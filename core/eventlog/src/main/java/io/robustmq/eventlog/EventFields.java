package io.robustmq.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * An event's fields as texts, in their order. Immutable.
 *
 * @param texts those that are texts in JSON too, and so may hold anything
 */
public record EventFields(Map<String, String> all, Set<String> texts) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * @throws IOException if it is not an object of texts, numbers and truths
     */
    public static EventFields of(byte[] json) throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        Set<String> texts = new HashSet<>();
        try (JsonParser in = JSON.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("an event is a JSON object, was " + in.currentToken());
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                JsonToken value = in.nextToken();
                if (!value.isScalarValue()) {
                    throw new IOException("field " + name + " of an event is no single value");
                }
                all.put(name, in.getText());
                if (value == JsonToken.VALUE_STRING) {
                    texts.add(name);
                }
            }
        }
        return new EventFields(all, texts);
    }

    /** Empty if it has no such field. */
    public String get(String name) {
        return all.getOrDefault(name, "");
    }

    /** 0 if it has no such field, or that is no whole number. */
    public long number(String name) {
        try {
            return Long.parseLong(get(name));
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    public Instant time() {
        return OffsetDateTime.parse(get("time")).toInstant();
    }
}
