package io.robustmq.telemetry.catalogue;

import java.util.Map;
import java.util.stream.Collectors;

/** What Fluent Bit must know of the fields: the types behind a text, and OpenTelemetry's names. */
final class FluentBitFiles {
    private FluentBitFiles() {}

    /** In the classic form, which both kinds of its configuration can load. */
    static String parsers(Catalogue catalogue) {
        String types =
                Columns.all(catalogue).stream()
                        .filter(field -> field.type() != FieldType.STRING)
                        .map(field -> field.name() + ":" + type(field))
                        .collect(Collectors.joining(" "));
        return """
        # Generated from RobustMQ's event types by CollectorFilesGoldenTest: do not edit.

        # a line of the file, or of standard output with sinks.console.format = "json"
        [PARSER]
            Name        robustmq-json
            Format      json
            Time_Key    time
            Time_Format %%Y-%%m-%%dT%%H:%%M:%%S.%%L%%z
            Time_Keep   On

        # a line of standard output with sinks.console.format = "human"; the fields are for the next one
        [PARSER]
            Name        robustmq-human
            Format      regex
            Regex       ^(?<time>\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z) (?<level>DEBUG|INFO|WARN|ERROR) +(?<event>[a-z0-9_]+\\.[a-z0-9_]+) *(?<fields>.*)$
            Time_Key    time
            Time_Format %%Y-%%m-%%dT%%H:%%M:%%S.%%L%%z
            Time_Keep   On

        [PARSER]
            Name        robustmq-fields
            Format      logfmt
            Types       %s
        """
                .formatted(types);
    }

    /** The table in robustmq.lua. */
    static String lua(Catalogue catalogue) {
        StringBuilder table = new StringBuilder("local field_of = {\n");
        for (Map.Entry<String, String> entry : Columns.renamed(catalogue).entrySet()) {
            table.append("  [\"")
                    .append(entry.getKey())
                    .append("\"] = \"")
                    .append(entry.getValue())
                    .append("\",\n");
        }
        return table.append("}\n").toString();
    }

    private static String type(Field field) {
        return switch (field.type()) {
            case STRING -> "string";
            case INTEGER -> "integer";
            case NUMBER -> "float";
            case BOOLEAN -> "bool";
        };
    }
}
