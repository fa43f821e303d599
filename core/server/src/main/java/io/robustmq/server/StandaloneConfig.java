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
        Http http,
        Journal journal,
        Events events,
        Sinks sinks,
        Tracing tracing)
        implements BrokerConfig {

    /** Where the journal's shards go. */
    List<Path> journalDirectories() {
        return journalDirectories(journal.directories());
    }

    record Journal(
            List<Path> directories,
            long segmentSize,
            Duration segmentAge,
            Durability durability,
            Duration slowSync) {}
}
