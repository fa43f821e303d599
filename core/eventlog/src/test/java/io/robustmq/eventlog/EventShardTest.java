package io.robustmq.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalInUseException;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.Counted;
import io.robustmq.telemetry.pipeline.EventStore;
import io.robustmq.telemetry.pipeline.Place;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventShardTest {
    private static final long MIB = 1 << 20;

    @TempDir Path directory;
    private long[] counts = new long[Counted.values().length];

    private EventShard open(long maxBytes) throws IOException {
        EventShard shard =
                new EventShard(
                        new EventShardSettings(
                                directory.resolve("events"),
                                maxBytes,
                                Duration.ZERO,
                                Durability.FSYNC),
                        new LocalDisk(),
                        InstantSource.system(),
                        new Random(),
                        Events.NONE);
        shard.open();
        return shard;
    }

    private final class Stored extends EventStore.Entry {
        private final CountDownLatch told;

        Stored(Severity severity, String text, CountDownLatch told) {
            super(encoded(severity, text), new int[] {1});
            this.told = told;
        }

        @Override
        public void stored() {
            told.countDown();
        }

        @Override
        public void failed(IOException why) {
            throw new AssertionError(why);
        }
    }

    private byte[] encoded(Severity severity, String text) {
        counts[severity.ordinal()]++;
        byte[] json = ("{\"text\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8);
        return new StoredEvent(severity, false, counts, json).encoded();
    }

    private void store(EventShard shard, Severity severity, String... texts) throws Exception {
        CountDownLatch told = new CountDownLatch(texts.length);
        shard.append(Stream.of(texts).map(text -> new Stored(severity, text, told)).toList());
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static List<String> read(EventShard shard, long from) throws IOException {
        List<String> lines = new ArrayList<>();
        shard.read(
                from,
                (seq, event) -> {
                    lines.add(new String(event.json(seq), StandardCharsets.UTF_8));
                    return true;
                });
        return lines;
    }

    @Test
    void events_and_cursors_are_there_when_it_is_opened_again() throws Exception {
        try (EventShard shard = open(16 * MIB)) {
            assertThat(shard.first().seq()).isZero();
            assertThat(shard.last().seq()).isZero();
            assertThat(shard.cursor("otlp")).isNull();
            store(shard, Severity.INFO, "a", "b");
            store(shard, Severity.WARN, "c");
            shard.keepCursor("otlp", new Place(1, new long[] {0, 1, 0, 0, 0}));
            shard.keepCursor("file", new Place(3, new long[] {0, 2, 1, 0, 0}));
            shard.keepCursor("otlp", new Place(2, new long[] {0, 2, 0, 0, 0}));
        }
        try (EventShard shard = open(16 * MIB)) {
            assertThat(read(shard, 0))
                    .containsExactly(
                            "{\"seq\":0,\"text\":\"a\"}",
                            "{\"seq\":1,\"text\":\"b\"}",
                            "{\"seq\":2,\"text\":\"c\"}");
            assertThat(shard.last().seq()).isEqualTo(3);
            assertThat(shard.last().counts()).containsExactly(0, 2, 1, 0, 0);
            assertThat(shard.first().counts()).containsExactly(0, 0, 0, 0, 0);
            Place otlp = Objects.requireNonNull(shard.cursor("otlp"));
            assertThat(otlp.seq()).isEqualTo(2);
            assertThat(otlp.counts()).containsExactly(0, 2, 0, 0, 0);
            Place file = Objects.requireNonNull(shard.cursor("file"));
            assertThat(file.seq()).isEqualTo(3);
        }
    }

    @Test
    void a_cursor_of_the_version_before_has_seen_nothing_traced() throws Exception {
        String old = "file 3 0 2 1 0\notlp 2 0 2 0 0\n";
        try (Journal journal =
                new Journal(
                        new JournalSettings(
                                List.of(directory.resolve("events")), Duration.ofSeconds(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new Random(),
                        Events.NONE)) {
            journal.open();
            journal.shard(
                            "cursors",
                            new ShardSettings(
                                    MIB, Duration.ZERO, Durability.FSYNC, Retention.FOREVER))
                    .append(old.getBytes(StandardCharsets.UTF_8))
                    .get(10, TimeUnit.SECONDS);
        }
        try (EventShard shard = open(16 * MIB)) {
            Place otlp = Objects.requireNonNull(shard.cursor("otlp"));
            assertThat(otlp.seq()).isEqualTo(2);
            assertThat(otlp.counts()).containsExactly(0, 2, 0, 0, 0);
        }
    }

    @Test
    void the_first_place_counts_what_retention_took() throws Exception {
        String large = "x".repeat(100_000);
        try (EventShard shard = open(16 * MIB)) {
            for (int i = 0; i < 300; i++) {
                store(shard, i % 2 == 0 ? Severity.INFO : Severity.ERROR, large);
            }
            Place first = shard.first();
            assertThat(first.seq()).isBetween(100L, 200L);
            assertThat(first.count(Severity.DEBUG)).isEqualTo(first.seq());
            assertThat(first.count(Severity.ERROR)).isEqualTo(first.seq() / 2);
            assertThat(read(shard, 0)).hasSize((int) (300 - first.seq()));
            assertThat(shard.shard().sizeBytes()).isLessThanOrEqualTo(17 * MIB);
        }
    }

    @Test
    void who_waits_is_woken_by_an_event_and_not_before() throws Exception {
        try (EventShard shard = open(16 * MIB)) {
            shard.await(0, Duration.ofMillis(50));
            assertThat(shard.last().seq()).isZero();
            Thread waits =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    shard.await(0, Duration.ofMinutes(5));
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            store(shard, Severity.INFO, "a");
            assertThat(waits.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void what_is_damaged_is_left_out_and_the_rest_is_there() throws Exception {
        try (EventShard shard = open(16 * MIB)) {
            store(shard, Severity.INFO, "first");
            store(shard, Severity.INFO, "second");
            store(shard, Severity.INFO, "third");
            store(shard, Severity.INFO, "fourth");
        }
        try (Stream<Path> files = Files.walk(directory)) {
            Path segment =
                    files.filter(file -> file.toString().contains("/events/events/"))
                            .filter(file -> file.toString().endsWith(".seg"))
                            .findFirst()
                            .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("second");
            bytes[at] ^= 1;
            Files.write(segment, bytes);
        }
        try (EventShard shard = open(16 * MIB)) {
            assertThat(read(shard, 0))
                    .containsExactly(
                            "{\"seq\":0,\"text\":\"first\"}",
                            "{\"seq\":2,\"text\":\"third\"}",
                            "{\"seq\":3,\"text\":\"fourth\"}");
            assertThat(shard.last().count(Severity.INFO)).isEqualTo(4);
        }
    }

    @Test
    void a_directory_that_is_in_use_is_refused() throws Exception {
        try (EventShard shard = open(16 * MIB)) {
            assertThatThrownBy(() -> open(16 * MIB)).isInstanceOf(JournalInUseException.class);
            assertThat(shard.failure()).isNull();
        }
    }

    @Test
    void a_size_that_is_too_small_is_refused_by_name() {
        assertThatThrownBy(
                        () -> new EventShardSettings(directory, MIB, Duration.ZERO, Durability.OS))
                .hasMessageContaining("events.max-size")
                .hasMessageContaining("" + MIB);
    }
}
