package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.Role;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
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
    void a_node_answers_questions_about_the_events_in_the_shard_that_it_is_given()
            throws Exception {
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
        try (TestEventStore store = new TestEventStore(directory);
                HttpClient client = HttpClient.newHttpClient()) {
            HttpEndpoint endpoint = frame.openHttp(pipeline);
            frame.serveEvents(store.shard, pipeline);
            store.add("session.created", "kitchen");
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://"
                                                    + Listener.text(endpoint.localAddress())
                                                    + "/api/v1/events?client_id=kitchen"))
                            .header(
                                    "Authorization",
                                    "Bearer " + AdminToken.read(directory.resolve("admin-token")))
                            .build();
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("\"client_id\":\"kitchen\"");
        } finally {
            frame.close();
        }
    }
}
