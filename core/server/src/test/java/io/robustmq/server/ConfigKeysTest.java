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
import org.junit.jupiter.api.Test;

class ConfigKeysTest {
    @Test
    void every_record_component_has_a_key_and_every_key_a_component() {
        assertThat(new TreeSet<>(ConfigKeys.names()))
                .isEqualTo(ConfigRecords.paths(StandaloneConfig.class));
    }

    @Test
    void no_key_is_there_twice_and_every_section_has_a_title() {
        assertThat(ConfigKeys.ALL).doesNotHaveDuplicates();
        assertThat(ConfigKeys.ALL.stream().map(ConfigKey::path)).doesNotHaveDuplicates();
        assertThat(ConfigKeys.ALL.stream().map(ConfigKey::section).distinct())
                .containsExactlyElementsOf(ConfigKeys.SECTIONS.keySet());
    }

    @Test
    void every_default_is_of_the_kind_of_its_key_and_explained() {
        for (ConfigKey key : ConfigKeys.ALL) {
            assertThat(key.defaultValue()).as(key.path()).isNotNull();
            assertThat(key.doc()).as(key.path()).endsWith(".");
        }
    }

    @Test
    void the_environment_name_of_a_key_leads_back_to_it() {
        for (ConfigKey key : ConfigKeys.ALL) {
            assertThat(ConfigKey.pathOfEnvironmentName(key.environmentName()))
                    .isEqualTo(key.path());
        }
    }

    @Test
    void the_environment_may_set_every_key() {
        Map<String, String> environment = new LinkedHashMap<>();
        for (ConfigKey key : ConfigKeys.ALL) {
            environment.put(key.environmentName(), key.defaultToml().replace("\"", ""));
        }
        assertThat(ConfigReader.read(null, environment, List.of()))
                .isInstanceOfSatisfying(
                        ConfigOutcome.Loaded.class,
                        loaded ->
                                assertThat(loaded.fromEnvironment())
                                        .isEqualTo(ConfigKeys.ALL.size()));
    }

    @Test
    void the_default_file_is_what_the_keys_say() throws IOException {
        compare(Path.of("config", "standalone.toml"), ConfigPages.file());
    }

    @Test
    void the_reference_is_what_the_keys_say() throws IOException {
        compare(Path.of("docs", "reference", "configuration.md"), ConfigPages.reference());
    }

    @Test
    void the_default_file_with_all_comments_taken_away_is_the_defaults() throws IOException {
        Path file = Files.createTempFile("uncommented", ".toml");
        try {
            Files.writeString(file, ConfigPages.file().replaceAll("(?m)^# ?(?=[a-z-]+ = )", ""));
            assertThat(ConfigReader.read(file, Map.of(), List.of()))
                    .isInstanceOfSatisfying(
                            ConfigOutcome.Loaded.class,
                            loaded ->
                                    assertThat(loaded.config())
                                            .isEqualTo(
                                                    ((ConfigOutcome.Loaded)
                                                                    ConfigReader.read(
                                                                            null, Map.of(),
                                                                            List.of()))
                                                            .config()));
        } finally {
            Files.delete(file);
        }
    }

    private static void compare(Path inRepository, String expected) throws IOException {
        Path file = Repository.root().resolve(inRepository);
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(file.resolveSibling("."));
            Files.writeString(file, expected);
        }
        assertThat(Files.exists(file) ? Files.readString(file) : "")
                .as(
                        "%s differs from ConfigKeys: run"
                                + " mvn -q -Dquick -pl core/server -am test -Dtest=ConfigKeysTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true"
                                + " and commit what it wrote",
                        inRepository)
                .isEqualTo(expected);
    }
}
