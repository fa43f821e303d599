package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** OpenSearch on 127.0.0.1, one node, up within ten seconds or so. */
public final class OpenSearch implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port;
    private final ChildProcess process;

    private OpenSearch(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    public static OpenSearch started(Path folder) throws Exception {
        int port = FreePorts.one();
        Path part = Part.parts().resolve("opensearch");
        ChildProcess process =
                ChildProcess.start(
                        "opensearch",
                        folder,
                        Map.of(),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-cp",
                                Part.OPENSEARCH.made() + "/*",
                                part.resolve("SingleNode.java").toString(),
                                folder.resolve("opensearch").toString(),
                                Integer.toString(port)));
        try {
            process.awaitLine("that it listens", LIMIT, line -> line.contains("it listens"));
        } catch (Exception | AssertionError e) {
            process.close();
            throw e;
        }
        return new OpenSearch(port, process);
    }

    public int port() {
        return port;
    }

    /**
     * @throws AssertionError if it answers with another status than 2xx
     */
    public JsonNode send(String method, String path, String json)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .header("Content-Type", "application/json")
                                .method(method, HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new AssertionError(
                    method
                            + " "
                            + path
                            + " was answered "
                            + response.statusCode()
                            + ": "
                            + response.body());
        }
        return JSON.readTree(response.body());
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }
}
