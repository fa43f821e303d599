package io.robustmq.server;

import io.robustmq.journal.Durability;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The configuration keys that all roles have, by section. */
final class ConfigKeys {
    private ConfigKeys() {}

    static final long KIB = 1024;
    static final long MIB = 1024 * KIB;
    static final long GIB = 1024 * MIB;
    static final long TIB = 1024 * GIB;

    static final ValueKind FLAG = new ValueKind.Flag();
    static final ValueKind LISTEN = new ValueKind.Address(0);
    static final ValueKind LEVEL = new ValueKind.Choice(Severity.class);
    static final ValueKind QUEUE = whole(16, 10_000_000);

    static final ConfigKey DIRECTORIES =
            key(
                    "journal.directories",
                    new ValueKind.Locations(),
                    "[]",
                    "Folders of the journal, each best on a disk of its own; a shard stays in the one it was created in. Created if missing. Empty is journal in data.directory. In the environment and with --set, parted by commas.");

    static final ConfigKey SEGMENT_AGE =
            key(
                    "journal.segment-age",
                    span(Duration.ZERO, Duration.ofDays(3650)),
                    "\"0s\"",
                    "Age of its first record at which a segment file is sealed although it is not full. 0s is never.");

    static final ConfigKey DURABILITY =
            key(
                    "journal.durability",
                    new ValueKind.Choice(Durability.class),
                    "\"fsync\"",
                    "When an append counts as done. fsync: on disk, survives a power cut. interval: synced every second, a power cut loses up to that. os: left to the operating system, a power cut loses what it had not written; a killed process loses nothing in any of them.");

    static final ConfigKey SLOW_SYNC =
            key(
                    "journal.slow-sync",
                    span(Duration.ofMillis(1), Duration.ofMinutes(1)),
                    "\"200ms\"",
                    "A disk sync that takes longer is reported as journal.sync_slow.");

    static final ConfigSection NODE =
            new ConfigSection(
                    "",
                    "The node",
                    List.of(
                            key(
                                    "node-id",
                                    new ValueKind.Text(
                                            Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}"),
                                            "1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first"),
                                    "\"node-1\"",
                                    "Name of this node, in every event. Keep it when you restart, and give each node its own.")));

    static final ConfigSection EVENTS =
            new ConfigSection(
                    "events",
                    "The events that tell what happens",
                    List.of(
                            key(
                                    "events.directory",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "Folder that events are kept in, for the sinks and for questions. Created if missing. Empty is events in data.directory."),
                            key(
                                    "events.max-size",
                                    size(16 * MIB, TIB),
                                    "\"1GiB\"",
                                    "Size of the events kept. Beyond it the oldest go, and a sink that had not had them never gets them: they are counted, and told in pipeline.events_lost."),
                            key(
                                    "events.max-age",
                                    span(Duration.ZERO, Duration.ofDays(3650)),
                                    "\"0s\"",
                                    "Age at which events go, whatever their size. 0s is never."),
                            key(
                                    "events.durability",
                                    new ValueKind.Choice(Durability.class),
                                    "\"interval\"",
                                    "What an event has survived when it is stored: as journal.durability. A killed process loses no stored event in any of them."),
                            key(
                                    "events.level",
                                    new ValueKind.Choice(RoleConfig.StoredLevel.class),
                                    "\"auto\"",
                                    "Lowest severity that is stored at all; the sinks choose from that by their own levels. What is below is only counted. auto is info, or debug if a sink's level is. robustmq levels changes it while the node runs."),
                            key(
                                    "events.levels",
                                    new LevelsKind(),
                                    "[]",
                                    "The same for single categories of events, such as [\"message=debug\", \"session=warn\"]. In the environment and with --set, parted by commas."),
                            key(
                                    "events.queue-capacity",
                                    QUEUE,
                                    "131072",
                                    "Events in the queue that all threads put theirs into. When full, and events.burst-size is too, new ones are dropped and counted."),
                            key(
                                    "events.burst-size",
                                    size(0, 64L << 30),
                                    "\"256MiB\"",
                                    "Memory outside the heap for events that come faster than the disk takes them, 1MiB at a time and only while they wait: 256MiB is a burst of a million."),
                            key(
                                    "events.per-key-per-second",
                                    whole(0, 4095),
                                    "10",
                                    "Events of one type with one key (often the client) per second. The rest is left out, and the next one, or pipeline.events_suppressed, says how many. 0 leaves out none."),
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
                            key(
                                    "events.hash-salt",
                                    new ValueKind.Hidden(),
                                    "\"\"",
                                    "Key of those hashes, at least 16 characters, a secret. The same on all nodes, a client has the same hash on all of them and after each start. Empty is another one at each start."),
                            key(
                                    "events.hash-salt-file",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "File that the key is read from, so that it is not in the configuration.")));

    static final ConfigSection CONSOLE =
            new ConfigSection(
                    "sinks.console",
                    "Events on standard output",
                    List.of(
                            key("sinks.console.enabled", FLAG, "true", "Whether this sink is on."),
                            key(
                                    "sinks.console.format",
                                    new ValueKind.Choice(PipelineSettings.Format.class),
                                    "\"human\"",
                                    "One line to read, or one JSON object per line."),
                            key(
                                    "sinks.console.level",
                                    LEVEL,
                                    "\"info\"",
                                    "Lowest severity written, of what events.level lets in.")));

    static final ConfigSection FILE =
            new ConfigSection(
                    "sinks.file",
                    "Events in a rolling file, one JSON object per line",
                    List.of(
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
                            key(
                                    "sinks.file.level",
                                    LEVEL,
                                    "\"info\"",
                                    "Lowest severity written, of what events.level lets in."),
                            key(
                                    "sinks.file.max-size",
                                    size(64 * KIB, TIB),
                                    "\"256MiB\"",
                                    "Size at which a new file is begun before the day is over."),
                            key(
                                    "sinks.file.keep-days",
                                    whole(1, 3650),
                                    "7",
                                    "Days after which a file is deleted.")));

    static final ConfigSection TRACING =
            new ConfigSection(
                    "tracing",
                    "Traces of single messages",
                    List.of(
                            key(
                                    "tracing.enabled",
                                    FLAG,
                                    "true",
                                    "Whether traces are recorded; sinks.otlp sends them."),
                            key(
                                    "tracing.ratio",
                                    new ValueKind.Fraction(0, 1),
                                    "0.01",
                                    "Share of messages without a traceparent that are traced, and of connects, subscribes and disconnects. A publisher's own traceparent decides for its message."),
                            key(
                                    "tracing.rules",
                                    new SamplingRulesKind(),
                                    "[]",
                                    "Ratios of their own for some messages, such as [\"topic=plant/+/alarm ratio=1\", \"client=meter-* qos=0 ratio=0\"]; the first that fits decides. Those that name no topic and no QoS are also for connects, subscribes and disconnects."),
                            key(
                                    "tracing.max-per-second",
                                    whole(0, 1_000_000),
                                    "100",
                                    "Traces begun per second, whatever the ratio, and deliveries of messages that waited."),
                            key(
                                    "tracing.keep-slow",
                                    span(Duration.ZERO, Duration.ofHours(1)),
                                    "\"1s\"",
                                    "A delivery that takes longer is recorded although its message was not chosen; 0s is never."),
                            key(
                                    "tracing.keep-failed",
                                    FLAG,
                                    "true",
                                    "Whether what is refused or dropped is recorded although it was not chosen."),
                            key(
                                    "tracing.max-kept-per-second",
                                    whole(0, 1_000_000),
                                    "20",
                                    "Slow deliveries, drops and refusals recorded per second although they were not chosen."),
                            key(
                                    "tracing.max-deliveries",
                                    whole(0, 100_000),
                                    "64",
                                    "Deliveries of one message that get a span of their own; the others are one span together."),
                            key(
                                    "tracing.lossless",
                                    FLAG,
                                    "false",
                                    "Whether spans go by the disk, beside the events: there they wait while the collector is away, also over restarts and crashes of the node, and each gets there at least once. Otherwise they wait in memory (sinks.otlp.queue-capacity)."),
                            key(
                                    "tracing.lossless-max-size",
                                    size(16 * MIB, TIB),
                                    "\"256MiB\"",
                                    "Size of the spans that wait there. Beyond it the oldest go; they are counted, and told in pipeline.spans_dropped.")));

    /** Where events go, and traces. */
    static final List<ConfigSection> TELEMETRY =
            List.of(
                    EVENTS,
                    CONSOLE,
                    FILE,
                    SinkKeys.OTLP,
                    SinkKeys.OTLP_LOGS,
                    SinkKeys.OTLP_TRACES,
                    SinkKeys.OTLP_METRICS,
                    SinkKeys.FLUENT,
                    TRACING);

    static ConfigSection data(String folder) {
        return new ConfigSection(
                "data",
                "Where durable data lives",
                List.of(
                        key(
                                "data.directory",
                                new ValueKind.Location(false),
                                quoted(folder),
                                "Folder of the journal and the log files. Created if missing; one process at a time may use it.")));
    }

    static ConfigSection http(String listen) {
        return new ConfigSection(
                "http",
                "Metrics and health",
                List.of(
                        key(
                                "http.listen",
                                LISTEN,
                                quoted(listen),
                                "Address and port for /metrics, /health/live, /health/ready, and /api/v1 for admins.")));
    }

    static ConfigKey key(String path, ValueKind kind, String defaultToml, String doc) {
        return new ConfigKey(path, kind, defaultToml, doc);
    }

    static ValueKind whole(int min, int max) {
        return new ValueKind.Whole(min, max);
    }

    static ValueKind size(long min, long max) {
        return new ValueKind.Size(min, max);
    }

    static ValueKind span(Duration min, Duration max) {
        return new ValueKind.Span(min, max);
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
