package io.robustmq.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * A list of Strings, none blank; what is in them is checked where all are known. As text they are
 * parted by semicolons.
 *
 * @param form of one
 */
record RulesKind(String form) implements ValueKind {
    @Override
    public String allowed() {
        return "a list of \"" + form + "\", or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? rules(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        boolean none = text.isEmpty() || text.equals("[]");
        return none ? List.of() : rules(Arrays.asList(text.split(";", -1)));
    }

    private static @Nullable Object rules(List<?> written) {
        List<String> rules = new ArrayList<>();
        for (Object element : written) {
            if (!(element instanceof String rule) || rule.isBlank()) {
                return null;
            }
            rules.add(rule.strip());
        }
        return List.copyOf(rules);
    }
}
