package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What listens for other nodes, and who may reach it. */
class ClusterKeysTest {
    private static final List<String> TLS =
            List.of("tls.certificate-file=c.pem", "tls.key-file=k.pem", "tls.ca-file=a.pem");

    private static List<String> problems(String role, List<String> settings) {
        for (ConfigRole<?> each : ConfigRole.all()) {
            if (each.command().equals(role)) {
                return switch (ConfigReader.read(each, null, Map.of(), settings)) {
                    case ConfigOutcome.Loaded<?> _ -> List.of();
                    case ConfigOutcome.Wrong<?> wrong ->
                            wrong.problems().stream().map(ConfigProblem::line).toList();
                };
            }
        }
        throw new AssertionError("no role " + role);
    }

    @ParameterizedTest
    @CsvSource({
        "placement-center, grpc.listen",
        "journal-server, grpc.listen",
        "journal-server, tcp.listen",
        "mqtt-server, cluster.listen"
    })
    void without_tls_other_machines_cannot_reach_what_believes_whoever_connects(
            String role, String listener) {
        List<String> cluster =
                role.equals("placement-center")
                        ? List.of()
                        : List.of("placement.servers=10.0.0.1:1228");
        List<String> open =
                Stream.concat(cluster.stream(), Stream.of(listener + "=10.0.0.7:9000")).toList();
        String assignment = listener + "=10.0.0.7:9000";
        assertThat(problems(role, open))
                .containsExactly(
                        "--set "
                                + assignment
                                + ": "
                                + listener
                                + ": must be a loopback address unless tls.certificate-file is set, was 10.0.0.7:9000");
        List<String> encrypted = Stream.concat(open.stream(), TLS.stream()).toList();
        assertThat(problems(role, encrypted)).isEmpty();
    }

    @Test
    void a_journal_server_alone_listens_where_it_is_told_to() {
        assertThat(problems("journal-server", List.of("tcp.listen=10.0.0.7:9000"))).isEmpty();
    }
}
