package io.robustmq.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Jaeger on 127.0.0.1: takes spans by OTLP over gRPC, keeps them in memory, and is asked. */
public final class Jaeger implements AutoCloseable {
    private static final int MAX_TRACES = 1_500;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int otlpPort;
    private final LocalServer server;

    private Jaeger(int otlpPort, LocalServer server) {
        this.otlpPort = otlpPort;
        this.server = server;
    }

    /**
     * A span as Jaeger tells it.
     *
     * @param parentId empty for a root
     */
    public record Span(
            String traceId,
            String spanId,
            String parentId,
            String name,
            String service,
            Map<String, String> tags) {}

    public static Jaeger started(Path folder) throws Exception {
        int[] ports = FreePorts.several(7);
        ChildProcess process =
                ChildProcess.start(
                        "jaeger",
                        folder,
                        Map.of("SPAN_STORAGE_TYPE", "memory"),
                        List.of(
                                Part.JAEGER.made().toString(),
                                "--memory.max-traces=50000",
                                "--collector.otlp.grpc.host-port=127.0.0.1:" + ports[0],
                                "--collector.otlp.http.host-port=127.0.0.1:" + ports[1],
                                "--query.http-server.host-port=127.0.0.1:" + ports[2],
                                "--query.grpc-server.host-port=127.0.0.1:" + ports[3],
                                "--admin.http.host-port=127.0.0.1:" + ports[4],
                                "--collector.grpc-server.host-port=127.0.0.1:" + ports[5],
                                "--collector.http-server.host-port=127.0.0.1:" + ports[6]));
        return new Jaeger(
                ports[0], LocalServer.ready("Jaeger", ports[2], process, "/api/services"));
    }

    /** Takes OTLP over gRPC. */
    public int otlpPort() {
        return otlpPort;
    }

    /** Its page and its HTTP API. */
    public int port() {
        return server.port();
    }

    /** All spans of a trace; none if it is not known. */
    public List<Span> trace(String traceId) throws IOException, InterruptedException {
        HttpResponse<String> answer = server.get("/api/traces/" + traceId);
        return answer.statusCode() == 404 ? List.of() : spans(answer);
    }

    /** Those in the latest traces that the service had a part in. */
    public List<Span> spansOf(String service) throws IOException, InterruptedException {
        return spans(
                server.get(
                        "/api/traces?lookback=1h&limit=%d&service=%s"
                                .formatted(
                                        MAX_TRACES,
                                        URLEncoder.encode(service, StandardCharsets.UTF_8))));
    }

    public List<String> services() throws IOException, InterruptedException {
        List<String> services = new ArrayList<>();
        JSON.readTree(server.get("/api/services").body())
                .path("data")
                .forEach(service -> services.add(service.asText()));
        return services;
    }

    @Override
    public void close() {
        server.close();
    }

    private static List<Span> spans(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.uri() + ": " + answer.statusCode() + answer.body());
        }
        List<Span> spans = new ArrayList<>();
        for (JsonNode trace : JSON.readTree(answer.body()).path("data")) {
            for (JsonNode span : trace.path("spans")) {
                Map<String, String> tags = new TreeMap<>();
                for (JsonNode tag : span.path("tags")) {
                    tags.put(tag.path("key").asText(), tag.path("value").asText());
                }
                String parent = "";
                for (JsonNode reference : span.path("references")) {
                    if (reference.path("refType").asText().equals("CHILD_OF")) {
                        parent = reference.path("spanID").asText();
                    }
                }
                spans.add(
                        new Span(
                                span.path("traceID").asText(),
                                span.path("spanID").asText(),
                                parent,
                                span.path("operationName").asText(),
                                trace.path("processes")
                                        .path(span.path("processID").asText())
                                        .path("serviceName")
                                        .asText(),
                                tags));
            }
        }
        return spans;
    }
}
