package io.robustmq.server;

import io.robustmq.placement.Role;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodeFrameEventsTest {
    @TempDir private Path directory;

    @Test
    void a_node_answers_questions_about_its_events() throws Exception {
        ConfigOutcome<StandaloneConfig> outcome =
                ConfigReader.read(
                        StandaloneKeys.ROLE,
                        null,
                        Map.of(),
                        List.of(
                                "data.directory=" + directory,
                                "http.listen=127.0.0.1:0",
                                "sinks.console.enabled=false"));
        NodeFrame frame =
                new NodeFrame(
                        (ConfigOutcome.Loaded<StandaloneConfig>) outcome,
                        new NodeIdentity("n1", "i1", "test"),
                        InstantSource.system(),
                        Service.PLACEMENT_CENTER,
                        new Readiness(Role.values()));
        Pipeline pipeline = frame.open();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpEndpoint endpoint = frame.openHttp(pipeline);
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://"
                                                    + Listener.text(endpoint.localAddress())
                                                    + "/api/v1/events?event=pipeline.started"))
                            .header(
                                    "Authorization",
                                    "Bearer " + AdminToken.read(directory.resolve("admin-token")))
                            .build();
            Await.untilTrue(
                    "the first event",
                    Duration.ofSeconds(10),
                    () -> {
                        HttpResponse<String> answer = sent(client, request);
                        return answer.statusCode() == 200
                                && answer.body().contains("\"event\":\"pipeline.started\"");
                    });
        } finally {
            frame.close();
        }
    }

    private static HttpResponse<String> sent(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
