package io.robustmq.server;

import io.robustmq.broker.TlsSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/**
 * A list of {@code host=certificate,key}, as {@link TlsSettings.Named}; as text they are parted by
 * commas too.
 */
record CertificatesKind() implements ValueKind {
    private static final Pattern ONE =
            Pattern.compile("((?:\\*\\.)?[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*)=([^,]+),([^,=]+)");

    @Override
    public String allowed() {
        return "a list of \"host=certificate file,key file\", no host twice, or empty";
    }

    @Override
    public @Nullable Object read(Object written) {
        return written instanceof TomlArray array ? all(array.toList()) : null;
    }

    @Override
    public @Nullable Object readText(String text) {
        boolean none = text.isEmpty() || text.equals("[]");
        return none ? List.of() : all(List.of(text.split(",(?=[^,]*=)", -1)));
    }

    private static @Nullable Object all(List<?> written) {
        List<TlsSettings.Named> all = new ArrayList<>();
        for (Object element : written) {
            Matcher parts = ONE.matcher(String.valueOf(element));
            if (!parts.matches()) {
                return null;
            }
            String host = parts.group(1).toLowerCase(Locale.ROOT);
            if (all.stream().anyMatch(each -> each.host().equals(host))) {
                return null;
            }
            try {
                all.add(
                        new TlsSettings.Named(
                                host,
                                new TlsSettings.Files(
                                        Path.of(parts.group(2)), Path.of(parts.group(3)))));
            } catch (InvalidPathException unusable) {
                return null;
            }
        }
        return List.copyOf(all);
    }
}
