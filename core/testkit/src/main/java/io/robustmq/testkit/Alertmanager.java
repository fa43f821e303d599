package io.robustmq.testkit;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Debian's Alertmanager on 127.0.0.1, alone, which calls nobody. */
public final class Alertmanager implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int port;
    private final ChildProcess process;
    private final HttpClient http = HttpClient.newHttpClient();

    private Alertmanager(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    public static Alertmanager started(Path folder) throws Exception {
        int port = FreePorts.one();
        Path file =
                Files.writeString(
                        folder.resolve("alertmanager.yml"),
                        """
                        route: { receiver: nobody, group_wait: 1s }
                        receivers: [{ name: nobody }]
                        """);
        ChildProcess process =
                ChildProcess.start(
                        "alertmanager",
                        folder,
                        Map.of(),
                        List.of(
                                Part.AMTOOL.program("prometheus-alertmanager").toString(),
                                "--config.file=" + file,
                                "--storage.path=" + folder.resolve("alertmanager"),
                                "--cluster.listen-address=",
                                "--web.listen-address=127.0.0.1:" + port));
        Alertmanager started = new Alertmanager(port, process);
        try {
            Await.untilTrue("Alertmanager is ready", LIMIT, started::ready);
        } catch (Exception | AssertionError e) {
            started.close();
            throw e;
        }
        return started;
    }

    public int port() {
        return port;
    }

    /** The labels of each alert that fires. */
    public List<Map<String, String>> firing() throws IOException, InterruptedException {
        List<Map<String, String>> firing = new ArrayList<>();
        for (JsonNode alert : JSON.readTree(send("/api/v2/alerts?active=true").body())) {
            Map<String, String> labels = new TreeMap<>();
            alert.path("labels")
                    .properties()
                    .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
            firing.add(labels);
        }
        return firing;
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }

    private boolean ready() throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("Alertmanager ended: " + process.told());
        }
        try {
            return send("/-/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> send(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(LIMIT)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
