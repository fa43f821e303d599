package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.journal.LocalDisk;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.pipeline.DebugTraces;
import io.robustmq.telemetry.pipeline.Levels;
import io.robustmq.telemetry.pipeline.NoStore;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.testkit.RecordingEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Levels, traces and sampling by HTTP and from the command line, with a real pipeline. */
class ControlApiTest {
    /** What holds when nobody said otherwise. */
    private static final String CONFIGURED =
            """
            ratio                configuration  0.01
            rules                configuration  none
            max-per-second       configuration  100
            keep-slow            configuration  1s
            keep-failed          configuration  true
            max-kept-per-second  configuration  20
            no traces leave this node, as sinks.otlp.enabled is false: this is what would hold
            """;

    @TempDir private Path directory;

    private static final Instant NOW = Instant.parse("2026-11-26T16:20:12Z");

    private final HttpClient client = HttpClient.newHttpClient();
    private final RecordingEvents events = new RecordingEvents();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Pipeline pipeline;
    private LocalPlacement placement;
    private AgreedSampling sampling;
    private HttpEndpoint endpoint;
    private String token;

    @BeforeEach
    void open() throws IOException {
        pipeline = ControlledNode.pipeline("node-1", directory, InstantSource.system());
        pipeline.open(new NoStore());
        endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new PrometheusRegistry(),
                        new Readiness(Role.values()),
                        AdminToken.in(directory, new SplittableRandom(1)),
                        events);
        LogControl control = new LocalLogControl(pipeline);
        endpoint.add(new LevelsApi(pipeline.levels(), control, events).route());
        endpoint.add(new TracesApi(pipeline.traces(), control, events).route());
        sampling = new AgreedSampling("node-1", pipeline, () -> NOW);
        endpoint.add(new SamplingApi(sampling, events).route());
        endpoint.open();
        placement = LocalPlacement.in(directory, new LocalDisk(), InstantSource.system());
        sampling.open(placement.placement);
        token = String.valueOf(AdminToken.read(directory.resolve(AdminToken.FILE)));
    }

    @AfterEach
    void close() {
        endpoint.close();
        sampling.close();
        placement.close();
        pipeline.close();
        client.close();
    }

    @Test
    void a_level_is_changed_by_http_with_parameters_in_the_url_or_in_the_body() throws Exception {
        HttpResponse<String> first = ask("PUT", "/levels?category=message&level=debug", "");
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body())
                .isEqualTo("{\"category\":\"message\",\"level\":\"debug\",\"own\":true}\n");
        HttpResponse<String> second = ask("PUT", "/levels", "category=all&level=warn&for=10m");
        assertThat(second.body())
                .startsWith("{\"category\":\"all\",\"level\":\"warn\",\"own\":true,\"until\":\"")
                .endsWith("\",\"then\":\"info\"}\n");
        assertThat(ask("GET", "/levels", "").body())
                .startsWith("{\"levels\":[{\"category\":\"all\",\"level\":\"warn\"")
                .contains(
                        "{\"category\":\"message\",\"level\":\"debug\",\"own\":true}",
                        "{\"category\":\"session\",\"level\":\"warn\",\"own\":false}")
                .doesNotContain("audit");
    }

    @Test
    void what_is_wrong_is_said_and_changes_nothing_and_is_an_event() throws Exception {
        List<Levels.Level> before = pipeline.levels().list();
        Map<String, String> wrong =
                Map.of(
                        "/levels?category=mesage&level=debug", "no category mesage",
                        "/levels?category=message&level=loud", "was \\\"loud\\\"",
                        "/levels?category=message&level=info&for=1y", "for must be 1s to 7d",
                        "/levels?category=audit&level=error", "always taken",
                        "/levels?category=message&level=info&form=1m", "no parameter form");
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            HttpResponse<String> answer = ask("PUT", each.getKey(), "");
            assertThat(answer.statusCode()).as(each.getKey()).isEqualTo(400);
            assertThat(answer.body()).contains(each.getValue());
        }
        assertThat(pipeline.levels().list()).isEqualTo(before);
        assertThat(events.of(AuditEvent.RequestRefused.class))
                .hasSize(wrong.size())
                .allSatisfy(event -> {
                    assertThat(event.request()).isEqualTo("PUT /api/v1/levels");
                    assertThat(event.admin().who()).isEqualTo("admin-token");
                    assertThat(event.admin().remoteAddr()).startsWith("127.0.0.1:");
                });
    }

    @Test
    void a_trace_is_begun_shown_and_stopped_by_http() throws Exception {
        String begun = ask("POST", "/traces?client=x%20y&for=1h&rate=7", "").body();
        assertThat(begun)
                .matches(
                        "\\{\"id\":\"[0-9a-f]{8}\",\"client\":\"x y\",\"begun\":\"[^\"]+\",\"until\":\"[^\"]+\","
                                + "\"rate\":7,\"events\":0,\"left_out\":0}\n");
        assertThat(ask("GET", "/traces", "").body())
                .isEqualTo("{\"traces\":[" + begun.strip() + "]}\n");
        String id = begun.substring(7, 15);
        assertThat(ask("DELETE", "/traces?id=" + id, "").body())
                .isEqualTo("{\"stopped\":\"" + id + "\"}\n");
        assertThat(ask("DELETE", "/traces?id=" + id, "").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/traces?client=x&topic=y", "").statusCode()).isEqualTo(400);
        assertThat(ask("POST", "/traces?topic=a/%23/b", "").body()).contains("topic filter");
        assertThat(ask("POST", "/traces?address=localhost", "").body()).contains("an IP address");
        assertThat(ask("POST", "/traces?client=x&rate=all", "").statusCode()).isEqualTo(400);
        assertThat(ask("GET", "/traces", "").body()).isEqualTo("{\"traces\":[]}\n");
        for (int i = 0; i < DebugTraces.MAX; i++) {
            assertThat(ask("POST", "/traces?client=" + i, "").statusCode()).isEqualTo(200);
        }
        assertThat(ask("POST", "/traces?client=more", "").statusCode()).isEqualTo(409);
    }

    @Test
    void the_commands_show_lines_for_people() throws Exception {
        assertThat(run("levels", "message", "debug", "--for", "10m")).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches("message +debug until \\S+Z, then info\n");
        out.reset();
        assertThat(run("levels")).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("all             info\n")
                .containsPattern("(?m)^message         debug until ");
        out.reset();
        assertThat(run("trace", "topic", "a/+", "--rate=5")).isEqualTo(ExitCode.OK);
        String begun = out.toString(StandardCharsets.UTF_8);
        assertThat(begun)
                .matches(
                        "[0-9a-f]{8}  topic a/\\+ until \\S+Z, at most 5 events/s, 0 taken, 0 left out\n");
        out.reset();
        assertThat(run("trace", "list", "--json")).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("{\"traces\":[{\"id\":");
        assertThat(run("trace", "stop", begun.substring(0, 8))).isEqualTo(ExitCode.OK);
        assertThat(run("trace", "stop", begun.substring(0, 8))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no trace");
    }

    @Test
    void sampling_is_shown_changed_and_taken_back_by_http() throws Exception {
        String before = ask("GET", "/sampling", "").body();
        assertThat(before)
                .startsWith(
                        "{\"sampling\":{\"ratio\":{\"value\":0.01,\"from\":\"configuration\",\"configured\":0.01},\"rules\":{\"value\":[],")
                .endsWith(
                        "},\"agreed_known\":true,\"exported\":false,\"not_exported\":\"sinks.otlp.enabled is false\"}\n");
        HttpResponse<String> changed =
                ask("PUT", "/sampling?ratio=0.5", "rule=topic=a/%2B+ratio=1&why=a+test");
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.body())
                .contains(
                        "\"ratio\":{\"value\":0.5,\"from\":\"cluster\",\"configured\":0.01}",
                        "\"rules\":{\"value\":[\"topic=a/+ ratio=1\"],\"from\":\"cluster\",\"configured\":[]}",
                        "\"keep-slow\":{\"value\":\"1s\",\"from\":\"configuration\"",
                        "\"changed\":{\"who\":\"admin-token\",\"address\":\"127.0.0.1:",
                        "\"node\":\"node-1\",\"at\":\"2026-11-26T16:20:12Z\",\"why\":\"a test\"}");
        assertThat(json("PUT", "/sampling", "{\"ratio\":null,\"keep-failed\":false}").body())
                .contains(
                        "\"ratio\":{\"value\":0.01,\"from\":\"configuration\"",
                        "\"rules\":{\"value\":[\"topic=a/+ ratio=1\"],\"from\":\"cluster\"",
                        "\"keep-failed\":{\"value\":false,\"from\":\"cluster\"");
        assertThat(ask("DELETE", "/sampling?why=enough", "").body()).isEqualTo(before);
        assertThat(ask("GET", "/sampling", "").body()).isEqualTo(before);
    }

    @Test
    void a_wrong_wish_about_sampling_changes_nothing_and_is_an_event() throws Exception {
        assertThat(ask("PUT", "/sampling", "ratio=0.5&keep-slow=1y").body())
                .isEqualTo(
                        "{\"error\":\"keep-slow must be a duration from 0s to 1h, a whole number with ms, s, m, h or d; was \\\"1y\\\"\"}\n");
        assertThat(ask("PUT", "/sampling", "").statusCode()).isEqualTo(400);
        assertThat(json("PUT", "/sampling", "{\"ratio\":2}").statusCode()).isEqualTo(400);
        assertThat(ask("DELETE", "/sampling?ratio=1", "").body())
                .contains("no parameter ratio, there is why");
        String rule = "rule=topic=" + "x".repeat(AdminRequest.MAX_BODY_BYTES) + "+ratio=1";
        assertThat(ask("PUT", "/sampling", rule).statusCode()).isEqualTo(413);
        String large = "rule=topic=" + "x".repeat(SamplingDocument.MAX_BYTES) + "+ratio=1";
        assertThat(ask("PUT", "/sampling", large).body()).contains("must have at most 16384 bytes");
        assertThat(sampling.status().now()).isEqualTo(sampling.status().configured());
        assertThat(events.of(AuditEvent.RequestRefused.class)).hasSize(6);
    }

    @Test
    void the_command_for_sampling_shows_what_holds_and_who_said_so() throws Exception {
        assertThat(run("sampling")).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(CONFIGURED);
        out.reset();
        assertThat(
                        run(
                                "sampling",
                                "set",
                                "ratio=0.1",
                                "rule=topic=plant/+/alarm ratio=1",
                                "rule=client=meter-* ratio=0",
                                "keep-slow=200ms",
                                "--why",
                                "alarms are late"))
                .isEqualTo(ExitCode.OK);
        assertThat(
                        out.toString(StandardCharsets.UTF_8)
                                .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS"))
                .isEqualTo(
                        """
                        ratio                cluster        0.1
                        rules                cluster        topic=plant/+/alarm ratio=1
                                                            client=meter-* ratio=0
                        max-per-second       configuration  100
                        keep-slow            cluster        200ms
                        keep-failed          configuration  true
                        max-kept-per-second  configuration  20
                        changed by admin-token from ADDRESS at node node-1, 2026-11-26T16:20:12Z: alarms are late
                        no traces leave this node, as sinks.otlp.enabled is false: this is what would hold
                        """);
        out.reset();
        assertThat(run("sampling", "set", "ratio=9")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("ratio must be a number from 0.0 to 1.0; was \"9\"");
        assertThat(run("sampling", "reset", "--json")).isEqualTo(ExitCode.OK);
        out.reset();
        assertThat(run("sampling", "show")).isEqualTo(ExitCode.OK);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(CONFIGURED);
    }

    @Test
    void a_command_that_is_not_whole_is_refused_before_any_node_is_asked() {
        for (List<String> wrong :
                List.of(
                        List.of("levels", "message"),
                        List.of("levels", "--for", "10m"),
                        List.of("sampling", "set"),
                        List.of("sampling", "set", "ratio"),
                        List.of("sampling", "show", "x"),
                        List.of("sampling", "--why=x"),
                        List.of("sampling", "stop"),
                        List.of("trace"),
                        List.of("trace", "client"),
                        List.of("trace", "everything", "x"),
                        List.of("trace", "list", "x"),
                        List.of("trace", "client", "x", "--data", "y"))) {
            assertThat(CommandLine.parse(wrong.toArray(new String[0])))
                    .as(wrong.toString())
                    .isInstanceOf(CommandLine.Wrong.class);
        }
        assertThat(CommandLine.parse("trace", "client", "--", "--for"))
                .as("a client may be called anything")
                .isInstanceOf(CommandLine.Administer.class);
    }

    private ExitCode run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--url=http://127.0.0.1:" + endpoint.localAddress().getPort());
        all.add("--token-file=" + directory.resolve(AdminToken.FILE));
        PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream problems = new PrintStream(err, true, StandardCharsets.UTF_8);
        return new Main(to, problems, Map.of(), directory).run(all.toArray(new String[0]));
    }

    private HttpResponse<String> ask(String method, String path, String body) throws Exception {
        return ask(method, path, body, "application/x-www-form-urlencoded");
    }

    private HttpResponse<String> json(String method, String path, String body) throws Exception {
        return ask(method, path, body, "application/json");
    }

    private HttpResponse<String> ask(String method, String path, String body, String type)
            throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + endpoint.localAddress().getPort()
                                                + "/api/v1"
                                                + path))
                        .header("Authorization", AdminToken.authorization(token))
                        .header("Content-Type", type)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
