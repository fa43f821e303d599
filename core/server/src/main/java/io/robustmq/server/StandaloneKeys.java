package io.robustmq.server;

import java.util.List;

/** What may be configured for {@code robustmq standalone}. */
final class StandaloneKeys {
    private StandaloneKeys() {}

    private static final ConfigSection JOURNAL =
            new ConfigSection(
                    "journal",
                    "The durable log",
                    List.of(
                            ConfigKeys.DIRECTORIES,
                            ConfigKeys.key(
                                    "journal.segment-size",
                                    ConfigKeys.size(
                                            ConfigKeys.MIB, 2 * ConfigKeys.GIB - ConfigKeys.MIB),
                                    "\"64MiB\"",
                                    "Size at which a segment file is sealed and the next begun."),
                            ConfigKeys.SEGMENT_AGE,
                            ConfigKeys.DURABILITY,
                            ConfigKeys.SLOW_SYNC));

    private static final ConfigSection SCHEMAS =
            new ConfigSection(
                    "schemas",
                    "What payloads must be",
                    List.of(
                            ConfigKeys.key(
                                    "schemas.directory",
                                    new ValueKind.Location(true),
                                    "\"\"",
                                    "Folder of payload schemas, a file NAME.json each: topics, what happens to what does not match, and a JSON Schema (docs/operate.md). Read again when it changes. Empty for none.")));

    static final ConfigRole<StandaloneConfig> ROLE =
            new ConfigRole<>(
                    "standalone",
                    StandaloneConfig.class,
                    ConfigRole.sections(
                            ConfigRole.sections(
                                    ConfigRole.sections(
                                            List.of(
                                                    ConfigKeys.NODE,
                                                    ConfigKeys.data("./robust-data")),
                                            MqttKeys.SECTIONS),
                                    List.of(SCHEMAS, ConfigKeys.http("127.0.0.1:9091"), JOURNAL)),
                            MetricsKeys.BROKER_TELEMETRY),
                    MqttKeys::check);
}
