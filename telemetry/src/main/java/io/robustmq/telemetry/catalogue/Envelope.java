package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Sensitivity;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields that every record has, whatever happened. No event may have one of its own so named.
 */
public final class Envelope {
    /** Those that are there only where the occurrence belongs to a trace. */
    public static final Set<String> OPTIONAL = Set.of("trace_id", "span_id");

    /** In the order in which they are written. */
    public static final List<Field> FIELDS =
            List.of(
                    text("time", "When it happened: RFC 3339, UTC"),
                    number(
                            "seq",
                            "Number of the record on this node since its start, from 1; a gap is a loss, but for what a sink leaves out: levels below its own, records about sending"),
                    text("event", "The event's name"),
                    new Field(
                            "level",
                            FieldType.STRING,
                            List.of("debug", "info", "warn", "error"),
                            "",
                            Sensitivity.PUBLIC,
                            "",
                            "How bad it is",
                            List.of()),
                    text("service", "The role it happened in"),
                    text("node_id", "The node it happened on"),
                    number(
                            "suppressed",
                            "Occurrences of this event with the same key that were left out since the last one written"),
                    text("trace_id", "32 hex digits; only where it belongs to a trace"),
                    text("span_id", "16 hex digits; only where it belongs to a trace"));

    private static final Set<String> NAMES =
            FIELDS.stream().map(Field::name).collect(Collectors.toUnmodifiableSet());

    private Envelope() {}

    static boolean has(String name) {
        return NAMES.contains(name);
    }

    private static Field text(String name, String meaning) {
        return field(name, FieldType.STRING, meaning);
    }

    private static Field number(String name, String meaning) {
        return field(name, FieldType.INTEGER, meaning);
    }

    private static Field field(String name, FieldType type, String meaning) {
        return new Field(name, type, List.of(), "", Sensitivity.PUBLIC, "", meaning, List.of());
    }
}
