package io.robustmq.server;

import io.robustmq.journal.Durability;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.Format;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import io.robustmq.telemetry.pipeline.SamplingRule;
import io.robustmq.telemetry.pipeline.Secret;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The configuration that every role has. The component's path in kebab case is the key: {@code
 * events.queueCapacity} is {@code events.queue-capacity}; {@link ConfigKeys} says what each may be
 * and means. Sizes are bytes; addresses are not resolved; paths are relative to the folder that the
 * process was started in.
 */
interface RoleConfig {
    String nodeId();

    Data data();

    Http http();

    Events events();

    Sinks sinks();

    Tracing tracing();

    Metrics metrics();

    /** Where the log files go: said, or beside the journal. */
    default Path logDirectory() {
        Path said = sinks().file().directory();
        return said.toString().isEmpty() ? data().directory().resolve("logs") : said;
    }

    /** Where the events are kept: said, or beside the journal. */
    default Path eventDirectory() {
        Path said = events().directory();
        return said.toString().isEmpty() ? data().directory().resolve("events") : said;
    }

    /** Where the journal's shards go; nowhere if there is none. */
    default List<Path> journalDirectories() {
        return List.of();
    }

    /** All that the node writes to. */
    default List<Path> directories() {
        List<Path> all = new ArrayList<>(List.of(data().directory()));
        all.addAll(journalDirectories());
        all.addAll(List.of(eventDirectory(), logDirectory()));
        return all;
    }

    /** Where the journal's shards go: what {@code journal.directories} says, or here. */
    default List<Path> journalDirectories(List<Path> said) {
        return said.isEmpty() ? List.of(data().directory().resolve("journal")) : said;
    }

    record Data(Path directory) {}

    record Http(InetSocketAddress listen) {}

    /** Between the nodes of a cluster. */
    record Tls(Path certificateFile, Path keyFile, Path caFile) {
        boolean isOn() {
            return !certificateFile.toString().isEmpty();
        }
    }

    /**
     * Of a node that is no placement center.
     *
     * @param servers {@code host:port} each; none if there is no cluster
     */
    record Servers(List<String> servers) {}

    /** Where a node is; empty if it is not said. */
    record Place(String host, String rack) {
        /** How other nodes call what listens there. */
        String reached(InetSocketAddress listening) {
            return Listener.text(
                    host.isEmpty()
                            ? listening
                            : InetSocketAddress.createUnresolved(host, listening.getPort()));
        }
    }

    /** From which level up events are stored. */
    enum StoredLevel {
        /** {@link #INFO}, or lower if a sink's level is. */
        AUTO,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    record Events(
            Path directory,
            long maxSize,
            Duration maxAge,
            Durability durability,
            StoredLevel level,
            Map<String, Severity> levels,
            int queueCapacity,
            long burstSize,
            int perKeyPerSecond,
            int messagesPerSecond,
            boolean hashIdentities,
            Secret hashSalt,
            Path hashSaltFile) {}

    record Sinks(
            Console console,
            File file,
            Otlp otlp,
            OtlpOwn otlpLogs,
            OtlpOwn otlpTraces,
            OtlpOwn otlpMetrics,
            Fluent fluent) {}

    record Console(boolean enabled, Format format, Severity level) {}

    record File(
            boolean enabled,
            Path directory,
            String prefix,
            Severity level,
            long maxSize,
            int keepDays) {}

    record Otlp(
            boolean enabled,
            OtlpProtocol protocol,
            URI endpoint,
            URI logsEndpoint,
            URI tracesEndpoint,
            URI metricsEndpoint,
            boolean logs,
            boolean metrics,
            boolean traces,
            Severity level,
            int queueCapacity,
            Duration timeout,
            Map<String, Secret> headers,
            Compression compression,
            Path caFile,
            Path clientCertificateFile,
            Path clientKeyFile,
            Map<String, String> resourceAttributes) {
        /** Where it sends to, for people. */
        String destinations() {
            return Stream.of(
                            logs ? or(logsEndpoint) : "",
                            traces ? or(tracesEndpoint) : "",
                            metrics ? or(metricsEndpoint) : "")
                    .filter(destination -> !destination.isEmpty())
                    .distinct()
                    .collect(Collectors.joining(" "));
        }

        private String or(URI own) {
            return (own.toString().isEmpty() ? endpoint : own).toString();
        }
    }

    /** Of one signal. */
    enum OwnProtocol {
        /** That of the others. */
        COMMON,
        GRPC,
        HTTP
    }

    /** Of one signal. */
    enum OwnCompression {
        /** That of the others. */
        COMMON,
        NONE,
        GZIP
    }

    /** What is different for one signal; what is empty or zero is not. */
    record OtlpOwn(
            OwnProtocol protocol,
            Duration timeout,
            Map<String, Secret> headers,
            OwnCompression compression,
            Path caFile,
            Path clientCertificateFile,
            Path clientKeyFile) {}

    record Fluent(
            boolean enabled,
            InetSocketAddress address,
            String tag,
            Severity level,
            Duration ackTimeout,
            Duration timeout,
            Secret sharedKey,
            String userName,
            Secret password,
            Compression compression,
            boolean tls,
            Path caFile,
            Path clientCertificateFile,
            Path clientKeyFile) {}

    /** What {@code /metrics} has. */
    interface Metrics {
        int maxSeries();
    }

    /** Of a role without clients. */
    record NodeMetrics(int maxSeries) implements Metrics {}

    record Tracing(
            boolean enabled,
            double ratio,
            List<SamplingRule> rules,
            int maxPerSecond,
            Duration keepSlow,
            boolean keepFailed,
            int maxKeptPerSecond,
            int maxDeliveries,
            boolean lossless,
            long losslessMaxSize) {}
}
