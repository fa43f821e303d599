package io.robustmq.server;

import static io.robustmq.server.ConfigKeys.FLAG;
import static io.robustmq.server.ConfigKeys.LEVEL;
import static io.robustmq.server.ConfigKeys.QUEUE;
import static io.robustmq.server.ConfigKeys.key;
import static io.robustmq.server.ConfigKeys.span;

import io.robustmq.telemetry.pipeline.PipelineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The configuration keys of the sinks that send to collectors. */
final class SinkKeys {
    private static final ValueKind COMPRESSION =
            new ValueKind.Choice(PipelineSettings.Compression.class);
    private static final ValueKind FILE = new ValueKind.Location(true);
    private static final String READ_AGAIN = " Read again when it changes.";
    static final Duration SHORTEST_EXPORT = Duration.ofMillis(100);
    static final Duration LONGEST_EXPORT = Duration.ofMinutes(5);

    private SinkKeys() {}

    static final ConfigSection OTLP =
            new ConfigSection(
                    "sinks.otlp",
                    "Events, metrics and traces to an OpenTelemetry Collector",
                    List.of(
                            key("sinks.otlp.enabled", FLAG, "false", "Whether this sink is on."),
                            key(
                                    "sinks.otlp.protocol",
                                    new ValueKind.Choice(PipelineSettings.OtlpProtocol.class),
                                    "\"grpc\"",
                                    "OTLP over gRPC, or over HTTP with protobuf."),
                            key(
                                    "sinks.otlp.endpoint",
                                    new ValueKind.Url(false),
                                    "\"http://127.0.0.1:4317\"",
                                    "The collector. gRPC is usually port 4317; HTTP 4318, without path (/v1/logs and so on are added). https:// is encrypted."),
                            key(
                                    "sinks.otlp.logs-endpoint",
                                    new ValueKind.Url(true),
                                    "\"\"",
                                    "Where events go instead. Over HTTP taken as it is, with its path."),
                            key(
                                    "sinks.otlp.traces-endpoint",
                                    new ValueKind.Url(true),
                                    "\"\"",
                                    "Where spans go instead. Over HTTP taken as it is, with its path."),
                            key(
                                    "sinks.otlp.metrics-endpoint",
                                    new ValueKind.Url(true),
                                    "\"\"",
                                    "Where metrics go instead. Over HTTP taken as it is, with its path."),
                            key("sinks.otlp.logs", FLAG, "true", "Whether events are sent."),
                            key(
                                    "sinks.otlp.metrics",
                                    FLAG,
                                    "false",
                                    "Whether metrics are sent. Off, because /metrics has them already."),
                            key("sinks.otlp.traces", FLAG, "true", "Whether spans are sent."),
                            key("sinks.otlp.level", LEVEL, "\"info\"", "Lowest severity sent."),
                            key(
                                    "sinks.otlp.queue-capacity",
                                    QUEUE,
                                    "65536",
                                    "Spans that wait for the collector. When full, new ones are dropped and counted."),
                            key(
                                    "sinks.otlp.timeout",
                                    span(SHORTEST_EXPORT, LONGEST_EXPORT),
                                    "\"10s\"",
                                    "Time allowed for one export, from the connection to the answer."),
                            key(
                                    "sinks.otlp.headers",
                                    new PairsKind(true),
                                    "[]",
                                    "Headers of every request, such as [\"Authorization=Bearer …\"]. Never printed. In the environment and with --set, parted by commas, with %2C for a comma in a value."),
                            key(
                                    "sinks.otlp.compression",
                                    COMPRESSION,
                                    "\"none\"",
                                    "Whether requests are compressed."),
                            key(
                                    "sinks.otlp.ca-file",
                                    FILE,
                                    "\"\"",
                                    "Certificates (PEM) of those who may have signed the collector's. Empty trusts whom the JVM trusts."
                                            + READ_AGAIN),
                            key(
                                    "sinks.otlp.client-certificate-file",
                                    FILE,
                                    "\"\"",
                                    "Our certificate (PEM), with those between it and the root, for a collector that asks for one."
                                            + READ_AGAIN),
                            key(
                                    "sinks.otlp.client-key-file",
                                    FILE,
                                    "\"\"",
                                    "Private key of our certificate (PEM, PKCS #8, without password)."
                                            + READ_AGAIN),
                            key(
                                    "sinks.otlp.resource-attributes",
                                    new PairsKind(false),
                                    "[]",
                                    "More about this node in all that is sent, such as [\"deployment.environment=test\"]. What the node says itself (service.name, service.instance.id, service.version, robustmq.node_id) it says in any case. Written as sinks.otlp.headers.")));

    static final ConfigSection OTLP_LOGS = otlpOwn("logs", "events");
    static final ConfigSection OTLP_TRACES = otlpOwn("traces", "spans");
    static final ConfigSection OTLP_METRICS = otlpOwn("metrics", "metrics");

    private static ConfigSection otlpOwn(String signal, String what) {
        String section = "sinks.otlp-" + signal;
        String common = " Empty is what sinks.otlp says.";
        return new ConfigSection(
                section,
                "What is different for " + what + ", if anything is",
                List.of(
                        key(
                                section + ".protocol",
                                new ValueKind.Choice(RoleConfig.OwnProtocol.class),
                                "\"common\"",
                                "As sinks.otlp.protocol; common is what that says."),
                        key(
                                section + ".timeout",
                                span(Duration.ZERO, LONGEST_EXPORT),
                                "\"0s\"",
                                "As sinks.otlp.timeout; 0s is what that says."),
                        key(
                                section + ".headers",
                                new PairsKind(true),
                                "[]",
                                "As sinks.otlp.headers, and in their place. Never printed."
                                        + common),
                        key(
                                section + ".compression",
                                new ValueKind.Choice(RoleConfig.OwnCompression.class),
                                "\"common\"",
                                "As sinks.otlp.compression; common is what that says."),
                        key(section + ".ca-file", FILE, "\"\"", "As sinks.otlp.ca-file." + common),
                        key(
                                section + ".client-certificate-file",
                                FILE,
                                "\"\"",
                                "As sinks.otlp.client-certificate-file." + common),
                        key(
                                section + ".client-key-file",
                                FILE,
                                "\"\"",
                                "As sinks.otlp.client-key-file." + common)));
    }

    static final ConfigSection FLUENT =
            new ConfigSection(
                    "sinks.fluent",
                    "Events to Fluent Bit or Fluentd (forward protocol)",
                    List.of(
                            key("sinks.fluent.enabled", FLAG, "false", "Whether this sink is on."),
                            key(
                                    "sinks.fluent.address",
                                    new ValueKind.Address(1),
                                    "\"127.0.0.1:24224\"",
                                    "Fluent Bit's or Fluentd's forward input."),
                            key(
                                    "sinks.fluent.tag",
                                    new ValueKind.Text(
                                            Pattern.compile("[A-Za-z0-9._-]{1,128}"),
                                            "1 to 128 letters, digits, dots, hyphens or underscores"),
                                    "\"robustmq\"",
                                    "Tag that the receiver routes by."),
                            key("sinks.fluent.level", LEVEL, "\"info\"", "Lowest severity sent."),
                            key(
                                    "sinks.fluent.ack-timeout",
                                    span(Duration.ofMillis(100), Duration.ofMinutes(5)),
                                    "\"10s\"",
                                    "Time to wait for the receiver's acknowledgement before sending again."),
                            key(
                                    "sinks.fluent.timeout",
                                    span(Duration.ofMillis(100), Duration.ofMinutes(5)),
                                    "\"10s\"",
                                    "Time to connect, with TLS and greeting, and time to write a batch."),
                            key(
                                    "sinks.fluent.shared-key",
                                    new ValueKind.Hidden(),
                                    "\"\"",
                                    "The receiver's shared_key. Empty for a receiver that asks for none. Never printed."),
                            key(
                                    "sinks.fluent.user-name",
                                    new ValueKind.Text(
                                            Pattern.compile("\\P{Cntrl}{0,256}"),
                                            "at most 256 characters, or empty"),
                                    "\"\"",
                                    "User name, for a receiver that asks for one beside the shared key."),
                            key(
                                    "sinks.fluent.password",
                                    new ValueKind.Hidden(),
                                    "\"\"",
                                    "Password of that user. Never printed."),
                            key(
                                    "sinks.fluent.compression",
                                    COMPRESSION,
                                    "\"none\"",
                                    "Whether batches are compressed. Fluentd and Fluent Bit take them so; others may not."),
                            key(
                                    "sinks.fluent.tls",
                                    FLAG,
                                    "false",
                                    "Whether the connection is encrypted. The receiver's certificate must be valid and for the name in sinks.fluent.address."),
                            key(
                                    "sinks.fluent.ca-file",
                                    FILE,
                                    "\"\"",
                                    "Certificates (PEM) of those who may have signed the receiver's. Empty trusts whom the JVM trusts."
                                            + READ_AGAIN),
                            key(
                                    "sinks.fluent.client-certificate-file",
                                    FILE,
                                    "\"\"",
                                    "Our certificate (PEM), with those between it and the root, for a receiver that asks for one."
                                            + READ_AGAIN),
                            key(
                                    "sinks.fluent.client-key-file",
                                    FILE,
                                    "\"\"",
                                    "Private key of our certificate (PEM, PKCS #8, without password)."
                                            + READ_AGAIN)));

    /** What no key can say alone. */
    static void check(ConfigValues values) {
        if ((Boolean) values.of("sinks.otlp.enabled")) {
            checkTls(
                    values,
                    "sinks.otlp.",
                    "sinks.otlp.",
                    Stream.of("", "logs-", "traces-", "metrics-")
                            .anyMatch(signal -> isEncrypted(values, signal)),
                    "sinks.otlp.endpoint begins with http://, which is not encrypted");
            for (String signal : List.of("logs", "traces", "metrics")) {
                checkOwn(values, signal);
            }
        }
        if ((Boolean) values.of("sinks.fluent.enabled")) {
            checkTls(
                    values,
                    "sinks.fluent.",
                    "sinks.fluent.",
                    (Boolean) values.of("sinks.fluent.tls"),
                    "sinks.fluent.tls is false");
            if (!values.of("sinks.fluent.user-name").toString().isEmpty()
                    && values.of("sinks.fluent.shared-key").toString().isEmpty()) {
                values.wrong(
                        "sinks.fluent.user-name",
                        "is set and sinks.fluent.shared-key is not: a receiver that asks for users asks for that, too");
            }
        }
    }

    private static void checkOwn(ConfigValues values, String signal) {
        String section = "sinks.otlp-" + signal + '.';
        Duration timeout = (Duration) values.of(section + "timeout");
        if (!timeout.isZero() && timeout.compareTo(SHORTEST_EXPORT) < 0) {
            values.wrong(
                    section + "timeout",
                    "must be 0s or at least " + SHORTEST_EXPORT.toMillis() + "ms");
        }
        boolean hasEndpoint = !values.of("sinks.otlp." + signal + "-endpoint").toString().isEmpty();
        checkTls(
                values,
                section,
                "sinks.otlp.",
                isEncrypted(values, hasEndpoint ? signal + '-' : ""),
                "where "
                        + signal
                        + " go, sinks.otlp."
                        + (hasEndpoint ? signal + '-' : "")
                        + "endpoint, begins with http://, which is not encrypted");
    }

    /**
     * @param signal with a hyphen, or empty for the common endpoint
     */
    private static boolean isEncrypted(ConfigValues values, String signal) {
        return values.of("sinks.otlp." + signal + "endpoint").toString().startsWith("https:");
    }

    /**
     * @param common for files that are not said below the prefix
     */
    private static void checkTls(
            ConfigValues values, String prefix, String common, boolean encrypted, String whyNot) {
        List<String> said =
                Stream.of("ca-file", "client-certificate-file", "client-key-file")
                        .map(file -> prefix + file)
                        .filter(key -> !values.of(key).toString().isEmpty())
                        .toList();
        if (said.isEmpty()) {
            return;
        }
        PipelineSettings.Tls tls =
                new PipelineSettings.Tls(
                        file(values, prefix, common, "ca-file"),
                        file(values, prefix, common, "client-certificate-file"),
                        file(values, prefix, common, "client-key-file"));
        if (!encrypted) {
            values.wrong(said.getFirst(), "is set, but " + whyNot);
        } else if (tls.certificate().toString().isEmpty() != tls.key().toString().isEmpty()) {
            values.wrong(
                    said.getLast(),
                    "client-certificate-file and client-key-file go together, and only one is set");
        } else if (!tls.problem().isEmpty()) {
            values.wrong(said.getFirst(), tls.problem());
        }
    }

    private static Path file(ConfigValues values, String prefix, String common, String file) {
        Path own = (Path) values.of(prefix + file);
        return own.toString().isEmpty() ? (Path) values.of(common + file) : own;
    }
}
