package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.telemetry.pipeline.Certificates;
import io.robustmq.testkit.FluentServer;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.OtlpLog;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates and keys, with receivers that we did not write. */
final class TlsIT {
    private static final String COLLECTOR =
            """
            receivers:
              otlp:
                protocols:
                  grpc: { endpoint: "${env:OTLP_GRPC}", tls: TLS }
                  http: { endpoint: "${env:OTLP_HTTP}", tls: TLS }
              fluentforward: { endpoint: "${env:FORWARD}" }
            exporters:
              file/logs: { path: logs.json, append: true, flush_interval: 100ms }
              file/spans: { path: spans.json, append: true, flush_interval: 100ms }
            service:
              telemetry: { metrics: { level: none } }
              pipelines:
                logs: { receivers: [otlp, fluentforward], exporters: [file/logs] }
                traces: { receivers: [otlp], exporters: [file/spans] }
            """;

    @TempDir static Path certificateFolder;
    @TempDir Path folder;

    private static Certificates authority;
    private static Certificates.Identity server;
    private static Certificates.Identity expired;
    private static Certificates.Identity client;

    @BeforeAll
    static void make() throws Exception {
        authority = Certificates.authority(certificateFolder, "authority");
        server = authority.good("server");
        expired = authority.expired("expired");
        client = authority.good("client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    @NeedsPart(Part.OTEL_COLLECTOR)
    void the_collector_and_we_know_each_other_by_certificates(String protocol) throws Exception {
        try (OtelCollector collector = collector(server)) {
            collector.start();
            try (RobustMq _ =
                    encrypted(protocol, collector).set("sinks.otlp.compression", "gzip").start()) {
                collector.awaitLog("the node is ready", READY);
            }
        }
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void opentelemetrys_variables_say_the_same() throws Exception {
        try (OtelCollector collector = collector(server)) {
            collector.start();
            RobustMq.Setup setup = RobustMq.in(folder.resolve("data"));
            Map.of(
                            "OTEL_EXPORTER_OTLP_ENDPOINT",
                            "https://localhost:" + collector.httpPort(),
                            "OTEL_EXPORTER_OTLP_CERTIFICATE",
                            authority.ca().toString(),
                            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
                            client.certificate().toString(),
                            "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                            client.key().toString(),
                            "OTEL_RESOURCE_ATTRIBUTES",
                            "deployment.environment=test",
                            "OTEL_SERVICE_NAME",
                            "orders")
                    .forEach(setup::environment);
            try (RobustMq _ = setup.start()) {
                OtlpLog ready = collector.awaitLog("the node is ready", READY);
                assertThat(ready.resource())
                        .containsEntry("deployment.environment", "test")
                        .containsEntry("service.namespace", "orders")
                        .containsEntry("service.name", "placement-center");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc", "http"})
    @NeedsPart(Part.OTEL_COLLECTOR)
    void what_happened_while_the_certificate_was_expired_arrives_when_it_is_renewed(String protocol)
            throws Exception {
        Certificates.Identity files =
                new Certificates.Identity(
                        folder.resolve("current.crt"),
                        folder.resolve("current.key"),
                        server.store());
        Files.copy(expired.certificate(), files.certificate());
        Files.copy(expired.key(), files.key());
        try (OtelCollector collector = collector(files)) {
            collector.start();
            try (RobustMq broker = encrypted(protocol, collector).start()) {
                JsonNode failed =
                        broker.awaitRecord(
                                "pipeline.sink_failed",
                                record -> record.path("sink").asText().equals("otlp"));
                assertThat(failed.toString()).contains("TLS: a certificate has expired: ");

                collector.kill();
                server.writeOver(files);
                collector.start();

                collector.awaitLog("the node is ready", READY);
            }
        }
    }

    @Test
    @NeedsPart(Part.FLUENT_SERVER)
    void a_forward_receiver_takes_certificate_shared_key_and_password() throws Exception {
        int port = FreePorts.one();
        String options =
                """
                {"security": {"serverHostname": "receiver", "sharedKey": "a key", "authorize": true,
                 "userDict": {"ann": "a password"}},
                 "tls": {"cert": "%s", "key": "%s", "ca": "%s"}}
                """
                        .formatted(server.certificate(), server.key(), authority.ca());
        try (FluentServer receiver = FluentServer.start(port, options);
                RobustMq _ =
                        RobustMq.in(folder.resolve("data"))
                                .fluent(port)
                                .set("sinks.fluent.tls", "true")
                                .set("sinks.fluent.ca-file", authority.ca().toString())
                                .set(
                                        "sinks.fluent.client-certificate-file",
                                        client.certificate().toString())
                                .set("sinks.fluent.client-key-file", client.key().toString())
                                .set("sinks.fluent.user-name", "ann")
                                .environment("ROBUSTMQ_SINKS__FLUENT__SHARED_KEY", "a key")
                                .environment("ROBUSTMQ_SINKS__FLUENT__PASSWORD", "a password")
                                .set("sinks.fluent.compression", "gzip")
                                .start()) {
            receiver.await(
                    "the node is ready",
                    entry -> entry.record().path("event").asText().equals("placement.node_ready"));
            receiver.awaitAcknowledged(1);
        }
    }

    private static final Predicate<OtlpLog> READY =
            log -> log.eventName().equals("placement.node_ready");

    private OtelCollector collector(Certificates.Identity identity) {
        String tls =
                "{ cert_file: \"%s\", key_file: \"%s\", client_ca_file: \"%s\" }"
                        .formatted(identity.certificate(), identity.key(), authority.ca());
        return OtelCollector.stopped(folder, COLLECTOR.replace("TLS", tls));
    }

    private RobustMq.Setup encrypted(String protocol, OtelCollector collector) {
        int port = protocol.equals("grpc") ? collector.grpcPort() : collector.httpPort();
        return RobustMq.in(folder.resolve("data"))
                .otlp(protocol, port)
                .set("sinks.otlp.endpoint", "https://127.0.0.1:" + port)
                .set("sinks.otlp.ca-file", authority.ca().toString())
                .set("sinks.otlp.client-certificate-file", client.certificate().toString())
                .set("sinks.otlp.client-key-file", client.key().toString());
    }
}
