package io.robustmq.telemetry.catalogue;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The component template for Elasticsearch and OpenSearch. A document is the record as it is in the
 * file, with {@code @timestamp} and {@code category} added by the collector; the names of the
 * Elastic Common Schema and of OpenTelemetry are aliases, so that both ask for the same column.
 *
 * <p>An alias cannot lie below a field that has a value, as {@code event.action} would below {@code
 * event}: such a name is a sub-field, with the same value.
 */
final class SearchMappings {
    /** Said by people and libraries: searched by word. */
    static final Set<String> TEXTS = Set.of("detail", "error_msg", "message");

    /** A column, by the name that the Elastic Common Schema has for it. */
    private static final Map<String, String> ECS =
            Map.ofEntries(
                    Map.entry("client.address", "remote_addr"),
                    Map.entry("error.message", "error_msg"),
                    Map.entry("error.type", "error_type"),
                    Map.entry("event.action", "event"),
                    Map.entry("log.level", "level"),
                    Map.entry("log.logger", "logger"),
                    Map.entry("process.thread.name", "thread"),
                    Map.entry("service.name", "service"),
                    Map.entry("span.id", "span_id"),
                    Map.entry("trace.id", "trace_id"),
                    Map.entry("user.name", "user_name"));

    /** Beyond it a value is kept but not found; Lucene's own limit is 32,766 bytes. */
    private static final int IGNORE_ABOVE = 1024;

    private final JsonGenerator json;
    private final Map<String, String> aliases = new TreeMap<>();
    private final Map<String, String> subFields = new TreeMap<>();

    private SearchMappings(JsonGenerator json) {
        this.json = json;
    }

    static String of(Catalogue catalogue) {
        return PrettyJson.of(json -> new SearchMappings(json).write(catalogue));
    }

    /** Columns by the other names that they have. */
    static Map<String, String> otherNames(Catalogue catalogue) {
        Map<String, String> names = new TreeMap<>(ECS);
        names.putAll(Columns.renamed(catalogue));
        return names;
    }

    private void write(Catalogue catalogue) throws IOException {
        Set<String> columns =
                Columns.all(catalogue).stream().map(Field::name).collect(Collectors.toSet());
        otherNames(catalogue)
                .forEach((name, column) -> {
                    int dot = name.indexOf('.');
                    if (!columns.contains(name.substring(0, dot))) {
                        aliases.put(name, column);
                    } else if (subFields.put(column, name.substring(dot + 1)) != null
                            || !name.substring(0, dot).equals(column)) {
                        throw new IllegalStateException(name + " lies below a column");
                    }
                });
        json.writeStartObject();
        json.writeObjectFieldStart("_meta");
        json.writeStringField(
                "description",
                "Generated from RobustMQ's event types by CollectorFilesGoldenTest: do not edit");
        json.writeEndObject();
        json.writeObjectFieldStart("template");
        json.writeObjectFieldStart("mappings");
        // not strict: a record with a field that is newer than the template must not be refused;
        // not true: what a collector adds must not become columns without end, or of a wrong type
        json.writeBooleanField("dynamic", false);
        json.writeObjectFieldStart("properties");
        simple("@timestamp", "date_nanos");
        keyword("category");
        for (Field field : Columns.all(catalogue)) {
            column(field);
        }
        aliases(tree(aliases));
        constant("data_stream", Map.of("dataset", "robustmq", "type", "logs"));
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void column(Field field) throws IOException {
        switch (field.type()) {
            case STRING -> {
                if (field.name().equals("time")) {
                    simple("time", "date_nanos");
                } else if (TEXTS.contains(field.name())) {
                    text(field.name());
                } else {
                    keyword(field.name());
                }
            }
            case INTEGER -> number(field, "long");
            case NUMBER -> number(field, "double");
            case BOOLEAN -> simple(field.name(), "boolean");
        }
    }

    private void simple(String name, String type) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("type", type);
        json.writeEndObject();
    }

    private void keyword(String name) throws IOException {
        json.writeObjectFieldStart(name);
        keywordType();
        String subField = subFields.get(name);
        if (subField != null) {
            subField(subField);
        }
        json.writeEndObject();
    }

    private void text(String name) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("type", "text");
        subField("keyword");
        json.writeEndObject();
    }

    private void subField(String name) throws IOException {
        json.writeObjectFieldStart("fields");
        json.writeObjectFieldStart(name);
        keywordType();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void keywordType() throws IOException {
        json.writeStringField("type", "keyword");
        json.writeNumberField("ignore_above", IGNORE_ABOVE);
    }

    private void number(Field field, String type) throws IOException {
        json.writeObjectFieldStart(field.name());
        json.writeStringField("type", type);
        String unit =
                switch (field.unit()) {
                    case "By" -> "byte";
                    case "us" -> "micros";
                    case "ms", "s" -> field.unit();
                    default -> "";
                };
        if (!unit.isEmpty()) {
            json.writeObjectFieldStart("meta");
            json.writeStringField("unit", unit);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** {@code a.b → path} as maps in maps. */
    private static Map<String, Object> tree(Map<String, String> aliases) {
        Map<String, Object> root = new TreeMap<>();
        aliases.forEach((name, path) -> {
            String[] parts = name.split("\\.");
            Map<String, Object> at = root;
            for (int i = 0; i < parts.length - 1; i++) {
                at = below(at, parts[i], name);
            }
            if (at.put(parts[parts.length - 1], path) != null) {
                throw new IllegalStateException(name + " has aliases below it");
            }
        });
        return root;
    }

    @SuppressWarnings("unchecked") // only this class puts maps in
    private static Map<String, Object> below(Map<String, Object> at, String part, String name) {
        Object found = at.computeIfAbsent(part, absent -> new TreeMap<String, Object>());
        if (found instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalStateException(name + " lies below an alias");
    }

    @SuppressWarnings("unchecked")
    private void aliases(Map<String, Object> tree) throws IOException {
        for (Map.Entry<String, Object> entry : tree.entrySet()) {
            json.writeObjectFieldStart(entry.getKey());
            if (entry.getValue() instanceof Map<?, ?> below) {
                json.writeObjectFieldStart("properties");
                aliases((Map<String, Object>) below);
                json.writeEndObject();
            } else {
                json.writeStringField("type", "alias");
                json.writeStringField("path", (String) entry.getValue());
            }
            json.writeEndObject();
        }
    }

    private void constant(String object, Map<String, String> values) throws IOException {
        json.writeObjectFieldStart(object);
        json.writeObjectFieldStart("properties");
        for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
            json.writeObjectFieldStart(entry.getKey());
            json.writeStringField("type", "constant_keyword");
            json.writeStringField("value", entry.getValue());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }
}
