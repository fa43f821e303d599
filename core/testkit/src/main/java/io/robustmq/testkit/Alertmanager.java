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
        return new Alertmanager(LocalServer.ready("Alertmanager", port, process, "/-/ready"));
    }

    public int port() {
        return server.port();
    }

    /** The labels of each alert that fires. */
    public List<Map<String, String>> firing() throws IOException, InterruptedException {
        List<Map<String, String>> firing = new ArrayList<>();
        for (JsonNode alert : JSON.readTree(server.get("/api/v2/alerts?active=true").body())) {
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
        server.close();
    }
}
