package io.robustmq.server;

import io.robustmq.journal.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The whole configuration of {@code robustmq standalone}; {@link StandaloneKeys} says what each
 * value may be and means.
 */
record StandaloneConfig(
        String nodeId,
        Data data,
        Mqtt mqtt,
        Mqtt5 mqtt5,
        Schemas schemas,
        Http http,
        Journal journal,
        Events events,
        Sinks sinks,
        Tracing tracing,
        ClientMetrics metrics)
        implements BrokerConfig {

    @Override
    public List<Path> journalDirectories() {
        return journalDirectories(journal.directories());
    }

    @Override
    public Path schemaDirectory() {
        return schemas.directory();
    }

    record Schemas(Path directory) {}

    record Journal(
            List<Path> directories,
            long segmentSize,
            Duration segmentAge,
            Durability durability,
            Duration slowSync) {}
}
