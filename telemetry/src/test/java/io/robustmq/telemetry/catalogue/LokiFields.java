package io.robustmq.telemetry.catalogue;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where each field is in Loki: three labels of few values, the rest structured metadata, named as
 * Loki's own OTLP endpoint names it, whichever way the record came.
 */
final class LokiFields {
    /** Labels by field; {@code category} is what stands before the dot of the event's name. */
    private static final Map<String, String> LABELS =
            Map.of("service", "service_name", "level", "level", "category", "category");

    /**
     * Structured metadata of the envelope; what is no field of a record has its place elsewhere.
     */
    private static final Map<String, String> ENVELOPE =
            Map.of(
                    "event", "event_name",
                    "node_id", "robustmq_node_id",
                    "seq", "robustmq_seq",
                    "suppressed", "robustmq_suppressed",
                    "trace_id", "trace_id",
                    "span_id", "span_id");

    private LokiFields() {}

    static String of(Catalogue catalogue) {
        return PrettyJson.of(json -> {
            json.writeStartObject();
            json.writeStringField(
                    "description",
                    "Generated from RobustMQ's event types by CollectorFilesGoldenTest: do not edit");
            write(json, "labels", LABELS);
            write(json, "structured_metadata", structuredMetadata(catalogue));
            json.writeEndObject();
        });
    }

    /** Loki's name by field. */
    static Map<String, String> structuredMetadata(Catalogue catalogue) {
        Map<String, String> names = new TreeMap<>(ENVELOPE);
        for (Field field : Columns.own(catalogue)) {
            names.put(field.name(), field.attribute().replace('.', '_'));
        }
        return names;
    }

    private static void write(JsonGenerator json, String name, Map<String, String> names)
            throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> entry : new TreeMap<>(names).entrySet()) {
            json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
    }
}
