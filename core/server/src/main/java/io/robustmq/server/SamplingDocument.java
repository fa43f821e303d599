package io.robustmq.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.telemetry.pipeline.Sampling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.EnumMap;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster agreed on about sampling, as a document of placement says:
 *
 * <pre>
 *   {
 *     "ratio": 0.1,
 *     "rules": ["topic=plant/+/alarm ratio=1"],
 *     "keep-slow": "200ms",
 *     "at": "2026-11-26T16:20:12Z"
 *   }
 * </pre>
 *
 * Of what is not in it, the configuration's holds.
 *
 * @param at when it was changed last; null if it does not say
 */
record SamplingDocument(Map<SamplingField, Object> values, @Nullable Instant at) {
    /** Among those of kind {@code config}. */
    static final String NAME = "tracing/sampling";

    /** Of the text. */
    static final int MAX_BYTES = 16 << 10;

    static final SamplingDocument NONE = new SamplingDocument(Map.of(), null);

    private static final String AT = "at";

    SamplingDocument {
        values = Map.copyOf(values);
    }

    /** What reading it gave. */
    sealed interface Outcome {
        record Read(SamplingDocument document) implements Outcome {}

        /**
         * @param why without what a client may be called
         */
        record Unreadable(String why) implements Outcome {}
    }

    static Outcome read(Document document) {
        JsonNode json;
        try {
            json = JsonTree.read(document.content().bytes());
        } catch (IOException notJson) {
            return new Outcome.Unreadable("it is no JSON");
        }
        if (!json.isObject()) {
            return new Outcome.Unreadable("it is no JSON object");
        }
        Map<SamplingField, Object> values = new EnumMap<>(SamplingField.class);
        Instant at = null;
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            if (each.getKey().equals(AT)) {
                at = instant(each.getValue());
                if (at == null) {
                    return new Outcome.Unreadable("at must be a time in UTC");
                }
                continue;
            }
            SamplingField field = SamplingField.of(each.getKey());
            if (field == null) {
                return new Outcome.Unreadable("there is no " + HttpAnswers.quoted(each.getKey()));
            }
            Object value = field.read(each.getValue());
            if (value == null) {
                return new Outcome.Unreadable(field.rule());
            }
            values.put(field, value);
        }
        return new Outcome.Read(new SamplingDocument(values, at));
    }

    private static @Nullable Instant instant(JsonNode json) {
        try {
            return Instant.parse(json.asText());
        } catch (DateTimeParseException none) {
            return null;
        }
    }

    SamplingDocument with(SamplingChange change, Instant now) {
        Map<SamplingField, Object> after = new EnumMap<>(SamplingField.class);
        after.putAll(values);
        after.keySet().removeAll(change.taken());
        after.putAll(change.given());
        return new SamplingDocument(after, now);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /**
     * @throws IllegalArgumentException if it is larger than a document may be
     */
    Content content() {
        StringJoiner json = new StringJoiner(",", "{", "}\n");
        for (SamplingField each : SamplingField.values()) {
            Object value = values.get(each);
            if (value != null) {
                json.add('"' + each.key() + "\":" + each.json(value));
            }
        }
        if (at != null) {
            json.add('"' + AT + "\":\"" + at + '"');
        }
        return Content.of(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** What holds with it. */
    Sampling over(Sampling configured) {
        return new Sampling(
                (Double) value(SamplingField.RATIO, configured),
                SamplingField.rules(value(SamplingField.RULES, configured)),
                (Integer) value(SamplingField.MAX_PER_SECOND, configured),
                (Duration) value(SamplingField.KEEP_SLOW, configured),
                (Boolean) value(SamplingField.KEEP_FAILED, configured),
                (Integer) value(SamplingField.MAX_KEPT_PER_SECOND, configured));
    }

    private Object value(SamplingField field, Sampling configured) {
        return values.getOrDefault(field, field.of(configured));
    }
}
