package io.robustmq.telemetry.catalogue;

import java.util.Map;

/** The transform processor's statements that rename the fields, in both directions. */
final class CollectorStatements {
    private static final String INDENT = " ".repeat(10);

    private CollectorStatements() {}

    /** Of a record that came flat, to what OTLP would have brought. */
    static String toAttributes(Catalogue catalogue) {
        StringBuilder statements = new StringBuilder();
        for (Map.Entry<String, String> entry : Columns.renamed(catalogue).entrySet()) {
            rename(entry.getValue(), entry.getKey(), statements);
        }
        return statements.toString();
    }

    /** Of a record that came by OTLP, to what the file has. */
    static String toFields(Catalogue catalogue) {
        StringBuilder statements = new StringBuilder();
        for (Map.Entry<String, String> entry : Columns.renamed(catalogue).entrySet()) {
            rename(entry.getKey().replace(".", "\\\\."), entry.getValue(), statements);
        }
        return statements.toString();
    }

    private static void rename(String from, String to, StringBuilder statements) {
        statements
                .append(INDENT)
                .append("- replace_all_patterns(log.attributes, \"key\", \"^")
                .append(from)
                .append("$$\", \"")
                .append(to)
                .append("\")\n");
    }
}
