package io.robustmq.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values read so far, where each is from, and what is wrong with them. */
final class ConfigValues {
    /** The source of what nobody set. */
    static final String DEFAULT = "default";

    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    /**
     * @param source as {@link ConfigProblem} has it
     */
    void put(String path, Object value, String source) {
        values.put(path, value);
        sources.put(path, source);
    }

    /** Whether nobody said anything about that key. */
    boolean isDefault(String path) {
        return DEFAULT.equals(sources.get(path));
    }

    Object of(String path) {
        Object value = values.get(path);
        if (value == null) {
            throw new IllegalStateException("no key " + path);
        }
        return value;
    }

    Map<String, Object> all() {
        return values;
    }

    List<ConfigProblem> problems() {
        return problems;
    }

    void wrong(ConfigProblem problem) {
        problems.add(problem);
    }

    /** The value of that key does not do. */
    void wrong(String path, String detail) {
        problems.add(new ConfigProblem(sources.getOrDefault(path, DEFAULT), path, detail));
    }

    private String address(String path) {
        Object value = of(path);
        return value instanceof Optional<?> maybe
                ? maybe.map(Object::toString).orElse("")
                : value.toString();
    }

    /** Addresses that two listeners cannot share. */
    void mustDiffer(String... listeners) {
        for (int i = 0; i < listeners.length; i++) {
            for (int j = 0; j < i; j++) {
                String mine = address(listeners[i]);
                boolean same = mine.equals(address(listeners[j]));
                if (same && !mine.isEmpty() && !mine.endsWith(":0")) {
                    wrong(
                            listeners[i],
                            "must differ from "
                                    + listeners[j]
                                    + ", both are "
                                    + mine.replace("/<unresolved>", ""));
                }
            }
        }
    }
}
