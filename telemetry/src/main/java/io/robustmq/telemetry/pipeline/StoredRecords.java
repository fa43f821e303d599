package io.robustmq.telemetry.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.catalogue.FieldType;
import io.robustmq.telemetry.event.Sensitivity;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Volume;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of stored events what sinks are given. One that an earlier version has stored may be of a
 * type, or have fields, that this one does not know: it is passed on as it is. One thread.
 */
final class StoredRecords {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final EventKinds kinds;
    private final Map<String, CataloguedEvent> known = new HashMap<>();
    private final Map<CataloguedEvent, CataloguedEvent> others = new HashMap<>();
    private final List<Field> fields = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    StoredRecords(EventKinds kinds) {
        this.kinds = kinds;
    }

    FlatRecord flat(long seq, StoredEvent stored) throws IOException {
        fields.clear();
        values.clear();
        Instant time = Instant.EPOCH;
        String name = "";
        Service service = Service.MQTT_BROKER;
        String nodeId = "";
        long suppressed = 0;
        String traceId = "";
        String spanId = "";
        CataloguedEvent event = null;
        try (JsonParser json = FACTORY.createParser(stored.json())) {
            expect(json.nextToken(), JsonToken.START_OBJECT);
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                switch (field) {
                    case "time" -> time = Timestamps.parsed(json.getText());
                    case "event" -> {
                        name = json.getText();
                        event = known.computeIfAbsent(name, this::catalogued);
                    }
                    case "level" -> {} // the header has it
                    case "service" -> service = Service.named(json.getText());
                    case "node_id" -> nodeId = json.getText();
                    case "suppressed" -> suppressed = json.getLongValue();
                    case "trace_id" -> traceId = json.getText();
                    case "span_id" -> spanId = json.getText();
                    default -> field(event, field, json);
                }
            }
        }
        if (event == null) {
            throw new IOException("event " + seq + " has no name");
        }
        return new FlatRecord(
                seq,
                time,
                withFields(event),
                stored.severity(),
                service,
                nodeId,
                suppressed,
                trace(traceId, spanId),
                values.toArray());
    }

    private void field(@Nullable CataloguedEvent event, String name, JsonParser json)
            throws IOException {
        Object value =
                switch (json.currentToken()) {
                    case VALUE_NUMBER_INT -> json.getLongValue();
                    case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
                    case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
                    case VALUE_STRING -> json.getText();
                    default -> throw new IOException("the field " + name + " has no plain value");
                };
        Field field = next(event, name);
        if (field != null && field.type() == FieldType.NUMBER && value instanceof Long whole) {
            value = (double) whole;
        }
        FieldType type = typeOf(value);
        fields.add(field != null && field.type() == type ? field : unknown(name, type));
        values.add(value);
    }

    /** Nearly always the one that follows the last. */
    private @Nullable Field next(@Nullable CataloguedEvent event, String name) {
        if (event == null) {
            return null;
        }
        List<Field> all = event.fields();
        int at = fields.size();
        if (at < all.size() && all.get(at).name().equals(name)) {
            return all.get(at);
        }
        for (Field field : all) {
            if (field.name().equals(name)) {
                return field;
            }
        }
        return null;
    }

    private static FieldType typeOf(Object value) {
        return switch (value) {
            case Long _ -> FieldType.INTEGER;
            case Double _ -> FieldType.NUMBER;
            case Boolean _ -> FieldType.BOOLEAN;
            default -> FieldType.STRING;
        };
    }

    private static Field unknown(String name, FieldType type) {
        return new Field(
                name, type, List.of(), "", Sensitivity.PUBLIC, "robustmq." + name, "", List.of());
    }

    private CataloguedEvent withFields(CataloguedEvent event) {
        if (event.fields().equals(fields)) {
            return event;
        }
        CataloguedEvent other =
                new CataloguedEvent(
                        event.name(),
                        event.type(),
                        event.severities(),
                        event.volume(),
                        event.cause(),
                        event.action(),
                        List.copyOf(fields));
        // sinks remember what they make of an event type by its identity
        return others.computeIfAbsent(other, each -> each);
    }

    private CataloguedEvent catalogued(String name) {
        EventKind kind = kinds.named(name);
        return kind != null
                ? kind.event()
                : new CataloguedEvent(
                        name,
                        Object.class,
                        List.of(Severity.values()),
                        Volume.FAULT,
                        "",
                        "",
                        List.of());
    }

    private static @Nullable TraceContext trace(String traceId, String spanId) {
        return traceId.isEmpty()
                ? null
                : TraceContext.parse("00-" + traceId + "-" + spanId + "-01", "");
    }

    private static void expect(@Nullable JsonToken token, JsonToken wanted) throws IOException {
        if (token != wanted) {
            throw new IOException("a stored event begins with " + wanted + ", was " + token);
        }
    }
}
