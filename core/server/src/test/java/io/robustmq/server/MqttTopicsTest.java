package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RewriteRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MqttTopicsTest {
    @TempDir private static Path directory;

    private static ConfigOutcome<StandaloneConfig> read(String toml) throws IOException {
        Path file = directory.resolve("standalone.toml");
        Files.writeString(file, toml);
        return ConfigReader.read(StandaloneKeys.ROLE, file, Map.of(), List.of());
    }

    @Test
    void rules_are_read_from_the_file_and_from_text() throws IOException {
        assertThat(
                        read(
                                """
                                [mqtt.topics]
                                rewrite = ["all old/# ^old/(.{1,9})$ new/$1", "publish a ^a$ b"]
                                """))
                .isInstanceOfSatisfying(
                        ConfigOutcome.Loaded.class,
                        loaded -> {
                            StandaloneConfig config = (StandaloneConfig) loaded.config();
                            assertThat(config.mqtt().topics().settings().rewrites())
                                    .extracting(RewriteRule::destination)
                                    .containsExactly("new/$1", "b");
                        });
        ConfigOutcome<StandaloneConfig> fromText =
                ConfigReader.read(
                        StandaloneKeys.ROLE,
                        null,
                        Map.of(),
                        List.of("mqtt.topics.auto-subscribe=a/%c qos=1; b/#"));
        assertThat(fromText)
                .isInstanceOfSatisfying(
                        ConfigOutcome.Loaded.class,
                        loaded ->
                                assertThat(
                                                ((StandaloneConfig) loaded.config())
                                                        .mqtt()
                                                        .topics()
                                                        .settings()
                                                        .autoSubscriptions())
                                        .hasSize(2));
    }

    @Test
    void each_rule_that_is_wrong_is_named() throws IOException {
        assertThat(
                        read(
                                """
                                [mqtt.topics]
                                rewrite = ["all old/# ^old$", "publish a ^a$ b"]
                                auto-subscribe = ["a/#/b"]
                                offline-messages-off = ["$share/g/a"]
                                """))
                .isInstanceOfSatisfying(
                        ConfigOutcome.Wrong.class,
                        wrong ->
                                assertThat(((ConfigOutcome.Wrong<?>) wrong).problems())
                                        .extracting(ConfigProblem::line)
                                        .satisfiesExactly(
                                                first ->
                                                        assertThat(first)
                                                                .contains(
                                                                        "standalone.toml:2:1",
                                                                        "mqtt.topics.rewrite",
                                                                        "\"all old/# ^old$\": has 3 parts"),
                                                second ->
                                                        assertThat(second)
                                                                .contains(
                                                                        "a/#/b is no topic filter"),
                                                third ->
                                                        assertThat(third)
                                                                .contains(
                                                                        "\"$share/g/a\": is no topic filter")));
    }
}
