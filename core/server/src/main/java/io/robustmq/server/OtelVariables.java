package io.robustmq.server;

import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that OpenTelemetry defines for all programs, as far as we have a key
 * for what they say. They count for keys that nobody set; an empty one counts as none. For one use.
 *
 * <p>An endpoint switches the sink on. It leads to the protocol, too, if nothing else does: port
 * 4317 is gRPC's, all else is HTTP.
 */
final class OtelVariables {
    private static final String PREFIX = "OTEL_EXPORTER_OTLP_";
    private static final String ENDPOINT = PREFIX + "ENDPOINT";
    private static final String SAMPLER = "OTEL_TRACES_SAMPLER";
    private static final String SAMPLER_ARGUMENT = "OTEL_TRACES_SAMPLER_ARG";
    private static final String RESOURCE = "OTEL_RESOURCE_ATTRIBUTES";
    private static final String SERVICE_NAME = "OTEL_SERVICE_NAME";
    private static final String DISABLED = "OTEL_SDK_DISABLED";
    private static final int GRPC_PORT = 4317;
    private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();

    /** A variable, and the key that it stands for. */
    private record Variable(String name, String key) {}

    private static final List<Variable> SIGNAL_ENDPOINTS =
            List.of(
                    new Variable(PREFIX + "LOGS_ENDPOINT", "logs"),
                    new Variable(PREFIX + "TRACES_ENDPOINT", "traces"),
                    new Variable(PREFIX + "METRICS_ENDPOINT", "metrics"));

    /** Those whose values are written as their keys'. */
    private static final List<Variable> SAME =
            List.of(
                    new Variable(PREFIX + "HEADERS", "sinks.otlp.headers"),
                    new Variable(PREFIX + "CERTIFICATE", "sinks.otlp.ca-file"),
                    new Variable(
                            PREFIX + "CLIENT_CERTIFICATE", "sinks.otlp.client-certificate-file"),
                    new Variable(PREFIX + "CLIENT_KEY", "sinks.otlp.client-key-file"));

    private static final Map<String, OtlpProtocol> PROTOCOLS =
            Map.of("grpc", OtlpProtocol.GRPC, "http/protobuf", OtlpProtocol.HTTP);

    private static final Map<String, Compression> COMPRESSIONS =
            Map.of("gzip", Compression.GZIP, "none", Compression.NONE);

    /** A publisher's own traceparent decides with all of them; the number is for the others. */
    private static final Map<String, String> SAMPLERS =
            Map.of(
                    "always_on", "1",
                    "always_off", "0",
                    "traceidratio", "argument",
                    "parentbased_always_on", "1",
                    "parentbased_always_off", "0",
                    "parentbased_traceidratio", "argument");

    private final Map<String, String> environment;
    private final ConfigValues values;
    private int taken;

    OtelVariables(Map<String, String> environment, ConfigValues values) {
        this.environment = environment;
        this.values = values;
    }

    /** How many settings it took from them. */
    int read() {
        readEndpoints();
        readChoice(PREFIX + "PROTOCOL", "sinks.otlp.protocol", PROTOCOLS);
        readChoice(PREFIX + "COMPRESSION", "sinks.otlp.compression", COMPRESSIONS);
        readTimeout();
        for (Variable variable : SAME) {
            readSame(variable.name(), variable.key());
        }
        readResource();
        readSampler();
        return taken;
    }

    private void readEndpoints() {
        if (isDisabled()) {
            take(DISABLED, "sinks.otlp.enabled", false);
            return;
        }
        if (!values.isDefault("sinks.otlp.endpoint")) {
            return; // ours counts for all three
        }
        URI common = endpoint(ENDPOINT);
        Map<String, URI> own = new LinkedHashMap<>();
        for (Variable signal : SIGNAL_ENDPOINTS) {
            URI endpoint = endpoint(signal.name());
            if (endpoint != null) {
                own.put(signal.key(), endpoint);
                take(signal.name(), "sinks.otlp." + signal.key() + "-endpoint", endpoint);
                take(signal.name(), "sinks.otlp.enabled", true);
                take(signal.name(), "sinks.otlp." + signal.key(), true);
            }
        }
        if (common != null) {
            take(ENDPOINT, "sinks.otlp.endpoint", common);
            take(ENDPOINT, "sinks.otlp.enabled", true);
        } else if (!own.isEmpty()) {
            // the others have nowhere to go
            for (Variable signal : SIGNAL_ENDPOINTS) {
                if (!own.containsKey(signal.key())) {
                    take(ENDPOINT, "sinks.otlp." + signal.key(), false);
                }
            }
        }
        Stream.concat(Stream.ofNullable(common), own.values().stream())
                .findFirst()
                .filter(_ -> said(PREFIX + "PROTOCOL") == null)
                .ifPresent(endpoint ->
                        take(
                                ENDPOINT,
                                "sinks.otlp.protocol",
                                endpoint.getPort() == GRPC_PORT
                                        ? OtlpProtocol.GRPC
                                        : OtlpProtocol.HTTP));
    }

    private boolean isDisabled() {
        String said = said(DISABLED);
        if (said == null || said.equalsIgnoreCase("false")) {
            return false;
        }
        if (!said.equalsIgnoreCase("true")) {
            wrong(DISABLED, "true or false", said);
        }
        return true;
    }

    private @Nullable URI endpoint(String name) {
        String said = said(name);
        ValueKind kind = new ValueKind.Url(false);
        Object url = said == null ? null : kind.readText(said);
        if (said != null && url == null) {
            wrong(name, kind.allowed(), said);
        }
        return (URI) url;
    }

    private <T> void readChoice(String name, String key, Map<String, T> choices) {
        String said = said(name);
        if (said == null) {
            return;
        }
        T choice = choices.get(said);
        if (choice == null) {
            wrong(name, oneOf(choices), said);
        } else {
            take(name, key, choice);
        }
    }

    private void readTimeout() {
        String name = PREFIX + "TIMEOUT";
        String said = said(name);
        if (said == null) {
            return;
        }
        long millis = said.matches("\\d{1,9}") ? Long.parseLong(said) : 0;
        if (millis < 100 || millis > LONGEST_MILLIS) {
            wrong(name, "a whole number of milliseconds from 100 to " + LONGEST_MILLIS, said);
        } else {
            take(name, "sinks.otlp.timeout", Duration.ofMillis(millis));
        }
    }

    private void readSame(String name, String key) {
        String said = said(name);
        if (said == null) {
            return;
        }
        ValueKind kind =
                key.endsWith("headers") ? new PairsKind(true) : new ValueKind.Location(false);
        Object value = kind.readText(said);
        if (value == null) {
            wrong(name, kind.allowed(), kind.isSecret() ? null : said);
        } else {
            take(name, key, value);
        }
    }

    /**
     * A process of ours is several services at once, and dashboards and alerts know them by their
     * names; so the name that somebody gives to all of it is their namespace.
     */
    @SuppressWarnings("unchecked") // PairsKind says so
    private void readResource() {
        String said = said(RESOURCE);
        ValueKind kind = new PairsKind(false);
        Object pairs = kind.readText(said == null ? "" : said);
        if (pairs == null) {
            wrong(RESOURCE, kind.allowed(), said);
            return;
        }
        Map<String, String> attributes = new LinkedHashMap<>((Map<String, String>) pairs);
        String own = attributes.remove("service.name");
        String serviceName = said(SERVICE_NAME) == null ? own : said(SERVICE_NAME);
        if (serviceName != null) {
            attributes.putIfAbsent("service.namespace", serviceName);
        }
        if (!attributes.isEmpty()) {
            take(
                    said == null ? SERVICE_NAME : RESOURCE,
                    "sinks.otlp.resource-attributes",
                    attributes);
        }
    }

    private void readSampler() {
        String sampler = said(SAMPLER);
        if (sampler == null) {
            return;
        }
        String share = SAMPLERS.get(sampler);
        if (share == null) {
            wrong(SAMPLER, oneOf(SAMPLERS), sampler);
            return;
        }
        boolean isRatio = share.equals("argument");
        String argument = said(SAMPLER_ARGUMENT);
        String ratio = isRatio ? argument == null ? "1" : argument : share;
        ValueKind kind = new ValueKind.Fraction(0, 1);
        Object value = kind.readText(ratio);
        if (value == null) {
            wrong(SAMPLER_ARGUMENT, kind.allowed(), ratio);
            return;
        }
        take(SAMPLER, "tracing.ratio", value);
        if (sampler.equals("always_off")) {
            take(SAMPLER, "tracing.enabled", false);
        }
    }

    private void take(String name, String key, Object value) {
        if (values.isDefault(key)) {
            values.put(key, value, "environment " + name);
            taken++;
        }
    }

    private @Nullable String said(String name) {
        String value = environment.getOrDefault(name, "").strip();
        return value.isEmpty() ? null : value;
    }

    private void wrong(String name, String allowed, @Nullable String said) {
        values.wrong(
                new ConfigProblem(
                        "environment " + name,
                        "",
                        "must be "
                                + allowed
                                + (said == null
                                        ? ", is something else"
                                        : ", was \"" + said + '"')));
    }

    private static String oneOf(Map<String, ?> choices) {
        return choices.keySet().stream()
                .sorted()
                .map(choice -> '"' + choice + '"')
                .collect(Collectors.joining(" or "));
    }
}
