package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.FluentServer;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way out of the broker, to a receiver that we did not write. */
@NeedsPart(Part.MOSQUITTO)
final class ArrivalIT {
    @TempDir Path folder;

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void events_arrive_by_forward_and_every_chunk_is_acknowledged() throws Exception {
        try (FluentServer server = FluentServer.start();
                RobustMq broker = RobustMq.in(folder).fluent(server.port()).alarmed().start()) {
            connectAs(broker, "by-forward");

            FluentServer.Entry accepted =
                    server.await(
                            "connection.accepted",
                            e ->
                                    is(e.record(), "connection.accepted")
                                            && client(e.record()).equals("by-forward"));

            assertThat(accepted.tag()).isEqualTo("robustmq");
            assertThat(accepted.record().path("level").asText()).isEqualTo("info");
            assertThat(accepted.record().path("service").asText()).isEqualTo("mqtt-broker");
            assertThat(accepted.record().path("node_id").asText()).isEqualTo("node-1");
            assertThat(accepted.record().path("protocol").asText()).isEqualTo("mqtt/3.1.1");
            assertThat(accepted.record().path("keep_alive_seconds").isInt()).isTrue();
            assertThat(accepted.record().path("clean_start").isBoolean()).isTrue();
            server.awaitAcknowledged(1);
            broker.awaitMetrics(
                    "what was acknowledged is shipped",
                    s -> s.sum("robustmq_pipeline_shipped_total", "sink", "fluent") > 0);
            server.await("the line of a library", e -> is(e.record(), "foreign.line"));
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void events_arrive_by_forward_at_the_collector() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker =
                        RobustMq.in(folder.resolve("data"))
                                .fluent(collector.fluentPort())
                                .start()) {
            connectAs(broker, "to-the-collector");

            OtlpLog accepted =
                    collector.awaitForwarded(
                            "connection.accepted",
                            log ->
                                    "connection.accepted".equals(log.attributes().get("event"))
                                            && "to-the-collector"
                                                    .equals(log.attributes().get("client_id")));

            assertThat(accepted.attributes())
                    .containsEntry("fluent.tag", "robustmq")
                    .containsEntry("service", "mqtt-broker")
                    .containsEntry("level", "info");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    @NeedsPart(Part.OTEL_COLLECTOR)
    void events_arrive_by_otlp_with_name_severity_attributes_and_resource(String protocol)
            throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker =
                        RobustMq.in(folder.resolve("data"))
                                .otlp(protocol, portFor(protocol, collector))
                                .start()) {
            connectAs(broker, "by-otlp");

            OtlpLog accepted =
                    collector.awaitLog("connection.accepted", about("connection.accepted"));

            assertThat(accepted.severityText()).isEqualTo("INFO");
            assertThat(accepted.severityNumber()).isEqualTo(9);
            assertThat(accepted.body()).isNotBlank();
            assertThat(accepted.attributes())
                    .containsEntry("event.name", "connection.accepted")
                    .containsEntry("messaging.client.id", "by-otlp")
                    .containsEntry("network.protocol.name", "mqtt/3.1.1")
                    .containsKeys("network.peer.address", "robustmq.keep_alive_seconds");
            assertThat(typeOf(accepted, "robustmq.keep_alive_seconds")).isEqualTo("intValue");
            assertThat(typeOf(accepted, "robustmq.clean_start")).isEqualTo("boolValue");
            assertThat(accepted.resource())
                    .containsEntry("service.name", "mqtt-broker")
                    .containsEntry("robustmq.node_id", "node-1")
                    .containsKeys("service.instance.id", "service.version");
            assertThat(accepted.json().path("timeUnixNano").asLong()).isPositive();
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void each_role_is_a_service_of_its_own() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq _ =
                        RobustMq.in(folder.resolve("data"))
                                .otlp("grpc", collector.grpcPort())
                                .start()) {
            assertThat(serviceOf(collector, "journal.opened")).isEqualTo("journal-server");
            assertThat(serviceOf(collector, "placement.node_registered"))
                    .isEqualTo("placement-center");
            assertThat(serviceOf(collector, "connection.listener_started"))
                    .isEqualTo("mqtt-broker");
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void what_a_library_logs_arrives_as_foreign_line() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq broker =
                        RobustMq.in(folder.resolve("data"))
                                .otlp("http", collector.httpPort())
                                .alarmed()
                                .start()) {
            OtlpLog line = collector.awaitLog("Netty's warning", about("foreign.line"));

            assertThat(line.severityText()).isEqualTo("WARN");
            assertThat(line.severityNumber()).isEqualTo(13);
            assertThat(line.attributes().get("robustmq.logger")).startsWith("io.netty.");
            assertThat(line.attributes().get("robustmq.message")).contains("is deprecated");
            assertThat(line.attributes().get("thread.name")).isNotBlank();
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void metrics_arrive_by_otlp_where_they_are_switched_on() throws Exception {
        try (OtelCollector collector = OtelCollector.started(folder);
                RobustMq _ =
                        RobustMq.in(folder.resolve("data"))
                                .otlp("grpc", collector.grpcPort())
                                .set("sinks.otlp.metrics", "true")
                                .start()) {
            collector.awaitMetric("robustmq_mqtt_connections");
        }
    }

    private static void connectAs(RobustMq broker, String clientId) throws Exception {
        assertThat(broker.mosquitto().publish("-i", clientId, "-t", "a/b", "-m", "x").exitCode())
                .isZero();
    }

    private static int portFor(String protocol, OtelCollector collector) {
        return protocol.equals("grpc") ? collector.grpcPort() : collector.httpPort();
    }

    private static Predicate<OtlpLog> about(String event) {
        return log -> log.eventName().equals(event);
    }

    private static String serviceOf(OtelCollector collector, String event) throws Exception {
        return collector.awaitLog(event, about(event)).resource().getOrDefault("service.name", "");
    }

    private static boolean is(JsonNode record, String event) {
        return record.path("event").asText().equals(event);
    }

    private static String client(JsonNode record) {
        return record.path("client_id").asText();
    }

    private static String typeOf(OtlpLog log, String attribute) {
        for (JsonNode entry : log.json().path("attributes")) {
            if (entry.path("key").asText().equals(attribute)) {
                return entry.path("value").fieldNames().next();
            }
        }
        return "absent";
    }
}
