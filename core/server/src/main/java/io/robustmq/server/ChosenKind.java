package io.robustmq.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** Some of given texts, at least one; as text they are parted by commas. */
record ChosenKind(List<String> choices) implements ValueKind {
    @Override
    public String allowed() {
        return "a list of at least one of \"" + String.join("\", \"", choices) + "\"";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? chosen(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        return chosen(ListText.of(text));
    }

    private @Nullable Object chosen(List<?> written) {
        List<String> chosen = new ArrayList<>();
        for (Object element : written) {
            if (!(element instanceof String text)
                    || !choices.contains(text)
                    || chosen.contains(text)) {
                return null;
            }
            chosen.add(text);
        }
        return chosen.isEmpty() ? null : List.copyOf(chosen);
    }
}
