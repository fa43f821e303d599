package io.robustmq.server;

import io.robustmq.telemetry.pipeline.SamplingRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** A List of SamplingRule; as text they are parted by commas. */
record SamplingRulesKind() implements ValueKind {
    private static final int MOST = 64;

    @Override
    public String allowed() {
        return "a list of at most " + MOST + " rules, each " + SamplingRule.FORM + "; or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? rules(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        boolean none = text.isEmpty() || text.equals("[]");
        return none ? List.of() : rules(List.of(text.split(",", -1)));
    }

    /** Null if one is none, or there are too many. */
    static @Nullable Object rules(List<?> written) {
        List<SamplingRule> rules = new ArrayList<>();
        for (Object element : written) {
            SamplingRule rule = element instanceof String text ? SamplingRule.read(text) : null;
            if (rule == null || rules.size() == MOST) {
                return null;
            }
            rules.add(rule);
        }
        return List.copyOf(rules);
    }
}
