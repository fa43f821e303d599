package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sampling of whole nodes, asked as the command asks. */
@Timeout(240)
class SamplingNodesTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String[] TRACED = {
        "sinks.otlp.enabled=true", "sinks.otlp.endpoint=http://127.0.0.1:1"
    };

    @TempDir Path folder;

    @Test
    void of_a_standalone_it_survives_a_restart() throws Exception {
        try (Standalone node = TestStandalone.in(folder, TRACED)) {
            node.open();
            assertThat(ask(node, folder, "PUT", Map.of("ratio", List.of("0.5"))))
                    .containsPattern("ratio +cluster +0.5");
        }
        try (Standalone node = TestStandalone.in(folder, TRACED)) {
            node.open();
            assertThat(ask(node, folder, "GET", Map.of()))
                    .containsPattern("ratio +cluster +0.5")
                    .contains("changed by admin-token from 127.0.0.1:")
                    .doesNotContain("no traces leave this node");
            assertThat(ask(node, folder, "DELETE", Map.of()))
                    .containsPattern("ratio +configuration +0.01")
                    .doesNotContain("changed by");
        }
    }

    @Test
    void of_two_brokers_either_is_asked_for_both() throws Exception {
        try (TestPlacementGroup group = TestPlacementGroup.started(folder, "pc-1");
                MqttServer one = broker("m-1", group);
                MqttServer two = broker("m-2", group)) {
            one.open();
            two.open();
            Await.untilTrue(
                    "placement is known",
                    LIMIT,
                    () -> !ask(one, folder.resolve("m-1"), "GET", Map.of()).contains("not known"));
            ask(one, folder.resolve("m-1"), "PUT", Map.of("ratio", List.of("0.5")));
            awaitShown(two, "m-2", "ratio +cluster +0.5");
            ask(two, folder.resolve("m-2"), "DELETE", Map.of());
            awaitShown(one, "m-1", "ratio +configuration +0.01");
        }
    }

    private void awaitShown(MqttServer node, String name, String pattern) throws Exception {
        Await.untilTrue(
                name + " does as the other was asked",
                LIMIT,
                () ->
                        ask(node, folder.resolve(name), "GET", Map.of())
                                .lines()
                                .anyMatch(line -> line.matches(pattern)));
    }

    private MqttServer broker(String name, TestPlacementGroup group) {
        List<String> settings =
                List.of(
                        "node-id=" + name,
                        "mqtt.listen=127.0.0.1:0",
                        "mqtt.tls.listen=",
                        "mqtt.ws.listen=",
                        "mqtt.wss.listen=",
                        "mqtt.quic.listen=",
                        "http.listen=127.0.0.1:0",
                        "cluster.listen=127.0.0.1:0",
                        "sinks.console.enabled=false",
                        "placement.servers=" + String.join(",", group.addresses()),
                        "data.directory=" + folder.resolve(name));
        return switch (ConfigReader.read(MqttServerKeys.ROLE, null, Map.of(), settings)) {
            case ConfigOutcome.Loaded<MqttServerConfig> loaded ->
                    new MqttServer(
                            loaded,
                            new NodeIdentity(name, "test", "0.0.0"),
                            InstantSource.system());
            case ConfigOutcome.Wrong<MqttServerConfig> wrong -> throw new AssertionError(wrong);
        };
    }

    private static String ask(
            RoleProcess node, Path data, String method, Map<String, List<String>> asked)
            throws IOException {
        String token = AdminToken.read(data.resolve(AdminToken.FILE));
        try (NodeClient client = new NodeClient(TestStandalone.url(node), token)) {
            return client.ask(method, SamplingApi.PATH, asked, "text/plain");
        }
    }
}
