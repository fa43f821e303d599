package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JournalServerKeysTest {
    @Test
    void a_journal_server_has_defaults_of_its_own() {
        JournalServerConfig config = loaded().config();
        assertThat(config.grpc().listen()).hasToString("127.0.0.1/<unresolved>:2228");
        assertThat(config.tcp().listen()).hasToString("127.0.0.1/<unresolved>:3110");
        assertThat(config.http().listen()).hasToString("127.0.0.1/<unresolved>:9092");
        assertThat(config.journal().enableAutoCreateShard()).isTrue();
        assertThat(config.journal().shardReplicaNum()).isEqualTo(1);
    }

    @Test
    void more_copies_than_one_are_refused_because_nothing_would_make_them() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        JournalServerKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of("journal.shard-replica-num=3"))))
                .containsExactly(
                        "--set journal.shard-replica-num=3: journal.shard-replica-num: must be 1, was 3: these shards are this server's alone");
    }

    @Test
    void a_key_of_another_role_is_told_as_such() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        JournalServerKeys.ROLE,
                                        null,
                                        Map.of("ROBUSTMQ_MQTT__LISTEN", "127.0.0.1:1"),
                                        List.of())))
                .containsExactly(
                        "environment ROBUSTMQ_MQTT__LISTEN: mqtt.listen: is a key of standalone, not of journal-server");
    }

    private static ConfigOutcome.Loaded<JournalServerConfig> loaded() {
        return switch (ConfigReader.read(JournalServerKeys.ROLE, null, Map.of(), List.of())) {
            case ConfigOutcome.Loaded<JournalServerConfig> loaded -> loaded;
            case ConfigOutcome.Wrong<JournalServerConfig> wrong ->
                    throw new AssertionError(lines(wrong));
        };
    }

    private static List<String> lines(ConfigOutcome<JournalServerConfig> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Loaded<JournalServerConfig> loaded -> List.of();
            case ConfigOutcome.Wrong<JournalServerConfig>(List<ConfigProblem> problems) ->
                    problems.stream().map(ConfigProblem::line).toList();
        };
    }
}
