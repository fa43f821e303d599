package io.robustmq.server;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.Counted;
import io.robustmq.telemetry.pipeline.EventKeys;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** The shard of a node's events, in {@code <data>/events}, with what a test writes. */
final class TestEventStore implements AutoCloseable {
    private final Journal journal;
    final Shard shard;
    private final long[] counts = new long[Counted.values().length];

    TestEventStore(Path data) throws IOException {
        journal =
                new Journal(
                        new JournalSettings(List.of(data.resolve("events")), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(1),
                        Events.NONE);
        journal.open();
        shard =
                journal.shard(
                        "events",
                        new ShardSettings(
                                1 << 20, Duration.ZERO, Durability.OS, Retention.FOREVER));
    }

    /** Waits until it is stored; its sequence number. */
    long add(Severity severity, String event, String client, String more) throws Exception {
        counts[severity.ordinal()]++;
        String json =
                "{\"time\":\""
                        + Instant.now()
                                .toString()
                                .replaceAll("\\.(\\d{3})\\d*Z|(?<=:\\d\\d)Z", ".$1000Z")
                        + "\",\"event\":\""
                        + event
                        + "\",\"level\":\""
                        + severity.name().toLowerCase(Locale.ROOT)
                        + "\",\"service\":\"mqtt-broker\",\"node_id\":\"n1\",\"suppressed\":0,\"client_id\":\""
                        + client
                        + '"'
                        + more
                        + '}';
        StoredEvent stored =
                new StoredEvent(
                        severity, false, counts.clone(), json.getBytes(StandardCharsets.UTF_8));
        return shard.append(
                        stored.encoded(),
                        EventKeys.of(EventKeys.Kind.EVENT, event),
                        EventKeys.of(
                                EventKeys.Kind.CATEGORY, event.substring(0, event.indexOf('.'))),
                        EventKeys.of(EventKeys.Kind.CLIENT, client))
                .get(10, TimeUnit.SECONDS);
    }

    long add(String event, String client) throws Exception {
        return add(Severity.INFO, event, client, "");
    }

    @Override
    public void close() {
        journal.close();
    }
}
