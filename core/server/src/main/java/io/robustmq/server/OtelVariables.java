package io.robustmq.server;

import io.robustmq.server.RoleConfig.OwnCompression;
import io.robustmq.server.RoleConfig.OwnProtocol;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The environment variables that OpenTelemetry defines for all programs, as far as we have a key
 * for what they say. They count for keys that nobody set; an empty one counts as none; that of one
 * signal wins over that of all. For one use.
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
    private static final String COMMON = "sinks.otlp.";

    /** Each has variables of its own, which win over those for all. */
    private static final List<String> SIGNALS = List.of("logs", "traces", "metrics");

    /** A variable, without what its name begins with, and the key that it stands for. */
    private record Variable(String name, String key) {}

    /** Those whose values are written as their keys'. */
    private static final List<Variable> SAME =
            List.of(
                    new Variable("HEADERS", "headers"),
                    new Variable("CERTIFICATE", "ca-file"),
                    new Variable("CLIENT_CERTIFICATE", "client-certificate-file"),
                    new Variable("CLIENT_KEY", "client-key-file"));

    private static final Map<String, OtlpProtocol> PROTOCOLS =
            Map.of("grpc", OtlpProtocol.GRPC, "http/protobuf", OtlpProtocol.HTTP);

    private static final Map<String, OwnProtocol> OWN_PROTOCOLS =
            Map.of("grpc", OwnProtocol.GRPC, "http/protobuf", OwnProtocol.HTTP);

    private static final Map<String, Compression> COMPRESSIONS =
            Map.of("gzip", Compression.GZIP, "none", Compression.NONE);

    private static final Map<String, OwnCompression> OWN_COMPRESSIONS =
            Map.of("gzip", OwnCompression.GZIP, "none", OwnCompression.NONE);

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
        // first, while it shows what our own keys say for all signals: that wins over these
        SIGNALS.forEach(this::readOwn);
        readEndpoints();
        readChoice(PREFIX + "PROTOCOL", COMMON + "protocol", PROTOCOLS);
        readChoice(PREFIX + "COMPRESSION", COMMON + "compression", COMPRESSIONS);
        readTimeout(PREFIX + "TIMEOUT", COMMON + "timeout");
        for (Variable variable : SAME) {
            readSame(PREFIX + variable.name(), COMMON + variable.key());
        }
        readResource();
        readSampler();
        return taken;
    }

    private void readOwn(String signal) {
        String prefix = prefix(signal);
        String own = own(signal);
        if (values.isDefault(COMMON + "protocol")) {
            readChoice(prefix + "PROTOCOL", own + "protocol", OWN_PROTOCOLS);
        }
        if (values.isDefault(COMMON + "compression")) {
            readChoice(prefix + "COMPRESSION", own + "compression", OWN_COMPRESSIONS);
        }
        if (values.isDefault(COMMON + "timeout")) {
            readTimeout(prefix + "TIMEOUT", own + "timeout");
        }
        for (Variable variable : SAME) {
            if (values.isDefault(COMMON + variable.key())) {
                readSame(prefix + variable.name(), own + variable.key());
            }
        }
    }

    private static String prefix(String signal) {
        return PREFIX + signal.toUpperCase(Locale.ROOT) + '_';
    }

    private static String own(String signal) {
        return "sinks.otlp-" + signal + '.';
    }

    private void readEndpoints() {
        if (isDisabled()) {
            take(DISABLED, COMMON + "enabled", false);
            return;
        }
        if (!values.isDefault(COMMON + "endpoint")) {
            return; // ours counts for all three
        }
        boolean isPortTold =
                said(PREFIX + "PROTOCOL") == null && values.isDefault(COMMON + "protocol");
        URI common = endpoint(ENDPOINT);
        Set<String> own = new HashSet<>();
        for (String signal : SIGNALS) {
            String name = prefix(signal) + "ENDPOINT";
            URI endpoint = endpoint(name);
            if (endpoint != null) {
                own.add(signal);
                take(name, COMMON + signal + "-endpoint", endpoint);
                take(name, COMMON + "enabled", true);
                take(name, COMMON + signal, true);
                if (isPortTold) {
                    take(
                            name,
                            own(signal) + "protocol",
                            isGrpc(endpoint) ? OwnProtocol.GRPC : OwnProtocol.HTTP);
                }
            }
        }
        if (common != null) {
            take(ENDPOINT, COMMON + "endpoint", common);
            take(ENDPOINT, COMMON + "enabled", true);
            if (isPortTold) {
                take(
                        ENDPOINT,
                        COMMON + "protocol",
                        isGrpc(common) ? OtlpProtocol.GRPC : OtlpProtocol.HTTP);
            }
        } else if (!own.isEmpty()) {
            // the others have nowhere to go
            for (String signal : SIGNALS) {
                if (!own.contains(signal)) {
                    take(ENDPOINT, COMMON + signal, false);
                }
            }
        }
    }

    private static boolean isGrpc(URI endpoint) {
        return endpoint.getPort() == GRPC_PORT;
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

    private void readTimeout(String name, String key) {
        String said = said(name);
        if (said == null) {
            return;
        }
        long millis = said.matches("\\d{1,9}") ? Long.parseLong(said) : 0;
        long least = SinkKeys.SHORTEST_EXPORT.toMillis();
        long most = SinkKeys.LONGEST_EXPORT.toMillis();
        if (millis < least || millis > most) {
            wrong(name, "a whole number of milliseconds from " + least + " to " + most, said);
        } else {
            take(name, key, Duration.ofMillis(millis));
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
