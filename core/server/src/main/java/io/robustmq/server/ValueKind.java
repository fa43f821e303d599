package io.robustmq.server;

import io.robustmq.telemetry.pipeline.Secret;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;

/** What may be written as the value of a configuration key. */
interface ValueKind {
    /** What is allowed; ends the sentence "… must be". */
    String allowed();

    /**
     * The value, of the type that the record component has.
     *
     * @param written as TOML types it: String, Long, Double, Boolean or another object
     * @return null if it is not allowed
     */
    @Nullable Object read(Object written);

    /** The same for a value from the environment or the command line, where all is text. */
    default @Nullable Object readText(String text) {
        return read(text);
    }

    /** Whether what was written must not be printed. */
    default boolean isSecret() {
        return false;
    }

    /** A Boolean. */
    record Flag() implements ValueKind {
        @Override
        public String allowed() {
            return "true or false";
        }

        @Override
        public @Nullable Object read(Object written) {
            return written instanceof Boolean ? written : null;
        }

        @Override
        public @Nullable Object readText(String text) {
            return switch (text) {
                case "true" -> true;
                case "false" -> false;
                default -> null;
            };
        }
    }

    /** An Integer. */
    record Whole(int min, int max) implements ValueKind {
        @Override
        public String allowed() {
            return "a whole number from " + min + " to " + max;
        }

        @Override
        public @Nullable Object read(Object written) {
            return written instanceof Long n && n >= min && n <= max
                    ? (Integer) n.intValue()
                    : null;
        }

        @Override
        public @Nullable Object readText(String text) {
            try {
                return read(Long.parseLong(text));
            } catch (NumberFormatException notANumber) {
                return null;
            }
        }
    }

    /** A Double. */
    record Fraction(double min, double max) implements ValueKind {
        @Override
        public String allowed() {
            return "a number from " + min + " to " + max;
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof Number number)) {
                return null;
            }
            double value = number.doubleValue();
            return value >= min && value <= max ? value : null; // NaN is neither
        }

        @Override
        public @Nullable Object readText(String text) {
            try {
                return read(Double.parseDouble(text));
            } catch (NumberFormatException notANumber) {
                return null;
            }
        }
    }

    /** A String that matches {@code pattern} as a whole. */
    record Text(Pattern pattern, String allowed) implements ValueKind {
        @Override
        public @Nullable Object read(Object written) {
            return written instanceof String text && pattern.matcher(text).matches() ? text : null;
        }
    }

    /** A constant of an enum, written in lower case with hyphens. */
    record Choice(Class<? extends Enum<?>> type) implements ValueKind {
        @Override
        public String allowed() {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> '"' + nameOf(constant) + '"')
                    .collect(Collectors.joining(" or "));
        }

        @Override
        public @Nullable Object read(Object written) {
            for (Enum<?> constant : type.getEnumConstants()) {
                if (nameOf(constant).equals(written)) {
                    return constant;
                }
            }
            return null;
        }

        private static String nameOf(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** A Duration. */
    record Span(Duration min, Duration max) implements ValueKind {
        private static final Pattern SYNTAX = Pattern.compile("(\\d{1,11})(ms|s|m|h|d)");

        @Override
        public String allowed() {
            return "a duration from "
                    + written(min)
                    + " to "
                    + written(max)
                    + ", a whole number with ms, s, m, h or d";
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof String text)) {
                return null;
            }
            Matcher parts = SYNTAX.matcher(text);
            if (!parts.matches()) {
                return null;
            }
            long number = Long.parseLong(parts.group(1));
            Duration value =
                    switch (parts.group(2)) {
                        case "ms" -> Duration.ofMillis(number);
                        case "s" -> Duration.ofSeconds(number);
                        case "m" -> Duration.ofSeconds(number).multipliedBy(60);
                        case "h" -> Duration.ofSeconds(number).multipliedBy(3600);
                        case "d" -> Duration.ofSeconds(number).multipliedBy(86_400);
                        case String unit -> throw new AssertionError(unit);
                    };
            return value.compareTo(min) >= 0 && value.compareTo(max) <= 0 ? value : null;
        }

        /** As it is read. */
        static String written(Duration value) {
            long millis = value.toMillis();
            if (millis % 86_400_000 == 0 && millis > 0) {
                return millis / 86_400_000 + "d";
            }
            if (millis % 3_600_000 == 0 && millis > 0) {
                return millis / 3_600_000 + "h";
            }
            if (millis % 60_000 == 0 && millis > 0) {
                return millis / 60_000 + "m";
            }
            return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
        }
    }

    /** A Long, bytes. */
    record Size(long min, long max) implements ValueKind {
        private static final Pattern SYNTAX = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB|TiB)");
        private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

        @Override
        public String allowed() {
            return "a size from "
                    + written(min)
                    + " to "
                    + written(max)
                    + ", a whole number with B, KiB, MiB, GiB or TiB";
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof String text)) {
                return null;
            }
            Matcher parts = SYNTAX.matcher(text);
            if (!parts.matches()) {
                return null;
            }
            int shift = 10 * Arrays.asList(UNITS).indexOf(parts.group(2));
            long number = Long.parseLong(parts.group(1));
            if (number > Long.MAX_VALUE >> shift) {
                return null;
            }
            long bytes = number << shift;
            return bytes >= min && bytes <= max ? bytes : null;
        }

        private static String written(long bytes) {
            int unit = 0;
            long number = bytes;
            while (number != 0 && number % 1024 == 0 && unit < UNITS.length - 1) {
                number /= 1024;
                unit++;
            }
            return number + UNITS[unit];
        }
    }

    /** An InetSocketAddress that is not resolved yet: a name is looked up when it is used. */
    record Address(int minPort) implements ValueKind {
        private static final Pattern SYNTAX =
                Pattern.compile("(?:\\[([0-9A-Fa-f:.%a-z]+)]|([A-Za-z0-9_.-]+)):(\\d{1,5})");

        @Override
        public String allowed() {
            return "host:port with a port from "
                    + minPort
                    + " to 65535, such as 127.0.0.1:1883 or [::1]:1883";
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof String text)) {
                return null;
            }
            Matcher parts = SYNTAX.matcher(text);
            if (!parts.matches()) {
                return null;
            }
            int port = Integer.parseInt(parts.group(3));
            if (port < minPort || port > 65_535) {
                return null;
            }
            String host = parts.group(1) != null ? parts.group(1) : parts.group(2);
            return InetSocketAddress.createUnresolved(host, port);
        }
    }

    /** A URI with scheme http or https and a host; an empty one for none. */
    record Url(boolean mayBeEmpty) implements ValueKind {
        @Override
        public String allowed() {
            return "a URL that begins with http:// or https://" + (mayBeEmpty ? ", or empty" : "");
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof String text)) {
                return null;
            }
            try {
                URI uri = new URI(text);
                boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
                boolean isNone = mayBeEmpty && text.isEmpty();
                return isNone || (web && uri.getHost() != null) ? uri : null;
            } catch (URISyntaxException notAUrl) {
                return null;
            }
        }
    }

    /** A Secret. */
    record Hidden() implements ValueKind {
        private static final Pattern SYNTAX = Pattern.compile("\\P{Cntrl}{0,1024}");

        @Override
        public String allowed() {
            return "at most 1024 characters, or empty";
        }

        @Override
        public boolean isSecret() {
            return true;
        }

        @Override
        public @Nullable Object read(Object written) {
            return written instanceof String text && SYNTAX.matcher(text).matches()
                    ? new Secret(text)
                    : null;
        }
    }

    /** A Path; relative to the folder that the process was started in. */
    record Location(boolean mayBeEmpty) implements ValueKind {
        @Override
        public String allowed() {
            return mayBeEmpty ? "a path, or empty" : "a path";
        }

        @Override
        public @Nullable Object read(Object written) {
            if (!(written instanceof String text) || (text.isEmpty() && !mayBeEmpty)) {
                return null;
            }
            try {
                return Path.of(text);
            } catch (InvalidPathException unusable) {
                return null;
            }
        }
    }

    /** A list of Paths, none twice; as text they are parted by commas. */
    record Locations() implements ValueKind {
        @Override
        public String allowed() {
            return "a list of paths, or empty";
        }

        @Override
        public @Nullable Object read(Object written) {
            return written instanceof TomlArray array ? paths(array.toList()) : null;
        }

        @Override
        public @Nullable Object readText(String text) {
            boolean none = text.isEmpty() || text.equals("[]");
            return none ? List.of() : paths(List.of(text.split(",", -1)));
        }

        private static @Nullable Object paths(List<?> written) {
            Location one = new Location(false);
            List<Path> paths = new ArrayList<>();
            for (Object element : written) {
                if (!(one.read(element) instanceof Path path) || paths.contains(path)) {
                    return null;
                }
                paths.add(path);
            }
            return List.copyOf(paths);
        }
    }

    /** A list of Strings, none empty and none twice; as text they are parted by commas. */
    record Names() implements ValueKind {
        @Override
        public String allowed() {
            return "a list of names, or empty";
        }

        @Override
        public @Nullable Object read(Object written) {
            return written instanceof TomlArray array ? names(array.toList()) : null;
        }

        @Override
        public @Nullable Object readText(String text) {
            boolean none = text.isEmpty() || text.equals("[]");
            return none ? List.of() : names(List.of(text.split(",", -1)));
        }

        private static @Nullable Object names(List<?> written) {
            List<String> names = new ArrayList<>();
            for (Object element : written) {
                if (!(element instanceof String name) || name.isBlank() || names.contains(name)) {
                    return null;
                }
                names.add(name);
            }
            return List.copyOf(names);
        }
    }
}
