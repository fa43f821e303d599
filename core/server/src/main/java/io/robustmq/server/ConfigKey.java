package io.robustmq.server;

import java.util.Locale;

/**
 * One configuration key.
 *
 * @param path dotted, such as {@code mqtt.listen}
 * @param defaultToml the default as one writes it in the file
 * @param doc what it does, whole sentences in one line
 */
record ConfigKey(String path, ValueKind kind, String defaultToml, String doc) {
    /** What the environment variables of all keys begin with. */
    static final String ENVIRONMENT_PREFIX = "ROBUSTMQ_";

    /** {@code mqtt.max-in-flight} is {@code ROBUSTMQ_MQTT__MAX_IN_FLIGHT}. */
    String environmentName() {
        return ENVIRONMENT_PREFIX
                + path.replace(".", "__").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** {@code ROBUSTMQ_MQTT__MAX_IN_FLIGHT} is {@code mqtt.max-in-flight}. */
    static String pathOfEnvironmentName(String name) {
        return name.substring(ENVIRONMENT_PREFIX.length())
                .toLowerCase(Locale.ROOT)
                .replace("__", ".")
                .replace('_', '-');
    }

    /** The section in the file, empty for keys above all sections. */
    String section() {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    Object defaultValue() {
        boolean quoted = defaultToml.startsWith("\"");
        Object value =
                kind.readText(
                        quoted ? defaultToml.substring(1, defaultToml.length() - 1) : defaultToml);
        if (value == null) {
            throw new IllegalStateException(
                    path + " must be " + kind.allowed() + ", its default is " + defaultToml);
        }
        return value;
    }
}
