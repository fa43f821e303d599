package io.robustmq.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** A list of Strings, each host:port, none twice; as text they are parted by commas. */
record AddressesKind() implements ValueKind {
    private static final Pattern ADDRESS =
            Pattern.compile("(\\[[0-9A-Fa-f:.%a-z]+]|[A-Za-z0-9_.-]+):[0-9]{1,5}");

    static boolean isAddress(String text) {
        return ADDRESS.matcher(text).matches();
    }

    @Override
    public String allowed() {
        return "a list of host:port, or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? addresses(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        return addresses(ListText.of(text));
    }

    private static @Nullable Object addresses(List<?> written) {
        List<String> addresses = new ArrayList<>();
        for (Object element : written) {
            if (!(element instanceof String text) || !isAddress(text) || addresses.contains(text)) {
                return null;
            }
            addresses.add(text);
        }
        return List.copyOf(addresses);
    }
}
