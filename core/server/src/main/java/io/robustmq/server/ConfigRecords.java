package io.robustmq.server;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes the record tree out of values by path. */
final class ConfigRecords {
    private ConfigRecords() {}

    /**
     * @param values of the components' types, by dotted path in kebab case, none missing
     */
    static <R extends Record> R build(Class<R> type, Map<String, Object> values) {
        return build(type, "", values);
    }

    /** The dotted paths of all values in the tree. */
    static Set<String> paths(Class<? extends Record> type) {
        Set<String> paths = new TreeSet<>();
        collect(type, "", paths);
        return paths;
    }

    private static <R extends Record> R build(
            Class<R> type, String prefix, Map<String, Object> values) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String path = prefix + kebabCase(components[i].getName());
            Object argument =
                    components[i].getType().isRecord()
                            ? build(
                                    components[i].getType().asSubclass(Record.class),
                                    path + ".",
                                    values)
                            : values.get(path);
            if (argument == null) {
                throw new IllegalStateException("no configuration key for " + path);
            }
            arguments[i] = argument;
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(type + " cannot be built", impossible);
        }
    }

    private static void collect(Class<? extends Record> type, String prefix, Set<String> paths) {
        for (RecordComponent component : type.getRecordComponents()) {
            String path = prefix + kebabCase(component.getName());
            if (component.getType().isRecord()) {
                collect(component.getType().asSubclass(Record.class), path + ".", paths);
            } else {
                paths.add(path);
            }
        }
    }

    private static String kebabCase(String camelCase) {
        return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
