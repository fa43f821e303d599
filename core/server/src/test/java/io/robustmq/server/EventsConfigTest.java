package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Levels of events, and the salt of hashes, as configured. */
class EventsConfigTest {
    private static final String SALT = "sixteen or more characters";

    @TempDir Path folder;

    @Test
    void nothing_below_info_is_stored_unless_a_sink_wants_it() {
        assertThat(levels()).isEqualTo(PipelineSettings.Levels.defaults());
        assertThat(levels("sinks.file.level=debug").standard()).isEqualTo(Severity.DEBUG);
        assertThat(levels("sinks.otlp.level=debug").standard())
                .as("the sink is off")
                .isEqualTo(Severity.INFO);
        assertThat(levels("sinks.console.level=error", "sinks.file.level=error").standard())
                .as("for questions")
                .isEqualTo(Severity.INFO);
        assertThat(levels("sinks.file.level=debug", "events.level=warn").standard())
                .isEqualTo(Severity.WARN);
    }

    @Test
    void categories_have_levels_of_their_own_in_the_file_and_elsewhere() throws IOException {
        Map<String, Severity> wanted = Map.of("message", Severity.DEBUG, "session", Severity.WARN);
        assertThat(levels("events.levels=message=debug,session=warn").categories())
                .isEqualTo(wanted);
        Path file =
                Files.writeString(
                        folder.resolve("test.toml"),
                        "events.levels = [\"message=debug\", \"session = warn\"]");
        assertThat(read(file, Map.of()))
                .isInstanceOfSatisfying(
                        ConfigOutcome.Loaded.class,
                        loaded ->
                                assertThat(((StandaloneConfig) loaded.config()).events().levels())
                                        .isEqualTo(wanted));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mesage=debug",
                "message=loud",
                "message",
                "audit=error",
                "message=debug,message=info"
            })
    void a_level_that_is_none_is_refused_with_what_there_is(String written) {
        assertThat(problems(read(null, Map.of(), "events.levels=" + written)))
                .singleElement()
                .asString()
                .contains("must be a list of category=level", "connection", "was \"" + written);
    }

    @Test
    void the_salt_is_in_the_configuration_or_in_a_file() throws IOException {
        assertThat(salt(read(null, Map.of()))).isEmpty();
        assertThat(salt(read(null, Map.of("ROBUSTMQ_EVENTS__HASH_SALT", SALT)))).isEqualTo(SALT);
        Path file = Files.writeString(folder.resolve("salt"), SALT + "\n");
        assertThat(salt(read(null, Map.of(), "events.hash-salt-file=" + file))).isEqualTo(SALT);
    }

    @Test
    void a_salt_that_does_not_do_is_refused_and_not_printed() throws IOException {
        String secret = "too short";
        Path file = Files.writeString(folder.resolve("salt"), secret);
        for (ConfigOutcome<StandaloneConfig> outcome :
                List.of(
                        read(null, Map.of(), "events.hash-salt=" + secret),
                        read(null, Map.of(), "events.hash-salts=" + secret),
                        read(null, Map.of("ROBUSTMQ_EVENTS__HASH_SALT", secret)),
                        read(null, Map.of(), "events.hash-salt=" + secret + "\u0007"),
                        read(null, Map.of(), "events.hash-salt-file=" + file),
                        read(
                                null,
                                Map.of("ROBUSTMQ_EVENTS__HASH_SALT", secret),
                                "events.hash-salt-file=" + file),
                        read(null, Map.of(), "events.hash-salt-file=" + folder.resolve("none")))) {
            assertThat(problems(outcome))
                    .singleElement()
                    .asString()
                    .contains("events.hash-salt")
                    .doesNotContain(secret);
        }
    }

    @Test
    void no_text_of_the_configuration_has_the_salt() {
        ConfigOutcome<StandaloneConfig> outcome = read(null, Map.of(), "events.hash-salt=" + SALT);
        assertThat(salt(outcome)).isEqualTo(SALT);
        assertThat(outcome.toString()).doesNotContain(SALT);
    }

    private static PipelineSettings.Levels levels(String... assignments) {
        return switch (read(null, Map.of(), assignments)) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded ->
                    ComponentSettings.pipeline(loaded.config()).intake().levels();
            case ConfigOutcome.Wrong<StandaloneConfig> wrong ->
                    throw new AssertionError(problems(wrong));
        };
    }

    private static String salt(ConfigOutcome<StandaloneConfig> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded ->
                    ComponentSettings.pipeline(loaded.config()).intake().hashSalt().value();
            case ConfigOutcome.Wrong<StandaloneConfig> wrong ->
                    throw new AssertionError(problems(wrong));
        };
    }

    private static List<String> problems(ConfigOutcome<StandaloneConfig> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded -> List.of();
            case ConfigOutcome.Wrong<StandaloneConfig>(List<ConfigProblem> problems) ->
                    problems.stream().map(ConfigProblem::line).toList();
        };
    }

    private static ConfigOutcome<StandaloneConfig> read(
            Path file, Map<String, String> environment, String... assignments) {
        return ConfigReader.read(StandaloneKeys.ROLE, file, environment, List.of(assignments));
    }
}
