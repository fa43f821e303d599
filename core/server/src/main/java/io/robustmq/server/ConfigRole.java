package io.robustmq.server;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What may be configured for one role. The parser, the role's file in {@code config/} and its part
 * of {@code docs/reference/configuration.md} all come from this.
 */
final class ConfigRole<C extends Record & RoleConfig> {
    private final String command;
    private final Class<C> type;
    private final List<ConfigSection> sections;
    private final Consumer<ConfigValues> checks;
    private final Map<String, ConfigKey> byPath;

    /**
     * @param command the role's name on the command line
     * @param type has a component for each key
     * @param sections in the order of the file
     * @param checks what no key can say alone
     */
    ConfigRole(
            String command,
            Class<C> type,
            List<ConfigSection> sections,
            Consumer<ConfigValues> checks) {
        this.command = command;
        this.type = type;
        this.sections = sections;
        this.checks = checks;
        this.byPath = byPath(sections);
    }

    /** Those of the role, then those of all roles. */
    static List<ConfigSection> sections(List<ConfigSection> own, List<ConfigSection> common) {
        List<ConfigSection> all = new ArrayList<>(own);
        all.addAll(common);
        return List.copyOf(all);
    }

    /** All that have a configuration. */
    static List<ConfigRole<?>> all() {
        return List.of(
                StandaloneKeys.ROLE,
                PlacementCenterKeys.ROLE,
                MqttServerKeys.ROLE,
                JournalServerKeys.ROLE);
    }

    @Override
    public String toString() {
        return command;
    }

    String command() {
        return command;
    }

    Class<C> type() {
        return type;
    }

    /** Where the file is, below the installation, if {@code --conf} does not say. */
    String fileName() {
        return command + ".toml";
    }

    List<ConfigSection> sections() {
        return sections;
    }

    Collection<ConfigKey> keys() {
        return byPath.values();
    }

    /** The key of that path, null if there is none. */
    @Nullable ConfigKey key(String path) {
        return byPath.get(path);
    }

    /** Whether keys or sections are below that path. */
    boolean isSection(String path) {
        return !path.isEmpty()
                && sections.stream()
                        .map(ConfigSection::name)
                        .anyMatch(name -> name.equals(path) || name.startsWith(path + "."));
    }

    /** All paths, for suggestions. */
    Collection<String> paths() {
        return byPath.keySet();
    }

    void check(ConfigValues values) {
        checks.accept(values);
        SinkKeys.check(values);
    }

    private static Map<String, ConfigKey> byPath(List<ConfigSection> sections) {
        Map<String, ConfigKey> keys = new LinkedHashMap<>();
        for (ConfigSection section : sections) {
            section.keys().forEach(key -> keys.put(key.path(), key));
        }
        return Collections.unmodifiableMap(keys);
    }
}
