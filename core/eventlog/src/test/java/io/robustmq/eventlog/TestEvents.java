package io.robustmq.eventlog;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A store of events in a real shard, written as the pipeline writes it. */
final class TestEvents implements AutoCloseable {
    static final Instant BEGIN = Instant.parse("2026-11-25T10:00:00Z");

    private final Journal journal;
    final Shard shard;
    private final long[] counts = new long[Counted.values().length];

    private TestEvents(Journal journal, Shard shard) {
        this.journal = journal;
        this.shard = shard;
    }

    static TestEvents in(Path directory, long segmentBytes) throws IOException {
        return in(directory, segmentBytes, InstantSource.fixed(BEGIN), Retention.FOREVER);
    }

    static TestEvents in(Path directory, long segmentBytes, InstantSource clock, Retention kept)
            throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        clock,
                        new SplittableRandom(1),
                        Events.NONE);
        journal.open();
        ShardSettings settings =
                new ShardSettings(segmentBytes, Duration.ZERO, Durability.OS, kept);
        return new TestEvents(journal, journal.shard("events", settings));
    }

    /** One event that is to be stored. */
    static final class Draft {
        private final String event;
        private final Severity severity;
        private Instant time = BEGIN;
        private String trace = "";
        private String fields = "";
        private boolean traced;
        private final List<Integer> keys = new ArrayList<>();

        Draft(String event, Severity severity) {
            this.event = event;
            this.severity = severity;
            key(EventKeys.Kind.EVENT, event);
            key(EventKeys.Kind.CATEGORY, event.substring(0, event.indexOf('.')));
        }

        private Draft key(EventKeys.Kind kind, String text) {
            keys.add(EventKeys.of(kind, text));
            return this;
        }

        Draft at(Instant when) {
            time = when;
            return this;
        }

        Draft peer(long connection, String client, String host, int port) {
            fields +=
                    ",\"protocol\":\"mqtt/5.0\",\"connection_id\":%d,\"client_id\":\"%s\",\"remote_addr\":\"%s:%d\""
                            .formatted(connection, client, host, port);
            return key(EventKeys.Kind.CONNECTION, "" + connection)
                    .key(EventKeys.Kind.CLIENT, client)
                    .key(EventKeys.Kind.ADDRESS, host);
        }

        Draft client(String client) {
            fields += ",\"client_id\":\"" + client + '"';
            return key(EventKeys.Kind.CLIENT, client);
        }

        Draft topic(String topic) {
            fields += ",\"topic_name\":\"" + topic + '"';
            return key(EventKeys.Kind.TOPIC, topic);
        }

        /** Whether it was taken because somebody traced that on demand. */
        Draft traced(boolean because) {
            traced = because;
            return this;
        }

        Draft trace(String traceId) {
            trace = traceId;
            return key(EventKeys.Kind.TRACE, traceId);
        }

        /** {@code ,"name":value} as in JSON. */
        Draft with(String more) {
            fields += more;
            return this;
        }

        private String json() {
            return "{\"time\":\""
                    + time.toString().replaceAll("(:\\d\\d)Z", "$1.000000Z")
                    + "\",\"event\":\""
                    + event
                    + "\",\"level\":\""
                    + severity.name().toLowerCase(Locale.ROOT)
                    + "\",\"service\":\"mqtt-broker\",\"node_id\":\"n1\",\"suppressed\":0"
                    + (trace.isEmpty()
                            ? ""
                            : ",\"trace_id\":\"" + trace + "\",\"span_id\":\"00f067aa0ba902b7\"")
                    + fields
                    + '}';
        }
    }

    static Draft info(String event) {
        return new Draft(event, Severity.INFO);
    }

    /** Waits until it is stored; its sequence number. */
    long add(Draft draft) throws Exception {
        counts[Counted.of(draft.severity, draft.traced).ordinal()]++;
        byte[] json = draft.json().getBytes(StandardCharsets.UTF_8);
        return add(
                new StoredEvent(draft.severity, draft.traced, counts.clone(), json).encoded(),
                draft.keys.stream().mapToInt(Integer::intValue).toArray());
    }

    long add(byte[] record, int... keys) throws Exception {
        return shard.append(record, keys).get(10, TimeUnit.SECONDS);
    }

    EventSearch search() {
        return new EventSearch(shard);
    }

    static long[] seqs(EventSearch.Page page) {
        return page.events().stream().mapToLong(EventSearch.Found::seq).toArray();
    }

    static List<Long> seqList(EventSearch.Page page) {
        return Arrays.stream(seqs(page)).boxed().toList();
    }

    @Override
    public void close() {
        journal.close();
    }
}
