package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.RawClient.Hello;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster to try, of one node of each role. */
@Timeout(180)
class ClusterDevIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path folder;

    private final int mqtt = FreePorts.one();
    private final int base =
            IntStream.generate(FreePorts::one)
                    .filter(ClusterDevIT::areFree)
                    .findFirst()
                    .orElseThrow();

    private static boolean areFree(int base) {
        return IntStream.range(0, 7).allMatch(role -> isFree(base + 10 * role + 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private ChildProcess launch() throws IOException {
        return ChildProcess.start(
                "cluster-dev",
                folder,
                Map.of("ROBUSTMQ_BUILD", "never"),
                List.of(
                        Repository.root().resolve("bin").resolve("robustmq").toString(),
                        "cluster",
                        "dev",
                        "--nodes=1",
                        "--data=" + folder.resolve("data"),
                        "--mqtt-port=" + mqtt,
                        "--port-base=" + base));
    }

    private static ProcessHandle node(ChildProcess cluster, String id) {
        Pattern line = Pattern.compile("  " + id + " is process (\\d+)");
        return cluster.stdout().stream()
                .map(line::matcher)
                .filter(Matcher::matches)
                .map(found -> ProcessHandle.of(Long.parseLong(found.group(1))).orElseThrow())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void it_says_where_it_is_starts_again_what_was_killed_and_ends_all_of_it() throws Exception {
        ProcessHandle center;
        try (ChildProcess cluster = launch()) {
            cluster.awaitLine("it is ready", LIMIT, line -> line.equals("Ctrl-C stops it"));
            assertThat(cluster.stdout())
                    .contains("  MQTT      mqtt://127.0.0.1:" + mqtt)
                    .contains("  gRPC      127.0.0.1:" + (base + 1));
            center = node(cluster, "placement-1");
            try (RawClient listener = RawClient.connected(mqtt, "listener", Hello.PLAIN);
                    RawClient speaker = RawClient.connected(mqtt, "speaker", Hello.PLAIN)) {
                listener.subscribe("m/#", 0);
                speaker.publish("m/1", false, "x");
                listener.await(RawClient.PUBLISH);
            }
            node(cluster, "journal-1").destroyForcibly();
            cluster.awaitLine(
                    "it is told",
                    LIMIT,
                    line -> line.startsWith("journal-1 ended with 137, is started again"));
        }
        assertThat(center.isAlive()).isFalse();
    }

    @Test
    void a_port_that_is_taken_is_said_and_nothing_is_begun() throws Exception {
        try (ServerSocket other = new ServerSocket(base + 61, 1, InetAddress.getLoopbackAddress());
                ChildProcess cluster = launch()) {
            assertThat(cluster.awaitExit(LIMIT)).isEqualTo(69);
            assertThat(cluster.stderr())
                    .anyMatch(line ->
                            line.contains("127.0.0.1:" + other.getLocalPort())
                                    && line.contains("--port-base chooses others"));
            assertThat(folder.resolve("data")).doesNotExist();
        }
    }
}
