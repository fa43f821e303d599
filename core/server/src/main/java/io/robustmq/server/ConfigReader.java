package io.robustmq.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Reads the configuration: defaults, overridden by the file, overridden by the environment,
 * overridden by {@code --set}. Collects every problem instead of stopping at the first. For one
 * use.
 */
final class ConfigReader {
    /** Variables of that prefix that are not keys: bin/robustmq reads them. */
    private static final List<String> LAUNCHER_VARIABLES =
            List.of("ROBUSTMQ_BUILD", "ROBUSTMQ_JAVA_OPTS", "ROBUSTMQ_AOT");

    /**
     * Kubernetes sets such variables for a Service whose name begins with "robustmq"; no key of
     * ours can look like them.
     */
    private static final Pattern KUBERNETES_VARIABLES =
            Pattern.compile(
                    "ROBUSTMQ(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    /** A misspelling may differ from the key in this many letters. */
    private static final int MAX_MISSPELT = 3;

    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<String, Object> values = new HashMap<>();
    private final Map<String, String> sources = new HashMap<>();

    private Map<String, PasswordHash> users = Map.of();

    private ConfigReader() {}

    /**
     * @param file null for none
     * @param environment all environment variables
     * @param assignments {@code key=value} each
     */
    static ConfigOutcome read(
            @Nullable Path file, Map<String, String> environment, List<String> assignments) {
        ConfigReader reader = new ConfigReader();
        for (ConfigKey key : ConfigKeys.ALL) {
            reader.values.put(key.path(), key.defaultValue());
        }
        if (file != null) {
            reader.readFile(file);
        }
        int fromEnvironment = reader.readEnvironment(environment);
        reader.readAssignments(assignments);
        if (reader.problems.isEmpty()) {
            reader.checkTogether();
            reader.readPasswords();
        }
        return reader.problems.isEmpty()
                ? new ConfigOutcome.Loaded(
                        ConfigRecords.build(StandaloneConfig.class, reader.values),
                        reader.users,
                        file == null ? "" : file.toString(),
                        fromEnvironment,
                        assignments.size())
                : new ConfigOutcome.Wrong(List.copyOf(reader.problems));
    }

    // File

    private void readFile(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            problems.add(new ConfigProblem(file.toString(), "", "no such file"));
            return;
        } catch (IOException unreadable) {
            problems.add(
                    new ConfigProblem(
                            file.toString(),
                            "",
                            "cannot be read: " + DataDirectory.reason(unreadable)));
            return;
        }
        TomlParseResult toml = Toml.parse(text);
        for (TomlParseError error : toml.errors()) {
            problems.add(
                    new ConfigProblem(
                            at(file, error.position()), "", "not TOML: " + error.getMessage()));
        }
        if (!toml.hasErrors()) {
            readTable(file, toml, "");
        }
    }

    private void readTable(Path file, TomlTable table, String prefix) {
        for (String name : table.keySet()) {
            List<String> step = List.of(name);
            String path = prefix + name;
            String source = at(file, table.inputPositionOf(step));
            Object written = table.get(step);
            if (written instanceof TomlTable section && ConfigKeys.of(path) == null) {
                if (section.isEmpty() && !ConfigKeys.isSection(path)) {
                    unknown(source, path, "unknown section");
                }
                readTable(file, section, path + ".");
            } else if (ConfigKeys.isSection(path)) {
                problems.add(
                        new ConfigProblem(
                                source,
                                path,
                                "is a section, write [" + path + "], was " + shown(written)));
            } else if (written != null) {
                take(source, path, written, false);
            }
        }
    }

    private static String at(Path file, @Nullable TomlPosition position) {
        return position == null
                ? file.toString()
                : file + ":" + position.line() + ":" + position.column();
    }

    // Environment and command line

    private int readEnvironment(Map<String, String> environment) {
        int taken = 0;
        for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(ConfigKey.ENVIRONMENT_PREFIX)
                    || LAUNCHER_VARIABLES.contains(name)
                    || KUBERNETES_VARIABLES.matcher(name).matches()) {
                continue;
            }
            take(
                    "environment " + name,
                    ConfigKey.pathOfEnvironmentName(name),
                    variable.getValue(),
                    true);
            taken++;
        }
        return taken;
    }

    private void readAssignments(List<String> assignments) {
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals < 1) {
                problems.add(
                        new ConfigProblem(
                                "--set " + assignment, "", "must be --set key=value, has no ="));
                continue;
            }
            take(
                    "--set " + assignment,
                    assignment.substring(0, equals),
                    assignment.substring(equals + 1),
                    true);
        }
    }

    // All of them

    private void take(String source, String path, Object written, boolean isText) {
        ConfigKey key = ConfigKeys.of(path);
        if (key == null) {
            unknown(source, path, "unknown key");
            return;
        }
        Object value = isText ? key.kind().readText((String) written) : key.kind().read(written);
        if (value == null) {
            problems.add(
                    new ConfigProblem(
                            source,
                            path,
                            "must be " + key.kind().allowed() + ", was " + shown(written)));
            return;
        }
        values.put(path, value);
        sources.put(path, source);
    }

    private void unknown(String source, String path, String what) {
        String meant = Spelling.nearest(path, ConfigKeys.names(), MAX_MISSPELT);
        if (meant == null) {
            String name = path.substring(path.lastIndexOf('.') + 1);
            meant =
                    ConfigKeys.ALL.stream()
                            .filter(key -> key.name().equals(name)) // the section is missing
                            .map(ConfigKey::path)
                            .collect(Collectors.joining(" or "));
        }
        problems.add(
                new ConfigProblem(
                        source,
                        path,
                        meant.isEmpty() ? what : what + ", did you mean " + meant + "?"));
    }

    /** What no key can say alone. */
    private void checkTogether() {
        boolean anonymous = (Boolean) value("mqtt.allow-anonymous");
        if (!anonymous && value("mqtt.password-file").toString().isEmpty()) {
            problems.add(
                    new ConfigProblem(
                            sources.getOrDefault("mqtt.allow-anonymous", "default"),
                            "mqtt.allow-anonymous",
                            "is false and mqtt.password-file is empty, so nobody could connect: set one of them"));
        }
        InetSocketAddress placement = (InetSocketAddress) value("placement.listen");
        if (isLiteralButNotLoopback(placement.getHostString())) {
            problems.add(
                    new ConfigProblem(
                            sources.getOrDefault("placement.listen", "default"),
                            "placement.listen",
                            "must be a loopback address such as 127.0.0.1, was "
                                    + placement.getHostString()));
        }
        List<String> listeners = List.of("mqtt.listen", "http.listen", "placement.listen");
        for (int i = 0; i < listeners.size(); i++) {
            for (String other : listeners.subList(0, i)) {
                String mine = value(listeners.get(i)).toString();
                if (mine.equals(value(other).toString()) && !mine.endsWith(":0")) {
                    problems.add(
                            new ConfigProblem(
                                    sources.getOrDefault(listeners.get(i), "default"),
                                    listeners.get(i),
                                    "must differ from "
                                            + other
                                            + ", both are "
                                            + shownAddress(mine)));
                }
            }
        }
    }

    /** Names are looked up at the start, not here. */
    private static boolean isLiteralButNotLoopback(String host) {
        try {
            return !InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private void readPasswords() {
        Path file = (Path) value("mqtt.password-file");
        if (file.toString().isEmpty()) {
            return;
        }
        switch (PasswordFile.read(file)) {
            case PasswordFile.Loaded(Map<String, PasswordHash> found) -> users = found;
            case PasswordFile.Wrong(List<ConfigProblem> wrong) -> problems.addAll(wrong);
        }
    }

    private Object value(String path) {
        Object value = values.get(path);
        if (value == null) {
            throw new IllegalStateException("no key " + path);
        }
        return value;
    }

    private static String shownAddress(String unresolved) {
        return unresolved.replace("/<unresolved>", "");
    }

    private static String shown(@Nullable Object written) {
        return switch (written) {
            case null -> "nothing";
            case String text -> '"' + text + '"';
            case TomlArray array -> array.toJson().strip().replaceAll("\\s+", " ");
            case TomlTable table -> table.toJson().strip().replaceAll("\\s+", " ");
            case Object other -> other.toString();
        };
    }
}
