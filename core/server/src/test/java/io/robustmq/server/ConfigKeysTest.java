package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigKeysTest {
    static List<ConfigRole<?>> roles() {
        return ConfigRole.all();
    }

    @ParameterizedTest
    @MethodSource("roles")
    void every_record_component_has_a_key_and_every_key_a_component(ConfigRole<?> role) {
        assertThat(new TreeSet<>(role.paths())).isEqualTo(ConfigRecords.paths(role.type()));
    }

    @ParameterizedTest
    @MethodSource("roles")
    void no_key_is_there_twice_and_every_key_is_in_its_section(ConfigRole<?> role) {
        assertThat(role.sections().stream().map(ConfigSection::name)).doesNotHaveDuplicates();
        for (ConfigSection section : role.sections()) {
            assertThat(section.keys().stream().map(ConfigKey::path)).doesNotHaveDuplicates();
            assertThat(section.keys().stream().map(ConfigKey::section))
                    .isNotEmpty()
                    .allMatch(section.name()::equals);
        }
    }

    @ParameterizedTest
    @MethodSource("roles")
    void every_default_is_of_the_kind_of_its_key_and_explained(ConfigRole<?> role) {
        for (ConfigKey key : role.keys()) {
            assertThat(key.defaultValue()).as(key.path()).isNotNull();
            assertThat(key.doc()).as(key.path()).endsWith(".");
        }
    }

    @ParameterizedTest
    @MethodSource("roles")
    void the_environment_name_of_a_key_leads_back_to_it(ConfigRole<?> role) {
        for (ConfigKey key : role.keys()) {
            assertThat(ConfigKey.pathOfEnvironmentName(key.environmentName()))
                    .isEqualTo(key.path());
        }
    }

    @ParameterizedTest
    @MethodSource("roles")
    void the_environment_may_set_every_key(ConfigRole<?> role) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (ConfigKey key : role.keys()) {
            environment.put(key.environmentName(), key.defaultToml().replace("\"", ""));
        }
        assertThat(loaded(role, null, environment).fromEnvironment()).isEqualTo(role.keys().size());
    }

    @ParameterizedTest
    @MethodSource("roles")
    void the_default_file_is_what_the_keys_say(ConfigRole<?> role) throws IOException {
        compare(Path.of("config", role.fileName()), ConfigPages.file(role));
    }

    @Test
    void the_reference_is_what_the_keys_say() throws IOException {
        compare(Path.of("docs", "reference", "configuration.md"), ConfigPages.reference());
    }

    @ParameterizedTest
    @MethodSource("roles")
    void the_default_file_with_all_comments_taken_away_is_the_defaults(ConfigRole<?> role)
            throws IOException {
        Path file = Files.createTempFile("uncommented", ".toml");
        try {
            Files.writeString(
                    file, ConfigPages.file(role).replaceAll("(?m)^# ?(?=[a-z-]+ = )", ""));
            assertThat(loaded(role, file, Map.of()).config())
                    .isEqualTo(loaded(role, null, Map.of()).config());
        } finally {
            Files.delete(file);
        }
    }

    private static ConfigOutcome.Loaded<?> loaded(
            ConfigRole<?> role, @Nullable Path file, Map<String, String> environment) {
        ConfigOutcome<?> outcome = ConfigReader.read(role, file, environment, List.of());
        assertThat(outcome).isInstanceOf(ConfigOutcome.Loaded.class);
        return (ConfigOutcome.Loaded<?>) outcome;
    }

    private static void compare(Path inRepository, String expected) throws IOException {
        Path file = Repository.root().resolve(inRepository);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(
                        "%s differs from the keys: run"
                                + " mvn -q -Dquick -pl core/server -am test -Dtest=ConfigKeysTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true"
                                + " and commit what it wrote",
                        inRepository)
                .isEqualTo(expected);
    }
}
