package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventsCommandTest {
    @TempDir private Path directory;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private ExitCode run(Map<String, String> environment, List<String> arguments) {
        Main main =
                new Main(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        directory);
        return main.run(arguments.toArray(String[]::new));
    }

    private ExitCode ask(int port, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "events",
                                "--set",
                                "data.directory=" + directory,
                                "--set",
                                "http.listen=127.0.0.1:" + port));
        arguments.addAll(List.of(more));
        return run(Map.of(), arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** What a node has of HTTP. */
    private HttpEndpoint node(TestEventStore store, int port) throws IOException {
        HttpEndpoint endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        new PrometheusRegistry(),
                        new Readiness(Role.values()),
                        AdminToken.in(directory, new SplittableRandom(1)),
                        Events.NONE);
        endpoint.open();
        endpoint.add(
                new EventsApi(
                                new EventSearch(store.shard),
                                InstantSource.system(),
                                new RecordingEvents())
                        .route());
        return endpoint;
    }

    @Test
    void the_newest_events_of_the_running_node_are_shown_oldest_first() throws Exception {
        try (TestEventStore store = new TestEventStore(directory);
                HttpEndpoint node = node(store, 0)) {
            for (int i = 0; i < 1500; i++) {
                store.add("session.created", "c" + i);
            }
            store.add(
                    Severity.WARN,
                    "connection.refused",
                    "evil\\n\\u001b[2J",
                    ",\"reason_code\":135");
            int port = node.localAddress().getPort();

            assertThat(ask(port, "--limit=2")).isEqualTo(ExitCode.OK);
            assertThat(out().lines()).hasSize(2);
            assertThat(out().lines().toList().getLast())
                    .contains("WARN  connection.refused")
                    .contains("client_id=\"evil\\n\\u001b[2J\" reason_code=135")
                    .doesNotContain("\u001b");
            out.reset();

            assertThat(ask(port, "--limit", "1400", "--event=session.*", "--format=json"))
                    .isEqualTo(ExitCode.OK);
            List<String> lines = out().lines().toList();
            assertThat(lines).hasSize(1400);
            assertThat(lines.getFirst()).startsWith("{\"seq\":100,");
            assertThat(lines.getLast()).startsWith("{\"seq\":1499,");
            out.reset();

            assertThat(ask(port, "--level=warn", "--color=always", "--since=10m"))
                    .isEqualTo(ExitCode.OK);
            assertThat(out().lines()).singleElement().asString().contains("\u001b[33mWARN");
            out.reset();

            assertThat(ask(port, "--client-id=c7", "--format=logfmt")).isEqualTo(ExitCode.OK);
            assertThat(out()).startsWith("seq=7 time=").contains(" client_id=c7\n");
            assertThat(err()).isEmpty();
        }
    }

    @Test
    void a_wrong_token_and_no_node_are_told_with_what_to_do() throws Exception {
        Path wrong = Files.writeString(directory.resolve("wrong"), "0123456789abcdef");
        int port;
        try (TestEventStore store = new TestEventStore(directory);
                HttpEndpoint node = node(store, 0)) {
            port = node.localAddress().getPort();
            ExitCode code = ask(port, "--token-file=" + wrong);
            assertThat(code).isEqualTo(ExitCode.NO_PERMISSION);
            assertThat(err()).contains("answered 401", "admin-token");
        }
        err.reset();
        assertThat(ask(port, "--follow")).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(err()).contains("no node answers at http://127.0.0.1:" + port);
    }

    @Test
    void the_files_are_read_when_no_node_runs_and_not_while_one_does() throws Exception {
        int port;
        try (TestEventStore store = new TestEventStore(directory);
                HttpEndpoint node = node(store, 0)) {
            port = node.localAddress().getPort();
            store.add("session.created", "a");
            store.add("session.ended", "a");
            assertThat(run(Map.of(), List.of("events", "--data=" + directory)))
                    .isEqualTo(ExitCode.CANNOT_CREATE);
            assertThat(err()).contains("is open in another process");
        }
        err.reset();
        assertThat(ask(port, "--client-id=a")).isEqualTo(ExitCode.OK);
        assertThat(out().lines()).hasSize(2);
        assertThat(err()).contains("reading its files in " + directory);
        out.reset();
        assertThat(run(Map.of(), List.of("events", "--data", directory.toString(), "--limit=1")))
                .isEqualTo(ExitCode.OK);
        assertThat(out()).contains("session.ended").doesNotContain("session.created");
        assertThat(run(Map.of(), List.of("events", "--data=" + directory, "--follow")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(run(Map.of(), List.of("events", "--data=" + directory.resolve("nowhere"))))
                .isEqualTo(ExitCode.NO_INPUT);
    }

    @Test
    void following_goes_on_where_it_was_when_the_node_comes_back() throws Exception {
        TestEventStore store = new TestEventStore(directory);
        HttpEndpoint node = node(store, 0);
        int port = node.localAddress().getPort();
        store.add("session.created", "before");
        Thread following =
                Thread.ofPlatform().daemon().start(() -> ask(port, "--follow", "--format=json"));
        try {
            shown("before");
            store.add("session.created", "first");
            shown("first");
            node.close();
            Await.untilTrue(
                    "it is told", Duration.ofSeconds(20), () -> err().contains("trying again"));
            store.add("session.created", "meanwhile");
            node = node(store, port);
            shown("meanwhile");
            assertThat(err()).contains("connected again");
            assertThat(out().lines()).hasSize(3);
        } finally {
            following.interrupt();
            following.join();
            node.close();
            store.close();
        }
    }

    private void shown(String client) throws Exception {
        Await.untilTrue(
                client + " is shown",
                Duration.ofSeconds(20),
                () -> out().contains('"' + client + '"'));
    }

    @Test
    void what_is_wrong_on_the_command_line_is_said() {
        assertWrong("--limit must be a whole number from 1 to 100000, was \"0\"", "--limit=0");
        assertWrong("--format must be table, json or logfmt, was xml", "--format=xml");
        assertWrong("--color must be auto, always or never, was red", "--color=red");
        assertWrong("--url must be a URL that begins with http", "--url=ftp://x");
        assertWrong("--since needs a value", "--since");
        assertWrong("--until and --follow exclude each other", "--follow", "--until=1m");
        assertWrong("unknown option --topics", "--topics=x");
        assertWrong(
                "--role must be standalone or placement-center or mqtt-server or journal-server",
                "--role=x");
    }

    private void assertWrong(String line, String... arguments) {
        err.reset();
        List<String> all = new ArrayList<>(List.of("events"));
        all.addAll(List.of(arguments));
        assertThat(run(Map.of(), all)).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains(line);
    }
}
