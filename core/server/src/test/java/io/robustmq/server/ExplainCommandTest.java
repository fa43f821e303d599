package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.RawClient.Hello;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ExplainCommandTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private ExitCode run(String... arguments) {
        out.reset();
        err.reset();
        Main main =
                new Main(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder);
        return main.run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).replaceAll("\\s+", " ");
    }

    @Test
    void a_running_node_and_the_files_of_a_stopped_one_are_asked_alike() throws Exception {
        Path data = folder.resolve("data");
        List<String> online;
        try (ExplainedNode node = ExplainedNode.in(data)) {
            RawClient.connected(node.port(), "a/b c", Hello.PLAIN).close();
            node.awaitAccount("a%2Fb%20c", "disconnected");
            String token = data.resolve(AdminToken.FILE).toString();
            online = List.of("--url", node.url(), "--token-file", token);
            assertThat(run(join(online, "explain", "client", "a/b c"))).isEqualTo(ExitCode.OK);
            assertThat(out())
                    .startsWith("client \"a/b c\" It is not connected. Last disconnect: ")
                    .contains("What happened", "What is not known");
            assertThat(run(join(online, "explain", "client", "a/b c", "--json", "--since", "1h")))
                    .isEqualTo(ExitCode.OK);
            assertThat(out())
                    .startsWith(
                            "{\"subject\":\"client \\\"a/b c\\\"\",\"verdict\":\"It is not connected.")
                    .contains("\"pattern\":\"connection_lost\"");
            assertThat(run(join(online, "explain", "message", "--topic", "t/+")))
                    .isEqualTo(ExitCode.OK);
            assertThat(out()).startsWith("topic t/+ No publish to it is recorded.");
            Path wrong = folder.resolve("wrong-token");
            Files.writeString(wrong, "0123456789abcdef");
            assertThat(
                            run(
                                    "explain",
                                    "client",
                                    "x",
                                    "--url",
                                    node.url(),
                                    "--token-file",
                                    wrong.toString()))
                    .isEqualTo(ExitCode.NO_PERMISSION);
        }
        assertThat(run("explain", "client", "--data", data.toString(), "--", "a/b c"))
                .isEqualTo(ExitCode.OK);
        assertThat(out()).startsWith("client \"a/b c\" It is not connected. Last disconnect: ");
        assertThat(
                        run(
                                "explain",
                                "message",
                                "0af7651916cd43dd8448eb211c80319c",
                                "--data",
                                data.toString(),
                                "--color",
                                "always"))
                .isEqualTo(ExitCode.OK);
        assertThat(out())
                .startsWith(
                        "\u001b[1mmessage 0af7651916cd43dd8448eb211c80319c\u001b[0m No event has this trace.");
        assertThat(run("explain", "message", "short", "--data", data.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run("explain", "client", "x", "--data", folder.resolve("none").toString()))
                .isEqualTo(ExitCode.NO_INPUT);
    }

    private static String[] join(List<String> node, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(node);
        return all.toArray(String[]::new);
    }
}
