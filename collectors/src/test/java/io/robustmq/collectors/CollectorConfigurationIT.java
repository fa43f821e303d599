package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Collector's configurations as they are shipped, run by the Collector. */
@NeedsPart({Part.OTEL_COLLECTOR, Part.MOSQUITTO})
final class CollectorConfigurationIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;
    private Path data;

    @BeforeEach
    void aFolderOfTheBrokersOwn() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
    }

    @Test
    void what_came_by_forward_or_from_the_file_becomes_what_came_by_otlp() throws Exception {
        Path containers = Files.createDirectories(folder.resolve("pods/robustmq-0/broker"));
        OtelCollector collector =
                OtelCollector.stopped(folder, shipped("otelcol.yaml"), shipped("files.yaml"))
                        .with("LOGS", data.resolve("logs").toString())
                        .with("PODS", folder.resolve("pods").toString());
        try (collector) {
            collector.start();
            try (RobustMq broker =
                    RobustMq.in(data)
                            .traceAll()
                            .otlp("grpc", collector.grpcPort())
                            .fluent(collector.fluentPort())
                            .alarmed()
                            .start()) {
                connectAs(broker, "three-ways");
                JsonNode accepted = broker.awaitRecord("connection.accepted");
                JsonNode foreign = broker.awaitRecord("foreign.line");
                Files.writeString(containers.resolve("0.log"), cri(accepted));

                List<OtlpLog> accepteds = sameSeq(collector, accepted, 4);
                assertThat(accepteds.stream().map(CollectorConfigurationIT::essence).distinct())
                        .as("by OTLP, by forward, from the file, from a container's output")
                        .hasSize(1);
                List<OtlpLog> foreigns = sameSeq(collector, foreign, 3);
                assertThat(foreigns.stream().map(CollectorConfigurationIT::essence).distinct())
                        .hasSize(1);
            }
        }
    }

    @Test
    void elasticsearch_is_given_the_record_that_is_in_the_file() throws Exception {
        String documents =
                shipped("elasticsearch.yaml")
                        .replaceAll(
                                "(?s)\nexporters:\n  elasticsearch:\n.*?\n\n",
                                "\nexporters:\n  file/documents: { path: documents.json,"
                                        + " flush_interval: 100ms }\n\n")
                        .replace("exporters: [elasticsearch]", "exporters: [file/documents]");
        OtelCollector collector = OtelCollector.stopped(folder, shipped("otelcol.yaml"), documents);
        try (collector) {
            collector.start();
            try (RobustMq broker =
                    RobustMq.in(data)
                            .traceAll()
                            .otlp("http", collector.httpPort())
                            .alarmed()
                            .start()) {
                connectAs(broker, "to-elasticsearch");
                for (String event : List.of("connection.accepted", "foreign.line")) {
                    JsonNode record = broker.awaitRecord(event);
                    JsonNode body =
                            Await.until(
                                    event,
                                    LIMIT,
                                    () -> bodies(collector, record).stream().findFirst(),
                                    () -> "");
                    assertThat(document(body.path("kvlistValue").path("values")))
                            .isEqualTo(
                                    ((ObjectNode) record.deepCopy())
                                            .put("@timestamp", record.path("time").asText())
                                            .put("category", event.split("\\.")[0]));
                }
            }
        }
    }

    @Test
    void loki_is_given_service_level_and_category_in_the_resource() throws Exception {
        Path there = Files.createDirectory(folder.resolve("there"));
        try (OtelCollector asLoki = OtelCollector.started(there)) {
            OtelCollector collector =
                    OtelCollector.stopped(
                                    Files.createDirectory(folder.resolve("here")),
                                    shipped("otelcol.yaml"),
                                    shipped("loki.yaml"))
                            .with("LOKI", "http://127.0.0.1:" + asLoki.httpPort());
            try (collector) {
                collector.start();
                try (RobustMq broker =
                        RobustMq.in(data).otlp("grpc", collector.grpcPort()).start()) {
                    connectAs(broker, "to-loki");

                    OtlpLog accepted =
                            asLoki.awaitLog(
                                    "connection.accepted",
                                    log -> log.eventName().equals("connection.accepted"));
                    assertThat(accepted.resource())
                            .containsEntry("service.name", "mqtt-broker")
                            .containsEntry("level", "info")
                            .containsEntry("category", "connection");
                    assertThat(accepted.attributes())
                            .containsEntry("messaging.client.id", "to-loki")
                            .doesNotContainKeys("level", "category");
                }
            }
        }
    }

    private static List<OtlpLog> sameSeq(OtelCollector collector, JsonNode record, int wanted)
            throws Exception {
        String seq = record.path("seq").asText();
        return Await.until(
                wanted + " times " + record,
                LIMIT,
                () -> {
                    List<OtlpLog> found =
                            collector.logs().stream()
                                    .filter(log -> seq.equals(log.attributes().get("robustmq.seq")))
                                    .toList();
                    return Optional.of(found).filter(logs -> logs.size() >= wanted);
                },
                () -> {
                    try {
                        return collector.logs().toString();
                    } catch (IOException e) {
                        return e.toString();
                    }
                });
    }

    /** All but the body, a text for people, and what only the process itself knows of its node. */
    private static Map<String, Object> essence(OtlpLog log) {
        Map<String, Object> essence = new TreeMap<>();
        essence.put("event", log.eventName());
        essence.put("severity", log.severityText() + log.severityNumber());
        essence.put("micros", log.json().path("timeUnixNano").asLong() / 1000);
        essence.put("trace", log.traceId() + log.spanId());
        Map<String, JsonNode> attributes = new TreeMap<>();
        for (JsonNode attribute : log.json().path("attributes")) {
            if (!attribute.path("key").asText().startsWith("log.")) {
                attributes.put(attribute.path("key").asText(), attribute.path("value"));
            }
        }
        essence.put("attributes", attributes);
        Map<String, String> resource = new TreeMap<>(log.resource());
        resource.keySet().removeAll(List.of("service.instance.id", "service.version"));
        essence.put("resource", resource);
        return essence;
    }

    private static List<JsonNode> bodies(OtelCollector collector, JsonNode record)
            throws IOException {
        return collector.written("documents.json").stream()
                .flatMap(batch -> batch.findValues("logRecords").stream())
                .flatMap(logs -> logs.findValues("body").stream())
                .filter(body ->
                        body.toString()
                                .contains(
                                        "{\"key\":\"seq\",\"value\":{\"intValue\":\""
                                                + record.path("seq").asText()
                                                + "\"}}"))
                .toList();
    }

    /** OTLP's list of keys and values as the object that it stands for. */
    private static ObjectNode document(JsonNode values) {
        ObjectNode document = JSON.createObjectNode();
        for (JsonNode entry : values) {
            String key = entry.path("key").asText();
            Map.Entry<String, JsonNode> value = entry.path("value").properties().iterator().next();
            switch (value.getKey()) {
                case "intValue" -> document.put(key, value.getValue().asInt());
                case "boolValue" -> document.put(key, value.getValue().asBoolean());
                case "doubleValue" -> document.put(key, value.getValue().asDouble());
                default -> document.put(key, value.getValue().asText());
            }
        }
        return document;
    }

    /** A line as a container runtime keeps it. */
    private static String cri(JsonNode record) {
        String line = record.toString();
        int half = line.length() / 2;
        String time = record.path("time").asText();
        return time
                + " stdout P "
                + line.substring(0, half)
                + "\n"
                + time
                + " stdout F "
                + line.substring(half)
                + "\n";
    }

    private static void connectAs(RobustMq broker, String clientId) throws Exception {
        assertThat(broker.mosquitto().publish("-i", clientId, "-t", "a/b", "-m", "x").exitCode())
                .isZero();
    }

    private static String shipped(String file) throws IOException {
        return Files.readString(
                Repository.root().resolve("collectors/otel-collector").resolve(file));
    }
}
