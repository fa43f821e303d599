package io.robustmq.server;

import io.robustmq.telemetry.pipeline.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
 * overridden by {@code --set}; what none of them says, OpenTelemetry's variables may. Collects
 * every problem instead of stopping at the first. For one use.
 */
final class ConfigReader<C extends Record & RoleConfig> {
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

    private static final String HASH_SALT = "events.hash-salt";

    /** Shorter ones can be guessed. */
    private static final int MIN_SALT = 16;

    /** A misspelling may differ from the key in this many letters. */
    private static final int MAX_MISSPELT = 3;

    private final ConfigRole<C> role;
    private final ConfigValues values = new ConfigValues();

    private final boolean withFiles;

    private ConfigReader(ConfigRole<C> role, boolean withFiles) {
        this.role = role;
        this.withFiles = withFiles;
    }

    /**
     * @param file null for none
     * @param environment all environment variables
     * @param assignments {@code key=value} each
     */
    static <C extends Record & RoleConfig> ConfigOutcome<C> read(
            ConfigRole<C> role,
            @Nullable Path file,
            Map<String, String> environment,
            List<String> assignments) {
        return new ConfigReader<>(role, true).read(file, environment, assignments);
    }

    /** The same whatever is wrong with the password file: for who is about to mend it. */
    static <C extends Record & RoleConfig> ConfigOutcome<C> readForUsers(
            ConfigRole<C> role,
            @Nullable Path file,
            Map<String, String> environment,
            List<String> assignments) {
        return new ConfigReader<>(role, false).read(file, environment, assignments);
    }

    private ConfigOutcome<C> read(
            @Nullable Path file, Map<String, String> environment, List<String> assignments) {
        for (ConfigKey key : role.keys()) {
            values.put(key.path(), key.defaultValue(), ConfigValues.DEFAULT);
        }
        if (file != null) {
            readFile(file);
        }
        int fromEnvironment = readEnvironment(environment);
        readAssignments(assignments);
        int fromOpenTelemetry = new OtelVariables(environment, values).read();
        if (values.problems().isEmpty()) {
            role.check(values);
            if (withFiles && role.key("mqtt.password-file") != null) {
                AccessKeys.checkFiles(values);
            }
            readHashSalt();
        }
        return values.problems().isEmpty()
                ? new ConfigOutcome.Loaded<>(
                        ConfigRecords.build(role.type(), values.all()),
                        file == null ? "" : file.toString(),
                        fromEnvironment + fromOpenTelemetry,
                        assignments.size())
                : new ConfigOutcome.Wrong<>(List.copyOf(values.problems()));
    }

    // File

    private void readFile(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException missing) {
            values.wrong(new ConfigProblem(file.toString(), "", "no such file"));
            return;
        } catch (IOException unreadable) {
            values.wrong(
                    new ConfigProblem(
                            file.toString(),
                            "",
                            "cannot be read: " + DataDirectory.reason(unreadable)));
            return;
        }
        TomlParseResult toml = Toml.parse(text);
        for (TomlParseError error : toml.errors()) {
            values.wrong(
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
            if (written instanceof TomlTable section && role.key(path) == null) {
                if (section.isEmpty() && !role.isSection(path)) {
                    unknown(source, path, "unknown section");
                }
                readTable(file, section, path + ".");
            } else if (role.isSection(path)) {
                values.wrong(
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
                values.wrong(
                        new ConfigProblem(
                                "--set " + assignment, "", "must be --set key=value, has no ="));
                continue;
            }
            String path = assignment.substring(0, equals);
            ConfigKey key = role.key(path);
            // one that is misspelt may be a secret, too
            boolean mayBeShown =
                    key == null
                            ? !path.startsWith("sink") && !path.contains("salt")
                            : !key.kind().isSecret();
            take(
                    "--set " + (mayBeShown ? assignment : path + "=…"),
                    path,
                    assignment.substring(equals + 1),
                    true);
        }
    }

    // All of them

    private void take(String source, String path, Object written, boolean isText) {
        ConfigKey key = role.key(path);
        if (key == null) {
            unknown(source, path, "unknown key");
            return;
        }
        Object value = isText ? key.kind().readText((String) written) : key.kind().read(written);
        if (value == null) {
            values.wrong(
                    new ConfigProblem(
                            source,
                            path,
                            "must be "
                                    + key.kind().allowed()
                                    + (key.kind().isSecret()
                                            ? ", is something else"
                                            : ", was " + shown(written))));
            return;
        }
        values.put(path, value, source);
    }

    private void unknown(String source, String path, String what) {
        for (ConfigRole<?> other : ConfigRole.all()) {
            if (other.key(path) != null) {
                values.wrong(
                        new ConfigProblem(
                                source,
                                path,
                                "is a key of " + other.command() + ", not of " + role.command()));
                return;
            }
        }
        String meant = Spelling.nearest(path, role.paths(), MAX_MISSPELT);
        if (meant == null) {
            String name = path.substring(path.lastIndexOf('.') + 1);
            meant =
                    role.keys().stream()
                            .filter(key -> key.name().equals(name)) // the section is missing
                            .map(ConfigKey::path)
                            .collect(Collectors.joining(" or "));
        }
        values.wrong(
                new ConfigProblem(
                        source,
                        path,
                        meant.isEmpty() ? what : what + ", did you mean " + meant + "?"));
    }

    /** What is in the file takes the place of what is not in the configuration. */
    private void readHashSalt() {
        Path file = (Path) values.of(HASH_SALT + "-file");
        Secret salt = (Secret) values.of(HASH_SALT);
        if (!file.toString().isEmpty()) {
            if (!salt.isEmpty()) {
                values.wrong(HASH_SALT, "must be empty with " + HASH_SALT + "-file");
                return;
            }
            try {
                salt = new Secret(Files.readString(file).strip());
            } catch (IOException unreadable) {
                values.wrong(
                        HASH_SALT + "-file", "cannot be read: " + DataDirectory.reason(unreadable));
                return;
            }
            values.put(HASH_SALT, salt, file.toString());
        }
        int length = salt.value().length();
        if (length < MIN_SALT && !(salt.isEmpty() && file.toString().isEmpty())) {
            values.wrong(
                    HASH_SALT, "must have at least " + MIN_SALT + " characters, has " + length);
        }
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
