package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Debian's Alertmanager on 127.0.0.1, alone, which calls nobody. */
public final class Alertmanager implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalServer server;

    private Alertmanager(LocalServer server) {
        this.server = server;
    }

    /** An alert that fires: what Prometheus said of it, and whether another one hides it. */
    public record Alert(
            Map<String, String> labels, Map<String, String> annotations, boolean inhibited) {
        public String name() {
            return labels.getOrDefault("alertname", "");
        }
    }

    public static Alertmanager started(Path folder) throws Exception {
        return started(
                folder,
                Files.writeString(
                        folder.resolve("alertmanager.yml"),
                        """
                        route: { receiver: nobody, group_wait: 1s }
                        receivers: [{ name: nobody }]
                        """));
    }

    /** One with this configuration. */
    public static Alertmanager started(Path folder, Path file) throws Exception {
        int port = FreePorts.one();
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
        return new Alertmanager(LocalServer.ready("Alertmanager", port, process, "/-/ready"));
    }

    public int port() {
        return server.port();
    }

    /** The labels of each alert that fires. */
    public List<Map<String, String>> firing() throws IOException, InterruptedException {
        return alerts().stream().map(Alert::labels).toList();
    }

    /** Each alert that fires. */
    public List<Alert> alerts() throws IOException, InterruptedException {
        List<Alert> alerts = new ArrayList<>();
        for (JsonNode alert : JSON.readTree(server.get("/api/v2/alerts?active=true").body())) {
            alerts.add(
                    new Alert(
                            texts(alert.path("labels")),
                            texts(alert.path("annotations")),
                            !alert.at("/status/inhibitedBy").isEmpty()));
        }
        return alerts;
    }

    private static Map<String, String> texts(JsonNode node) {
        Map<String, String> texts = new TreeMap<>();
        node.properties().forEach(text -> texts.put(text.getKey(), text.getValue().asText()));
        return texts;
    }

    @Override
    public void close() {
        server.close();
    }
}
