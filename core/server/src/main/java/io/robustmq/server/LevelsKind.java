package io.robustmq.server;

import io.robustmq.telemetry.pipeline.Levels;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** A Map from category to Severity; as text they are parted by commas. */
record LevelsKind() implements ValueKind {
    @Override
    public String allowed() {
        return "a list of category=level, a category once, with the categories "
                + String.join(", ", Levels.changeable())
                + " and the levels debug, info, warn and error, or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? Levels.byCategory(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        boolean none = text.isEmpty() || text.equals("[]");
        return none ? Map.of() : Levels.byCategory(List.of(text.split(",", -1)));
    }
}
