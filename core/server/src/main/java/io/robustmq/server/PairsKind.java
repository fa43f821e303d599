package io.robustmq.server;

import io.robustmq.telemetry.pipeline.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * A Map from String to String, or to Secret for what is sent as headers. As text they are parted by
 * commas, and %XX stands for a byte, as in OpenTelemetry's variables.
 */
record PairsKind(boolean isSecret) implements ValueKind {
    private static final Pattern HEADER =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+=[\\x20-\\x7e]*");
    private static final Pattern PLAIN = Pattern.compile("[^=\\p{Cntrl}]+=\\P{Cntrl}*");

    @Override
    public String allowed() {
        return "a list of key=value, or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? pairs(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        if (text.isEmpty() || text.equals("[]")) {
            return Map.of();
        }
        try {
            return pairs(
                    Arrays.stream(text.split(",", -1))
                            .map(String::strip)
                            .filter(pair -> !pair.isEmpty())
                            .map(PairsKind::percentDecoded)
                            .toList());
        } catch (IllegalArgumentException notEncoded) {
            return null;
        }
    }

    private static String percentDecoded(String pair) {
        return URLDecoder.decode(pair.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private @Nullable Object pairs(List<?> written) {
        Map<String, Object> pairs = new LinkedHashMap<>();
        for (Object element : written) {
            if (!(element instanceof String pair)
                    || !(isSecret ? HEADER : PLAIN).matcher(pair).matches()) {
                return null;
            }
            String key = pair.substring(0, pair.indexOf('=')).strip();
            String value = pair.substring(pair.indexOf('=') + 1).strip();
            pairs.put(key, isSecret ? new Secret(value) : value);
        }
        return Collections.unmodifiableMap(pairs);
    }
}
