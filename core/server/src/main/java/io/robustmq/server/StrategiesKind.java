package io.robustmq.server;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** A Map from share name to ShareStrategy; as text they are parted by commas. */
record StrategiesKind() implements ValueKind {
    private static final ValueKind STRATEGY = new Choice(ShareStrategy.class);

    @Override
    public String allowed() {
        return "a list of name=strategy, a name once and without / + #, with the strategies "
                + STRATEGY.allowed().replace("\"", "")
                + ", or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? byGroup(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        boolean none = text.isEmpty() || text.equals("[]");
        return none ? Map.of() : byGroup(List.of(text.split(",", -1)));
    }

    private static @Nullable Object byGroup(List<?> written) {
        Map<String, ShareStrategy> byGroup = new LinkedHashMap<>();
        for (Object element : written) {
            if (!(element instanceof String text)) {
                return null;
            }
            int equals = text.lastIndexOf('=');
            String name = equals < 0 ? "" : text.substring(0, equals).strip();
            Object strategy = STRATEGY.read(text.substring(equals + 1).strip());
            boolean known = name.isEmpty() || byGroup.containsKey(name);
            if (known || !name.matches("[^/+#]+") || !(strategy instanceof ShareStrategy valid)) {
                return null;
            }
            byGroup.put(name, valid);
        }
        return Map.copyOf(byGroup);
    }
}
