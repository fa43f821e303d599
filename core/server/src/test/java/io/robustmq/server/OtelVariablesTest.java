package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import io.robustmq.telemetry.pipeline.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OpenTelemetry's variables make of the configuration. */
class OtelVariablesTest {
    private static final String OTLP = "OTEL_EXPORTER_OTLP_";

    @Test
    void an_endpoint_switches_the_sink_on_and_its_port_says_the_protocol() {
        RoleConfig.Otlp http = read(Map.of(OTLP + "ENDPOINT", "http://c:4318")).sinks().otlp();
        assertThat(http.enabled()).isTrue();
        assertThat(http.endpoint()).isEqualTo(URI.create("http://c:4318"));
        assertThat(http.protocol()).isEqualTo(OtlpProtocol.HTTP);
        assertThat(List.of(http.logs(), http.traces(), http.metrics()))
                .containsExactly(true, true, false);

        assertThat(read(Map.of(OTLP + "ENDPOINT", "http://c:4317")).sinks().otlp().protocol())
                .isEqualTo(OtlpProtocol.GRPC);
    }

    @Test
    void the_protocol_wins_over_the_port() {
        assertThat(
                        read(Map.of(
                                        OTLP + "ENDPOINT",
                                        "http://c:4317",
                                        OTLP + "PROTOCOL",
                                        "http/protobuf"))
                                .sinks()
                                .otlp()
                                .protocol())
                .isEqualTo(OtlpProtocol.HTTP);
    }

    @Test
    void with_an_endpoint_of_one_signal_only_that_one_is_sent() {
        RoleConfig.Otlp otlp =
                read(Map.of(OTLP + "TRACES_ENDPOINT", "http://c:4318/spans")).sinks().otlp();
        assertThat(otlp.enabled()).isTrue();
        assertThat(otlp.tracesEndpoint()).isEqualTo(URI.create("http://c:4318/spans"));
        assertThat(otlp.destinations()).isEqualTo("http://c:4318/spans");
        assertThat(List.of(otlp.logs(), otlp.traces(), otlp.metrics()))
                .containsExactly(false, true, false);
    }

    @Test
    void an_endpoint_of_a_signal_goes_beside_the_common_one() {
        RoleConfig.Otlp otlp =
                read(Map.of(
                                OTLP + "ENDPOINT",
                                "http://c:4318",
                                OTLP + "METRICS_ENDPOINT",
                                "http://m:1/x"))
                        .sinks()
                        .otlp();
        assertThat(otlp.metricsEndpoint()).isEqualTo(URI.create("http://m:1/x"));
        assertThat(List.of(otlp.logs(), otlp.traces(), otlp.metrics()))
                .containsExactly(true, true, true);
    }

    @Test
    void all_else_about_the_connection_is_taken_too() {
        RoleConfig.Otlp otlp =
                read(Map.of(
                                OTLP + "HEADERS", "authorization=Bearer%20a%2Cb, x-tenant=1",
                                OTLP + "TIMEOUT", "2500",
                                OTLP + "COMPRESSION", "gzip",
                                OTLP + "CERTIFICATE", "/ca.pem",
                                OTLP + "CLIENT_CERTIFICATE", "/c.pem",
                                OTLP + "CLIENT_KEY", "/k.pem"))
                        .sinks()
                        .otlp();
        assertThat(otlp.enabled()).isFalse();
        assertThat(otlp.headers())
                .isEqualTo(
                        Map.of(
                                "authorization", new Secret("Bearer a,b"),
                                "x-tenant", new Secret("1")));
        assertThat(otlp.toString()).doesNotContain("Bearer");
        assertThat(otlp.timeout()).isEqualTo(Duration.ofMillis(2500));
        assertThat(otlp.compression()).isEqualTo(Compression.GZIP);
        assertThat(otlp.caFile()).isEqualTo(Path.of("/ca.pem"));
        assertThat(otlp.clientCertificateFile()).isEqualTo(Path.of("/c.pem"));
        assertThat(otlp.clientKeyFile()).isEqualTo(Path.of("/k.pem"));
    }

    @Test
    void what_our_own_keys_say_wins() {
        StandaloneConfig config =
                read(
                        Map.of(
                                OTLP + "ENDPOINT",
                                "http://theirs:4318",
                                OTLP + "LOGS_ENDPOINT",
                                "http://theirs:4318/logs",
                                OTLP + "TIMEOUT",
                                "2500",
                                "OTEL_TRACES_SAMPLER",
                                "always_on",
                                "ROBUSTMQ_SINKS__OTLP__ENDPOINT",
                                "http://ours:4317",
                                "ROBUSTMQ_TRACING__RATIO",
                                "0.25"),
                        "sinks.otlp.timeout=7s");
        assertThat(config.sinks().otlp().endpoint()).isEqualTo(URI.create("http://ours:4317"));
        assertThat(config.sinks().otlp().logsEndpoint()).isEqualTo(URI.create(""));
        assertThat(config.sinks().otlp().enabled()).isFalse();
        assertThat(config.sinks().otlp().protocol()).isEqualTo(OtlpProtocol.GRPC);
        assertThat(config.sinks().otlp().timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.tracing().ratio()).isEqualTo(0.25);
    }

    @Test
    void a_sink_that_is_switched_off_stays_off() {
        assertThat(
                        read(Map.of(OTLP + "ENDPOINT", "http://c:4318"), "sinks.otlp.enabled=false")
                                .sinks()
                                .otlp()
                                .enabled())
                .isFalse();
    }

    @Test
    void the_sdk_that_is_disabled_sends_nothing_unless_we_are_told_to() {
        Map<String, String> environment =
                Map.of("OTEL_SDK_DISABLED", "true", OTLP + "ENDPOINT", "http://c:4318");
        assertThat(read(environment).sinks().otlp().enabled()).isFalse();
        assertThat(read(environment, "sinks.otlp.enabled=true").sinks().otlp().enabled()).isTrue();
    }

    @Test
    void the_name_of_the_service_is_the_namespace_of_ours() {
        assertThat(
                        read(Map.of(
                                        "OTEL_SERVICE_NAME", "orders",
                                        "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=a%20b"))
                                .sinks()
                                .otlp()
                                .resourceAttributes())
                .isEqualTo(Map.of("service.namespace", "orders", "deployment.environment", "a b"));
        assertThat(
                        read(Map.of(
                                        "OTEL_RESOURCE_ATTRIBUTES",
                                        "service.name=orders,service.namespace=shop"))
                                .sinks()
                                .otlp()
                                .resourceAttributes())
                .isEqualTo(Map.of("service.namespace", "shop"));
    }

    @ParameterizedTest
    @CsvSource({
        "always_on, , 1.0, true",
        "always_off, , 0.0, false",
        "traceidratio, 0.5, 0.5, true",
        "parentbased_always_on, , 1.0, true",
        "parentbased_always_off, , 0.0, true",
        "parentbased_traceidratio, 0.25, 0.25, true",
        "parentbased_traceidratio, , 1.0, true",
    })
    void samplers_are_a_ratio(String sampler, String argument, double ratio, boolean enabled) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("OTEL_TRACES_SAMPLER", sampler);
        if (argument != null) {
            environment.put("OTEL_TRACES_SAMPLER_ARG", argument);
        }
        RoleConfig.Tracing tracing = read(environment).tracing();
        assertThat(tracing.ratio()).isEqualTo(ratio);
        assertThat(tracing.enabled()).isEqualTo(enabled);
    }

    @Test
    void empty_ones_count_as_none() {
        assertThat(read(Map.of(OTLP + "ENDPOINT", "", OTLP + "TIMEOUT", " ")))
                .isEqualTo(read(Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ENDPOINT | c:4318 | must be a URL that begins with http:// or https://, was \"c:4318\"",
                "LOGS_ENDPOINT | ftp://c | must be a URL that begins with http:// or https://, was \"ftp://c\"",
                "PROTOCOL | http/json | must be \"grpc\" or \"http/protobuf\", was \"http/json\"",
                "COMPRESSION | zstd | must be \"gzip\" or \"none\", was \"zstd\"",
                "TIMEOUT | 10s | must be a whole number of milliseconds from 100 to 300000, was \"10s\"",
                "LOGS_PROTOCOL | http/json | must be \"grpc\" or \"http/protobuf\", was \"http/json\"",
                "TRACES_TIMEOUT | 10s | must be a whole number of milliseconds from 100 to 300000, was \"10s\"",
                "METRICS_HEADERS | Bearer abc | must be a list of key=value, or empty, is something else",
                "HEADERS | Bearer abc | must be a list of key=value, or empty, is something else",
            })
    void what_cannot_be_meant_is_refused_with_variable_and_value(
            String variable, String value, String problem) {
        assertThat(problems(Map.of(OTLP + variable, value)))
                .containsExactly("environment " + OTLP + variable + ": " + problem);
    }

    @Test
    void so_it_is_with_those_of_the_sdk() {
        assertThat(
                        problems(
                                Map.of(
                                        "OTEL_TRACES_SAMPLER", "jaeger_remote",
                                        "OTEL_SDK_DISABLED", "yes",
                                        "OTEL_RESOURCE_ATTRIBUTES", "nonsense")))
                .containsExactly(
                        "environment OTEL_SDK_DISABLED: must be true or false, was \"yes\"",
                        "environment OTEL_RESOURCE_ATTRIBUTES: must be a list of key=value, or empty, was \"nonsense\"",
                        "environment OTEL_TRACES_SAMPLER: must be \"always_off\" or \"always_on\" or \"parentbased_always_off\" or \"parentbased_always_on\" or \"parentbased_traceidratio\" or \"traceidratio\", was \"jaeger_remote\"");
        assertThat(
                        problems(
                                Map.of(
                                        "OTEL_TRACES_SAMPLER", "traceidratio",
                                        "OTEL_TRACES_SAMPLER_ARG", "2")))
                .containsExactly(
                        "environment OTEL_TRACES_SAMPLER_ARG: must be a number from 0.0 to 1.0, was \"2\"");
    }

    // Our own keys of the same matters

    @Test
    void secrets_are_told_to_nobody() {
        List<String> problems =
                problems(
                        Map.of("ROBUSTMQ_SINKS__FLUENT__SHARED_KEY", "\u0001s3cret"),
                        "sinks.otlp.headers=s3cret",
                        "sinks.otlp.header=a=s3cret");
        assertThat(problems).hasSize(3).noneMatch(line -> line.contains("s3cret"));
    }

    @Test
    void certificates_want_a_connection_that_is_encrypted_and_files_that_are_there() {
        assertThat(problems(Map.of(), "sinks.otlp.enabled=true", "sinks.otlp.ca-file=/none.pem"))
                .containsExactly(
                        "--set sinks.otlp.ca-file=/none.pem: sinks.otlp.ca-file: is set, but sinks.otlp.endpoint begins with http://, which is not encrypted");
        assertThat(
                        problems(
                                Map.of(),
                                "sinks.otlp.enabled=true",
                                "sinks.otlp.endpoint=https://c:4318",
                                "sinks.otlp.ca-file=/none.pem"))
                .containsExactly(
                        "--set sinks.otlp.ca-file=/none.pem: sinks.otlp.ca-file: /none.pem is not there");
        assertThat(
                        problems(
                                Map.of(),
                                "sinks.fluent.enabled=true",
                                "sinks.fluent.tls=true",
                                "sinks.fluent.client-key-file=/key.pem"))
                .containsExactly(
                        "--set sinks.fluent.client-key-file=/key.pem: sinks.fluent.client-key-file: client-certificate-file and client-key-file go together, and only one is set");
    }

    @Test
    void a_user_name_wants_a_shared_key() {
        assertThat(problems(Map.of(), "sinks.fluent.enabled=true", "sinks.fluent.user-name=a"))
                .singleElement()
                .asString()
                .contains("sinks.fluent.shared-key is not");
    }

    static StandaloneConfig read(Map<String, String> environment, String... assignments) {
        ConfigOutcome<StandaloneConfig> outcome =
                ConfigReader.read(
                        StandaloneKeys.ROLE, null, environment, Arrays.asList(assignments));
        return switch (outcome) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded -> loaded.config();
            case ConfigOutcome.Wrong<StandaloneConfig>(List<ConfigProblem> problems) ->
                    throw new AssertionError(problems);
        };
    }

    static List<String> problems(Map<String, String> environment, String... assignments) {
        ConfigOutcome<StandaloneConfig> outcome =
                ConfigReader.read(
                        StandaloneKeys.ROLE, null, environment, Arrays.asList(assignments));
        return switch (outcome) {
            case ConfigOutcome.Loaded<StandaloneConfig> _ -> List.of();
            case ConfigOutcome.Wrong<StandaloneConfig>(List<ConfigProblem> problems) ->
                    problems.stream().map(ConfigProblem::line).toList();
        };
    }
}
