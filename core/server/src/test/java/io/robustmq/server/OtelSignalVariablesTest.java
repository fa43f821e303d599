package io.robustmq.server;

import static io.robustmq.server.OtelVariablesTest.problems;
import static io.robustmq.server.OtelVariablesTest.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.pipeline.OtlpSignal;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import io.robustmq.telemetry.pipeline.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** OpenTelemetry's variables of single signals. */
class OtelSignalVariablesTest {
    private static final String OTLP = "OTEL_EXPORTER_OTLP_";

    @Test
    void what_is_said_for_one_signal_wins_over_what_is_said_for_all() {
        PipelineSettings.Otlp otlp =
                pipeline(
                        Map.ofEntries(
                                Map.entry(OTLP + "ENDPOINT", "https://c:4317"),
                                Map.entry(OTLP + "HEADERS", "a=1,b=2"),
                                Map.entry(OTLP + "TIMEOUT", "2500"),
                                Map.entry(OTLP + "COMPRESSION", "gzip"),
                                Map.entry(OTLP + "LOGS_ENDPOINT", "https://l:1/logs"),
                                Map.entry(OTLP + "LOGS_PROTOCOL", "http/protobuf"),
                                Map.entry(OTLP + "LOGS_HEADERS", "c=3"),
                                Map.entry(OTLP + "LOGS_TIMEOUT", "700"),
                                Map.entry(OTLP + "LOGS_COMPRESSION", "none"),
                                Map.entry(OTLP + "TRACES_HEADERS", "d=4"),
                                Map.entry(OTLP + "METRICS_TIMEOUT", "900")));
        assertThat(otlp.options().endpoints())
                .isEqualTo(Map.of(OtlpSignal.LOGS, URI.create("https://l:1/logs")));
        assertThat(otlp.options().own())
                .isEqualTo(
                        Map.of(
                                OtlpSignal.LOGS,
                                new PipelineSettings.OtlpOwn(
                                        OtlpProtocol.HTTP,
                                        Duration.ofMillis(700),
                                        Map.of("c", new Secret("3")),
                                        Compression.NONE,
                                        PipelineSettings.Tls.NONE),
                                OtlpSignal.TRACES,
                                new PipelineSettings.OtlpOwn(
                                        OtlpProtocol.GRPC,
                                        Duration.ofMillis(2500),
                                        Map.of("d", new Secret("4")),
                                        Compression.GZIP,
                                        PipelineSettings.Tls.NONE),
                                OtlpSignal.METRICS,
                                new PipelineSettings.OtlpOwn(
                                        OtlpProtocol.GRPC,
                                        Duration.ofMillis(900),
                                        Map.of("a", new Secret("1"), "b", new Secret("2")),
                                        Compression.GZIP,
                                        PipelineSettings.Tls.NONE)));
    }

    @Test
    void the_port_of_a_signals_endpoint_says_its_protocol_if_nothing_else_does() {
        assertThat(
                        logs(Map.of(
                                        OTLP + "ENDPOINT", "http://c:4318",
                                        OTLP + "LOGS_ENDPOINT", "http://l:4317"))
                                .protocol())
                .isEqualTo(OtlpProtocol.GRPC);
        assertThat(
                        logs(Map.of(
                                        OTLP + "PROTOCOL", "http/protobuf",
                                        OTLP + "LOGS_ENDPOINT", "http://l:4317"))
                                .protocol())
                .isEqualTo(OtlpProtocol.HTTP);
        assertThat(
                        logs(
                                        Map.of(OTLP + "LOGS_ENDPOINT", "http://l:4317"),
                                        "sinks.otlp.protocol=http")
                                .protocol())
                .isEqualTo(OtlpProtocol.HTTP);
    }

    @Test
    void our_own_key_for_all_signals_wins_over_a_variable_for_one() {
        PipelineSettings.OtlpOwn logs =
                logs(
                        Map.of(
                                OTLP + "LOGS_HEADERS", "theirs=1",
                                OTLP + "LOGS_TIMEOUT", "700",
                                OTLP + "LOGS_COMPRESSION", "gzip"),
                        "sinks.otlp.headers=ours=1",
                        "sinks.otlp-logs.timeout=7s");
        assertThat(logs.headers()).isEqualTo(Map.of("ours", new Secret("1")));
        assertThat(logs.timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(logs.compression()).as("of which ours say nothing").isEqualTo(Compression.GZIP);
    }

    @Test
    void a_signal_can_have_certificates_of_its_own() {
        StandaloneConfig config =
                read(
                        Map.of(
                                OTLP + "CERTIFICATE", "/ca.pem",
                                OTLP + "LOGS_CERTIFICATE", "/logs.pem",
                                OTLP + "LOGS_CLIENT_CERTIFICATE", "/c.pem",
                                OTLP + "LOGS_CLIENT_KEY", "/k.pem"));
        PipelineSettings.Otlp otlp = ComponentSettings.pipeline(config).otlp();
        assertThat(own(otlp, OtlpSignal.LOGS).tls())
                .isEqualTo(
                        new PipelineSettings.Tls(
                                Path.of("/logs.pem"), Path.of("/c.pem"), Path.of("/k.pem")));
        assertThat(own(otlp, OtlpSignal.TRACES).tls())
                .isEqualTo(new PipelineSettings.Tls(Path.of("/ca.pem"), Path.of(""), Path.of("")));
        assertThat(
                        problems(
                                Map.of(
                                        OTLP + "LOGS_ENDPOINT", "http://l:4318",
                                        OTLP + "LOGS_CERTIFICATE", "/logs.pem")))
                .containsExactly(
                        "environment OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE: sinks.otlp-logs.ca-file: is set, but where logs go, sinks.otlp.logs-endpoint, begins with http://, which is not encrypted");
        assertThat(
                        problems(
                                Map.of(
                                        OTLP + "ENDPOINT", "https://c:4318",
                                        OTLP + "LOGS_CLIENT_KEY", "/k.pem")))
                .containsExactly(
                        "environment OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY: sinks.otlp-logs.client-key-file: client-certificate-file and client-key-file go together, and only one is set");
        assertThat(problems(Map.of(), "sinks.otlp.enabled=true", "sinks.otlp-logs.timeout=5ms"))
                .containsExactly(
                        "--set sinks.otlp-logs.timeout=5ms: sinks.otlp-logs.timeout: must be 0s or at least 100ms");
    }

    private static PipelineSettings.Otlp pipeline(
            Map<String, String> environment, String... assignments) {
        return ComponentSettings.pipeline(read(environment, assignments)).otlp();
    }

    private static PipelineSettings.OtlpOwn logs(
            Map<String, String> environment, String... assignments) {
        return own(pipeline(environment, assignments), OtlpSignal.LOGS);
    }

    private static PipelineSettings.OtlpOwn own(PipelineSettings.Otlp otlp, OtlpSignal signal) {
        return Objects.requireNonNull(otlp.options().own().get(signal));
    }
}
