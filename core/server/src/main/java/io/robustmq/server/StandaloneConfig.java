package io.robustmq.server;

import io.robustmq.broker.BrokerSettings;
import io.robustmq.journal.Durability;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings.Format;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole configuration of {@code robustmq standalone}. The component's path in kebab case is the
 * key: {@code mqtt.maxPacketSize} is {@code mqtt.max-packet-size}; {@link ConfigKeys} says what
 * each may be and means. Sizes are bytes; addresses are not resolved; paths are relative to the
 * folder that the process was started in.
 */
record StandaloneConfig(
        String nodeId,
        Data data,
        Mqtt mqtt,
        Http http,
        Journal journal,
        Placement placement,
        Events events,
        Sinks sinks,
        Tracing tracing) {

    /** Where the log files go: said, or beside the journal. */
    Path logDirectory() {
        Path said = sinks.file().directory();
        return said.toString().isEmpty() ? data.directory().resolve("logs") : said;
    }

    /** Where the journal's shards go: said, or in the data directory. */
    List<Path> journalDirectories() {
        return journal.directories().isEmpty()
                ? List.of(data.directory().resolve("journal"))
                : journal.directories();
    }

    record Data(Path directory) {}

    record Mqtt(
            InetSocketAddress listen,
            int eventLoops,
            int maxConnections,
            long maxPacketSize,
            Duration connectTimeout,
            int receiveMaximum,
            int topicAliasMaximum,
            int maxInFlight,
            int maxQueuedMessages,
            long maxQueuedBytes,
            long maxOutboundBytes,
            BrokerSettings.WhenFull whenQueueFull,
            int maxRetainedMessages,
            long maxRetainedBytes,
            int maxDelayedMessages,
            long maxStoredBytes,
            long snapshotSize,
            Duration maxSessionExpiry,
            Duration maxKeepAlive,
            boolean allowAnonymous,
            Path passwordFile) {}

    record Http(InetSocketAddress listen) {}

    record Journal(
            List<Path> directories,
            long segmentSize,
            Duration segmentAge,
            Durability durability,
            Duration slowSync) {}

    record Placement(InetSocketAddress listen) {}

    record Events(
            int queueCapacity,
            int perKeyPerSecond,
            int messagesPerSecond,
            boolean hashIdentities) {}

    record Sinks(Console console, File file, Otlp otlp, Fluent fluent) {}

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
            boolean logs,
            boolean metrics,
            boolean traces,
            Severity level,
            int queueCapacity,
            Duration timeout) {}

    record Fluent(
            boolean enabled,
            InetSocketAddress address,
            String tag,
            Severity level,
            int queueCapacity,
            Duration ackTimeout) {}

    record Tracing(boolean enabled, double ratio, int maxPerSecond, int maxDeliveries) {}
}
