package io.robustmq.telemetry.catalogue;

import java.util.Locale;

/** How a field is written in JSON. */
public enum FieldType {
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN;

    /** The name that JSON Schema has for it. */
    public String schemaName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
