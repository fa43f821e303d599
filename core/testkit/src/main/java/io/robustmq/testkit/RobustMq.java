package io.robustmq.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * RobustMQ as a user starts it: {@code bin/robustmq standalone --set …}, or another role, in a
 * process of its own, on free ports of 127.0.0.1, with its data in a folder of the test's. The
 * packaged build is used, so the server module must have been packaged before.
 *
 * <p>The console writes JSON; {@link #records} reads it.
 */
public final class RobustMq implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String WATCH_BUFFERS =
            "-Dio.netty.leakDetection.level=paranoid"
                    + " -Dio.netty.leakDetection.acquireAndReleaseOnly=true";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A test that does not need them starts sooner without. */
    private static final List<String> OTHER_TRANSPORTS =
            List.of("mqtt.tls.listen", "mqtt.ws.listen", "mqtt.wss.listen", "mqtt.quic.listen");

    private final Map<String, String> settings;
    private final Path data;
    private final ChildProcess process;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private RobustMq(Map<String, String> settings, Path data, ChildProcess process) {
        this.settings = settings;
        this.data = data;
        this.process = process;
    }

    /** What to start it with; ports, folders and the console's format have defaults. */
    public static final class Setup {
        private final String role;
        private final List<String> listeners;
        private final Path data;
        private final Map<String, String> settings = new TreeMap<>();
        private final Map<String, String> environment =
                new TreeMap<>(Map.of("ROBUSTMQ_BUILD", "never"));

        private Setup(String role, List<String> listeners, Path data) {
            this.role = role;
            this.listeners = new ArrayList<>(listeners);
            this.data = data;
        }

        /** {@code --set key=value}, such as {@code "sinks.otlp.enabled", "true"}. */
        public Setup set(String key, String value) {
            settings.put(key, value);
            return this;
        }

        /** A variable of the process's environment, such as one for the JVM's options. */
        public Setup environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Switches the OTLP sink on. */
        public Setup otlp(String protocol, int port) {
            return set("sinks.otlp.enabled", "true")
                    .set("sinks.otlp.protocol", protocol)
                    .set("sinks.otlp.endpoint", "http://127.0.0.1:" + port);
        }

        /** Switches the Fluent forward sink on. */
        public Setup fluent(int port) {
            return set("sinks.fluent.enabled", "true")
                    .set("sinks.fluent.address", "127.0.0.1:" + port);
        }

        /** Listens by TLS, WebSocket, secure WebSocket and QUIC too, each on a free port. */
        public Setup everyTransport() {
            OTHER_TRANSPORTS.forEach(settings::remove);
            listeners.addAll(OTHER_TRANSPORTS);
            return this;
        }

        /** Records every publish as spans. */
        public Setup traceAll() {
            return set("tracing.ratio", "1.0").set("tracing.max-per-second", "1000000");
        }

        /**
         * Makes a library complain at the start: Netty is given a setting that it wants no more.
         */
        public Setup alarmed() {
            return environment("ROBUSTMQ_JAVA_OPTS", "-Dio.netty.noResourceLeakDetection=false");
        }

        /** Starts it and waits until it says that it is ready. */
        public RobustMq start() throws Exception {
            RobustMq started = launch();
            try {
                started.awaitReady();
            } catch (Exception | AssertionError e) {
                started.close();
                throw e;
            }
            return started;
        }

        /** Starts it and does not wait: for starts that must fail. */
        public RobustMq launch() throws IOException {
            environment.merge(
                    "ROBUSTMQ_JAVA_OPTS", WATCH_BUFFERS, (own, watch) -> own + " " + watch);
            int[] ports = FreePorts.several(listeners.size());
            Map<String, String> all = new TreeMap<>();
            all.put("data.directory", data.toString());
            for (int i = 0; i < ports.length; i++) {
                all.put(listeners.get(i), "127.0.0.1:" + ports[i]);
            }
            all.put("sinks.console.format", "json");
            all.put("sinks.file.directory", data.resolve("logs").toString());
            all.putAll(settings);
            List<String> command = new ArrayList<>();
            command.add(Repository.root().resolve("bin").resolve("robustmq").toString());
            command.add(role);
            all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
            ChildProcess process =
                    ChildProcess.start(
                            "robustmq", Files.createDirectories(data), environment, command);
            return new RobustMq(all, data, process);
        }
    }

    /** One whose data, log files included, is below {@code data}; MQTT over TCP only. */
    public static Setup in(Path data) {
        Setup setup = new Setup("standalone", List.of("mqtt.listen", "http.listen"), data);
        OTHER_TRANSPORTS.forEach(key -> setup.set(key, ""));
        return setup;
    }

    /** The same for one of several brokers. */
    public static Setup mqttServerIn(Path data) {
        Setup setup =
                new Setup(
                        "mqtt-server",
                        List.of("mqtt.listen", "http.listen", "cluster.listen"),
                        data);
        OTHER_TRANSPORTS.forEach(key -> setup.set(key, ""));
        return setup;
    }

    /** The same for a journal server that stands alone. */
    public static Setup journalServerIn(Path data) {
        return new Setup(
                "journal-server", List.of("tcp.listen", "grpc.listen", "http.listen"), data);
    }

    /** The same for a placement center. */
    public static Setup placementCenterIn(Path data) {
        return new Setup("placement-center", List.of("grpc.listen", "http.listen"), data);
    }

    /** Where it listens, by the key that says so, such as {@code "grpc.listen"}. */
    public int port(String key) {
        String address = settings.getOrDefault(key, "");
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    public int mqttPort() {
        return port("mqtt.listen");
    }

    public int httpPort() {
        return port("http.listen");
    }

    /** Its data directory. */
    public Path data() {
        return data;
    }

    public ChildProcess process() {
        return process;
    }

    public MosquittoClients mosquitto() {
        return new MosquittoClients(mqttPort());
    }

    /** The records of the console so far. Lines that are not JSON objects are not records. */
    public List<JsonNode> records() {
        return process.stdout().stream().flatMap(RobustMq::parse).toList();
    }

    /** The records of the rolling files so far, oldest file first. */
    public List<JsonNode> fileRecords() throws IOException {
        Path logs = data.resolve("logs");
        List<JsonNode> records = new ArrayList<>();
        if (Files.isDirectory(logs)) {
            try (Stream<Path> files = Files.list(logs)) {
                for (Path file : files.sorted().toList()) {
                    Files.readAllLines(file).stream()
                            .flatMap(RobustMq::parse)
                            .forEach(records::add);
                }
            }
        }
        return records;
    }

    /** The first record of the console, also one from before, of this event that is wanted. */
    public JsonNode awaitRecord(String event, Predicate<JsonNode> wanted) throws Exception {
        return Await.until(
                "the console has " + event,
                LIMIT,
                () ->
                        records().stream()
                                .filter(r -> r.path("event").asText().equals(event))
                                .filter(wanted)
                                .findFirst(),
                process::told);
    }

    public JsonNode awaitRecord(String event) throws Exception {
        return awaitRecord(event, record -> true);
    }

    public Scrape metrics() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/metrics");
        if (answer.statusCode() != 200) {
            throw new AssertionError("/metrics answered " + answer.statusCode() + answer.body());
        }
        return new Scrape(answer.body());
    }

    /** Scrapes until {@code wanted} holds. */
    public Scrape awaitMetrics(String what, Predicate<Scrape> wanted) throws Exception {
        return Await.until(
                what,
                LIMIT,
                () -> Optional.of(metrics()).filter(wanted),
                () -> {
                    try {
                        return metrics().text();
                    } catch (IOException | InterruptedException e) {
                        return e.toString();
                    }
                });
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort() + path))
                        .timeout(Duration.ofSeconds(10))
                        .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** The certificate that it makes for itself, which is a second after it is ready. */
    public Path developmentCertificate() throws Exception {
        awaitRecord("connection.certificate_self_signed");
        return data.resolve("tls").resolve("development-certificate.pem");
    }

    /** Waits until {@code /health/ready} answers 200. */
    public void awaitReady() throws Exception {
        Await.untilTrue(
                "/health/ready",
                LIMIT,
                () -> {
                    if (!process.isAlive()) {
                        int exitCode = process.awaitExit(LIMIT);
                        throw new AssertionError(
                                "bin/robustmq ended with " + exitCode + process.told());
                    }
                    try {
                        return get("/health/ready").statusCode() == 200;
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    /** Waits until each of them is ready. */
    public static void awaitReady(Collection<RobustMq> starting) throws Exception {
        for (RobustMq node : starting) {
            node.awaitReady();
        }
    }

    /** As {@code kill -9} would end it. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    @Override
    public void close() {
        process.close();
        http.close();
        List<String> leaks =
                process.stdout().stream().filter(line -> line.contains("LEAK: ")).toList();
        if (!leaks.isEmpty()) {
            throw new AssertionError("a buffer was not released: " + leaks.getFirst());
        }
    }

    /** Ends them all at the same time. */
    public static void closeAll(Collection<RobustMq> nodes) {
        nodes.forEach(each -> each.process.terminate());
        nodes.forEach(RobustMq::close);
    }

    private static Stream<JsonNode> parse(String line) {
        if (!line.startsWith("{")) {
            return Stream.empty();
        }
        try {
            return Stream.of(JSON.readTree(line));
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }
}
