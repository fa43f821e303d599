package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The OpenTelemetry Collector on 127.0.0.1: takes OTLP over gRPC and HTTP and Fluent's forward
 * protocol, and writes what it got to files that are read back here. Its ports and files stay the
 * same over {@link #kill} and {@link #start}.
 */
public final class OtelCollector implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> BEGINNINGS =
            List.of("{\"resourceLogs\":", "{\"resourceSpans\":", "{\"resourceMetrics\":");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONFIGURATION =
            """
            receivers:
              otlp:
                protocols:
                  grpc: { endpoint: "${env:OTLP_GRPC}" }
                  http: { endpoint: "${env:OTLP_HTTP}" }
              fluentforward: { endpoint: "${env:FORWARD}" }
            exporters:
              file/logs: { path: logs.json, append: true, flush_interval: 100ms }
              file/forwarded: { path: forwarded.json, append: true, flush_interval: 100ms }
              file/spans: { path: spans.json, append: true, flush_interval: 100ms }
              file/metrics: { path: metrics.json, append: true, flush_interval: 100ms }
            service:
              telemetry:
                metrics: { level: none }
              pipelines:
                logs: { receivers: [otlp], exporters: [file/logs] }
                logs/forwarded: { receivers: [fluentforward], exporters: [file/forwarded] }
                traces: { receivers: [otlp], exporters: [file/spans] }
                metrics: { receivers: [otlp], exporters: [file/metrics] }
            """;

    private final Path folder;
    private final List<String> configurations;
    private final int[] ports;
    private final Map<String, String> environment;

    private @Nullable ChildProcess process;

    private OtelCollector(
            Path folder,
            List<String> configurations,
            int[] ports,
            Map<String, String> environment) {
        this.folder = folder;
        this.configurations = configurations;
        this.ports = ports;
        this.environment = environment;
    }

    /** One that does not run yet: nothing listens on its ports. */
    public static OtelCollector stopped(Path folder) {
        return stopped(folder, CONFIGURATION);
    }

    /**
     * The same with other configurations, each added to those before. They are told by the
     * environment where to listen (OTLP_GRPC, OTLP_HTTP, FORWARD), which file {@link #logs} reads
     * (EVENTS) and where to keep queues (QUEUES).
     */
    public static OtelCollector stopped(Path folder, String... configurations) {
        int[] ports = FreePorts.several(3);
        Map<String, String> environment =
                Map.of(
                        "OTLP_GRPC",
                        "127.0.0.1:" + ports[0],
                        "OTLP_HTTP",
                        "127.0.0.1:" + ports[1],
                        "FORWARD",
                        "127.0.0.1:" + ports[2],
                        "EVENTS",
                        "logs.json",
                        "QUEUES",
                        "queues",
                        "OWN_METRICS",
                        "none");
        return new OtelCollector(folder, List.of(configurations), ports, environment);
    }

    /** The same, and one more variable of the environment. */
    public OtelCollector with(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new OtelCollector(folder, configurations, ports, Map.copyOf(more));
    }

    public static OtelCollector started(Path folder) throws Exception {
        OtelCollector collector = stopped(folder);
        collector.start();
        return collector;
    }

    public int grpcPort() {
        return ports[0];
    }

    public int httpPort() {
        return ports[1];
    }

    public int fluentPort() {
        return ports[2];
    }

    /** Starts it and waits until all three ports are open. */
    public void start() throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Part.OTEL_COLLECTOR.made().toString());
        for (String configuration : configurations) {
            Path file = folder.resolve("otelcol-" + command.size() + ".yaml");
            command.add("--config");
            command.add(Files.writeString(file, configuration).toString());
        }
        ChildProcess started = ChildProcess.start("otelcol", folder, environment, command);
        process = started;
        try {
            for (int port : ports) {
                Await.untilTrue(
                        "the Collector listens on " + port, LIMIT, () -> open(port, started));
            }
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    /** As a crash would end it. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.kill();
            close();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
            process = null;
        }
    }

    /** Log records that came by OTLP. */
    public List<OtlpLog> logs() throws IOException {
        return logs(folder);
    }

    /** The same from the file {@code logs.json} of another folder. */
    public List<OtlpLog> logs(Path in) throws IOException {
        return readLogs(in.resolve("logs.json"));
    }

    /** Such as STOP or CONT, while it runs. */
    public void signal(String signal) throws IOException, InterruptedException {
        if (process == null) {
            throw new IllegalStateException("it does not run");
        }
        process.signal(signal);
    }

    /** What an exporter of the configuration's own wrote, a JSON object in each line. */
    public List<JsonNode> written(String file) throws IOException {
        return lines(folder.resolve(file));
    }

    /** Log records that came by the forward protocol; the fields are attributes. */
    public List<OtlpLog> forwarded() throws IOException {
        return readLogs(folder.resolve("forwarded.json"));
    }

    public List<OtlpSpan> spans() throws IOException {
        List<OtlpSpan> spans = new ArrayList<>();
        for (JsonNode batch : lines(folder.resolve("spans.json"))) {
            for (JsonNode resource : batch.path("resourceSpans")) {
                Map<String, String> about =
                        OtlpLog.attributes(resource.path("resource").path("attributes"));
                for (JsonNode scope : resource.path("scopeSpans")) {
                    for (JsonNode span : scope.path("spans")) {
                        spans.add(OtlpSpan.of(about, span));
                    }
                }
            }
        }
        return spans;
    }

    /** Names of the metrics that came by OTLP. */
    public List<String> metricNames() throws IOException {
        return lines(folder.resolve("metrics.json")).stream()
                .flatMap(batch -> batch.findValues("metrics").stream())
                .flatMap(metrics -> metrics.findValuesAsText("name").stream())
                .distinct()
                .toList();
    }

    public void awaitMetric(String name) throws Exception {
        Await.until(
                "the metric " + name,
                LIMIT,
                () -> metricNames().stream().filter(name::equals).findFirst(),
                () -> seen("metrics.json"));
    }

    public OtlpLog awaitLog(String what, Predicate<OtlpLog> wanted) throws Exception {
        return Await.until(
                what,
                LIMIT,
                () -> logs().stream().filter(wanted).findFirst(),
                () -> seen("logs.json"));
    }

    public OtlpLog awaitForwarded(String what, Predicate<OtlpLog> wanted) throws Exception {
        return Await.until(
                what,
                LIMIT,
                () -> forwarded().stream().filter(wanted).findFirst(),
                () -> seen("forwarded.json"));
    }

    public OtlpSpan awaitSpan(String what, Predicate<OtlpSpan> wanted) throws Exception {
        return Await.until(
                what,
                LIMIT,
                () -> spans().stream().filter(wanted).findFirst(),
                () -> seen("spans.json"));
    }

    private List<OtlpLog> readLogs(Path file) throws IOException {
        List<OtlpLog> logs = new ArrayList<>();
        for (JsonNode batch : lines(file)) {
            for (JsonNode resource : batch.path("resourceLogs")) {
                Map<String, String> about =
                        OtlpLog.attributes(resource.path("resource").path("attributes"));
                for (JsonNode scope : resource.path("scopeLogs")) {
                    for (JsonNode log : scope.path("logRecords")) {
                        logs.add(OtlpLog.of(about, log));
                    }
                }
            }
        }
        return logs;
    }

    /**
     * Whole lines only: the last may be half written, by a flush or by a kill; and one that a full
     * disk cut off has the next behind it.
     */
    private static List<JsonNode> lines(Path path) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        if (Files.exists(path)) {
            String text = Files.readString(path);
            for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
                int begin = BEGINNINGS.stream().mapToInt(line::lastIndexOf).max().orElse(0);
                String whole = line.substring(Math.max(0, begin));
                if (!whole.isBlank()) {
                    lines.add(JSON.readTree(whole));
                }
            }
        }
        return lines;
    }

    private String seen(String file) {
        String told = process == null ? "(not running)" : process.told();
        try {
            Path path = folder.resolve(file);
            String text = Files.exists(path) ? Files.readString(path) : "(no file)";
            return text.substring(Math.max(0, text.length() - 4000)) + told;
        } catch (IOException e) {
            return e + told;
        }
    }

    private static boolean open(int port, ChildProcess process) {
        if (!process.isAlive()) {
            throw new AssertionError("the Collector ended: " + process.told());
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
