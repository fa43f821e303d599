package io.robustmq.server;

import io.robustmq.broker.BrokerSettings;
import io.robustmq.journal.Durability;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Every configuration key, in the order of the file. The parser, {@code config/standalone.toml} and
 * {@code docs/reference/configuration.md} all come from this table.
 */
final class ConfigKeys {
    private ConfigKeys() {}

    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;
    private static final long GIB = 1024 * MIB;
    private static final long TIB = 1024 * GIB;

    private static final ValueKind FLAG = new ValueKind.Flag();
    private static final ValueKind LISTEN = new ValueKind.Address(0);
    private static final ValueKind LEVEL = new ValueKind.Choice(Severity.class);
    private static final ValueKind QUEUE = whole(16, 10_000_000);

    /** What the sections are about, for the file and the reference. */
    static final Map<String, String> SECTIONS =
            sections(
                    "", "The node",
                    "data", "Where durable data lives",
                    "mqtt", "The MQTT broker",
                    "http", "Metrics and health",
                    "journal", "The durable log",
                    "placement", "What nodes agree on",
                    "events", "The events that tell what happens",
                    "sinks.console", "Events on standard output",
                    "sinks.file", "Events in a rolling file, one JSON object per line",
                    "sinks.otlp", "Events, metrics and traces to an OpenTelemetry Collector",
                    "sinks.fluent", "Events to Fluent Bit or Fluentd (forward protocol)",
                    "tracing", "Traces of single messages");

    static final List<ConfigKey> ALL =
            List.of(
                    key(
                            "node-id",
                            new ValueKind.Text(
                                    Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}"),
                                    "1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first"),
                            "\"node-1\"",
                            "Name of this node, in every event. Keep it when you restart, and give each node its own."),
                    key(
                            "data.directory",
                            new ValueKind.Location(false),
                            "\"./robust-data\"",
                            "Folder of the journal and the log files. Created if missing; one process at a time may use it."),

                    // MQTT
                    key(
                            "mqtt.listen",
                            LISTEN,
                            "\"127.0.0.1:1883\"",
                            "Address and port for MQTT over TCP. Port 0 takes any free one; 0.0.0.0 listens on all interfaces."),
                    key(
                            "mqtt.event-loops",
                            whole(0, 1024),
                            "0",
                            "Threads that serve connections. 0 is half the processors, at least one."),
                    key(
                            "mqtt.max-connections",
                            whole(1, 10_000_000),
                            "100000",
                            "Connections open at once. One more is closed before it is served."),
                    key(
                            "mqtt.max-packet-size",
                            size(KIB, 256 * MIB),
                            "\"1MiB\"",
                            "Largest packet taken from a client. A larger one ends the connection with Packet too large."),
                    key(
                            "mqtt.connect-timeout",
                            span(Duration.ofMillis(100), Duration.ofMinutes(10)),
                            "\"10s\"",
                            "Time from opening a connection to its whole CONNECT packet."),
                    key(
                            "mqtt.receive-maximum",
                            whole(1, 65_535),
                            "1024",
                            "QoS 1 and 2 messages that a client may send before the first is acknowledged."),
                    key(
                            "mqtt.topic-alias-maximum",
                            whole(0, 65_535),
                            "64",
                            "Topic aliases that a client may use on one connection (MQTT 5). 0 forbids them."),
                    key(
                            "mqtt.max-in-flight",
                            whole(1, 65_535),
                            "1024",
                            "QoS 1 and 2 messages sent to one client and not acknowledged. The client's own Receive Maximum may lower it."),
                    key(
                            "mqtt.max-queued-messages",
                            whole(1, Integer.MAX_VALUE),
                            "100000",
                            "Messages that wait for one session."),
                    key(
                            "mqtt.max-queued-bytes",
                            size(KIB, TIB),
                            "\"64MiB\"",
                            "The same limit in bytes."),
                    key(
                            "mqtt.max-outbound-bytes",
                            size(KIB, GIB),
                            "\"4MiB\"",
                            "Bytes that wait in one client's socket. Beyond it the client counts as slow and QoS 0 to it is dropped."),
                    key(
                            "mqtt.when-queue-full",
                            new ValueKind.Choice(BrokerSettings.WhenFull.class),
                            "\"refuse\"",
                            "Which message is dropped, and counted, when a session's queue is full: refuse drops the one that comes, drop_oldest the one that has waited longest."),
                    key(
                            "mqtt.max-retained-messages",
                            whole(0, Integer.MAX_VALUE),
                            "100000",
                            "Retained messages kept. When full, a new topic's is refused; existing ones can be replaced."),
                    key(
                            "mqtt.max-retained-bytes",
                            size(0, TIB),
                            "\"256MiB\"",
                            "The same limit in bytes of topics, payloads and properties."),
                    key(
                            "mqtt.max-delayed-messages",
                            whole(0, Integer.MAX_VALUE),
                            "1000000",
                            "Messages published to $delayed/<seconds>/<topic> that are not due yet. When full, new ones are refused with Quota exceeded."),
                    key(
                            "mqtt.max-stored-bytes",
                            size(0, 1024 * TIB),
                            "\"0B\"",
                            "Size on disk of all that is kept for clients. Beyond it the oldest segments are removed, and messages in them that were not delivered are dropped and counted. 0B sets no limit."),
                    key(
                            "mqtt.snapshot-size",
                            size(MIB, TIB),
                            "\"64MiB\"",
                            "So much is written between two snapshots of the sessions; a start after a crash reads it again."),
                    key(
                            "mqtt.max-session-expiry",
                            span(Duration.ZERO, Duration.ofDays(36_500)),
                            "\"7d\"",
                            "Longest time a session is kept after its client went. A client that asks for more is told this."),
                    key(
                            "mqtt.max-keep-alive",
                            span(Duration.ZERO, Duration.ofSeconds(65_535)),
                            "\"0s\"",
                            "Longest keep alive. A client that asks for more, or for none, is told this. 0s sets no limit."),
                    key(
                            "mqtt.allow-anonymous",
                            FLAG,
                            "true",
                            "Whether clients without user name may connect."),
                    key(
                            "mqtt.password-file",
                            new ValueKind.Location(true),
                            "\"\"",
                            "Users and password hashes as mosquitto_passwd writes them ($7$, PBKDF2-SHA512). Empty for none: then user names are not checked while anonymous clients are allowed."),

                    // HTTP, journal, placement
                    key(
                            "http.listen",
                            LISTEN,
                            "\"127.0.0.1:9091\"",
                            "Address and port for /metrics, /health/live and /health/ready."),
                    key(
                            "journal.directories",
                            new ValueKind.Locations(),
                            "[]",
                            "Folders of the journal, each best on a disk of its own; a shard stays in the one it was created in. Created if missing. Empty is journal in data.directory. In the environment and with --set, parted by commas."),
                    key(
                            "journal.segment-size",
                            size(MIB, 2 * GIB - MIB),
                            "\"64MiB\"",
                            "Size at which a segment file is sealed and the next begun."),
                    key(
                            "journal.segment-age",
                            span(Duration.ZERO, Duration.ofDays(3650)),
                            "\"0s\"",
                            "Age of its first record at which a segment file is sealed although it is not full. 0s is never."),
                    key(
                            "journal.durability",
                            new ValueKind.Choice(Durability.class),
                            "\"fsync\"",
                            "When an append counts as done. fsync: on disk, survives a power cut. interval: synced every second, a power cut loses up to that. os: left to the operating system, a power cut loses what it had not written; a killed process loses nothing in any of them."),
                    key(
                            "journal.slow-sync",
                            span(Duration.ofMillis(1), Duration.ofMinutes(1)),
                            "\"200ms\"",
                            "A disk sync that takes longer is reported as journal.sync_slow."),
                    key(
                            "placement.listen",
                            LISTEN,
                            "\"127.0.0.1:1229\"",
                            "Address and port of the consensus member (Hazelcast), a loopback address: it speaks without encryption."),

                    // Events
                    key(
                            "events.queue-capacity",
                            QUEUE,
                            "65536",
                            "Events that wait for the sinks. When full, new ones are dropped and counted."),
                    key(
                            "events.per-key-per-second",
                            whole(0, 4095),
                            "10",
                            "Events of one type with one key (often the client) per second. The rest is left out, and the next one says how many. 0 leaves out none."),
                    key(
                            "events.messages-per-second",
                            whole(0, 1_000_000),
                            "10",
                            "Sampled events per second of each type that tells of single messages (message.published and the like)."),
                    key(
                            "events.hash-identities",
                            FLAG,
                            "false",
                            "Whether client identifiers, user names and addresses are hashed in events and traces."),
                    key("sinks.console.enabled", FLAG, "true", "Whether this sink is on."),
                    key(
                            "sinks.console.format",
                            new ValueKind.Choice(PipelineSettings.Format.class),
                            "\"human\"",
                            "One line to read, or one JSON object per line."),
                    key("sinks.console.level", LEVEL, "\"info\"", "Lowest severity written."),
                    key("sinks.file.enabled", FLAG, "true", "Whether this sink is on."),
                    key(
                            "sinks.file.directory",
                            new ValueKind.Location(true),
                            "\"\"",
                            "Folder of the log files. Created if missing. Empty is logs in data.directory."),
                    key(
                            "sinks.file.prefix",
                            new ValueKind.Text(
                                    Pattern.compile("[A-Za-z0-9._-]{1,64}"),
                                    "1 to 64 letters, digits, dots, hyphens or underscores"),
                            "\"robustmq\"",
                            "What the files' names begin with."),
                    key("sinks.file.level", LEVEL, "\"info\"", "Lowest severity written."),
                    key(
                            "sinks.file.max-size",
                            size(64 * KIB, TIB),
                            "\"256MiB\"",
                            "Size at which a new file is begun before the day is over."),
                    key(
                            "sinks.file.keep-days",
                            whole(1, 3650),
                            "7",
                            "Days after which a file is deleted."),
                    key("sinks.otlp.enabled", FLAG, "false", "Whether this sink is on."),
                    key(
                            "sinks.otlp.protocol",
                            new ValueKind.Choice(PipelineSettings.OtlpProtocol.class),
                            "\"grpc\"",
                            "OTLP over gRPC, or over HTTP with protobuf."),
                    key(
                            "sinks.otlp.endpoint",
                            new ValueKind.Url(),
                            "\"http://127.0.0.1:4317\"",
                            "The collector. gRPC is usually port 4317; HTTP 4318, without path (/v1/logs and so on are added)."),
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
                            "Events that wait for the collector. When full, new ones are dropped and counted."),
                    key(
                            "sinks.otlp.timeout",
                            span(Duration.ofMillis(100), Duration.ofMinutes(5)),
                            "\"10s\"",
                            "Time allowed for one export."),
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
                            "sinks.fluent.queue-capacity",
                            QUEUE,
                            "65536",
                            "Events that wait for the receiver. When full, new ones are dropped and counted."),
                    key(
                            "sinks.fluent.ack-timeout",
                            span(Duration.ofMillis(100), Duration.ofMinutes(5)),
                            "\"10s\"",
                            "Time to wait for the receiver's acknowledgement before sending again."),

                    // Tracing
                    key(
                            "tracing.enabled",
                            FLAG,
                            "true",
                            "Whether traces are recorded; sinks.otlp sends them."),
                    key(
                            "tracing.ratio",
                            new ValueKind.Fraction(0, 1),
                            "0.01",
                            "Share of messages without a traceparent that are traced. A publisher's own traceparent decides for its message."),
                    key(
                            "tracing.max-per-second",
                            whole(0, 1_000_000),
                            "100",
                            "Traces begun per second, whatever the ratio."),
                    key(
                            "tracing.max-deliveries",
                            whole(0, 100_000),
                            "64",
                            "Deliveries of one message that get a span of their own; the others are counted."));

    private static final Map<String, ConfigKey> BY_PATH = byPath();

    /** The key of that path, null if there is none. */
    static @Nullable ConfigKey of(String path) {
        return BY_PATH.get(path);
    }

    /** Whether keys or sections are below that path. */
    static boolean isSection(String path) {
        return !path.isEmpty()
                && SECTIONS.keySet().stream()
                        .anyMatch(name -> name.equals(path) || name.startsWith(path + "."));
    }

    /** All paths, for suggestions. */
    static Collection<String> names() {
        return BY_PATH.keySet();
    }

    private static ConfigKey key(String path, ValueKind kind, String defaultToml, String doc) {
        return new ConfigKey(path, kind, defaultToml, doc);
    }

    private static ValueKind whole(int min, int max) {
        return new ValueKind.Whole(min, max);
    }

    private static ValueKind size(long min, long max) {
        return new ValueKind.Size(min, max);
    }

    private static ValueKind span(Duration min, Duration max) {
        return new ValueKind.Span(min, max);
    }

    private static Map<String, String> sections(String... namesAndTitles) {
        Map<String, String> sections = new LinkedHashMap<>();
        for (int i = 0; i < namesAndTitles.length; i += 2) {
            sections.put(namesAndTitles[i], namesAndTitles[i + 1]);
        }
        return Collections.unmodifiableMap(sections);
    }

    private static Map<String, ConfigKey> byPath() {
        Map<String, ConfigKey> keys = new LinkedHashMap<>();
        ALL.forEach(key -> keys.put(key.path(), key));
        return Collections.unmodifiableMap(keys);
    }
}
