package io.robustmq.telemetry.catalogue;

import com.fasterxml.jackson.core.JsonGenerator;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * {@code events.schema.json}: JSON Schema 2020-12 of one record as it is written to console and
 * file. The envelope applies to all; one {@code if}/{@code then} per event adds that event's own
 * fields, and nothing else may be there.
 */
public final class EventsSchema {
    private final JsonGenerator json;

    private EventsSchema(JsonGenerator json) {
        this.json = json;
    }

    public static String of(Catalogue catalogue) {
        return PrettyJson.of(json -> new EventsSchema(json).write(catalogue));
    }

    private void write(Catalogue catalogue) throws IOException {
        json.writeStartObject();
        json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
        json.writeStringField("$id", "urn:robustmq:event");
        json.writeStringField("title", "A record of RobustMQ's log");
        json.writeStringField("type", "object");
        required(
                Envelope.FIELDS.stream()
                        .map(Field::name)
                        .filter(name -> !Envelope.OPTIONAL.contains(name))
                        .toList());
        json.writeObjectFieldStart("properties");
        for (Field field : Envelope.FIELDS) {
            if (field.name().equals("event")) {
                json.writeObjectFieldStart("event");
                json.writeStringField("type", field.type().schemaName());
                json.writeStringField("description", field.meaning());
                strings("enum", catalogue.events().stream().map(CataloguedEvent::name).toList());
                json.writeEndObject();
            } else {
                property(field);
            }
        }
        json.writeEndObject();
        json.writeArrayFieldStart("allOf");
        for (CataloguedEvent event : catalogue.events()) {
            variant(event);
        }
        json.writeEndArray();
        json.writeBooleanField("unevaluatedProperties", false);
        json.writeEndObject();
    }

    private void variant(CataloguedEvent event) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("if");
        required(List.of("event"));
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart("event");
        json.writeStringField("const", event.name());
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeObjectFieldStart("then");
        json.writeStringField("description", event.cause());
        json.writeStringField("x-action", event.action());
        json.writeStringField("x-volume", event.volume().name().toLowerCase(Locale.ROOT));
        required(event.fields().stream().map(Field::name).toList());
        json.writeObjectFieldStart("properties");
        json.writeObjectFieldStart("level");
        strings("enum", event.severities().stream().map(EventsSchema::level).toList());
        json.writeEndObject();
        for (Field field : event.fields()) {
            property(field);
        }
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void property(Field field) throws IOException {
        json.writeObjectFieldStart(field.name());
        json.writeStringField("type", field.type().schemaName());
        json.writeStringField("description", field.meaning());
        switch (field.name()) {
            case "time" -> json.writeStringField("format", "date-time");
            case "seq", "suppressed" -> json.writeNumberField("minimum", 0);
            case "trace_id" -> json.writeStringField("pattern", "^[0-9a-f]{32}$");
            case "span_id" -> json.writeStringField("pattern", "^[0-9a-f]{16}$");
            default -> {}
        }
        if (!field.values().isEmpty()) {
            strings("enum", field.values());
        }
        if (!field.unit().isEmpty()) {
            json.writeStringField("x-unit", field.unit());
        }
        if (!field.attribute().isEmpty()) {
            json.writeStringField("x-attribute", field.attribute());
            json.writeStringField(
                    "x-sensitivity", field.sensitivity().name().toLowerCase(Locale.ROOT));
        }
        json.writeEndObject();
    }

    private void required(List<String> names) throws IOException {
        strings("required", names);
    }

    private void strings(String name, List<String> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static String level(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
