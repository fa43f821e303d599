package io.robustmq.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Disk;
import io.robustmq.journal.Durability;
import io.robustmq.journal.LocalDisk;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.pipeline.SpanPlace;
import io.robustmq.telemetry.pipeline.SpanStore;
import io.robustmq.telemetry.pipeline.StoredSpans;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spans on disk, beside the events. */
class SpanShardTest {
    private static final long MAX_BYTES = 16 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path directory;
    private long total;

    private EventShard open() throws IOException {
        return open(new LocalDisk());
    }

    private EventShard open(Disk disk) throws IOException {
        EventShard shard =
                new EventShard(
                        new EventShardSettings(
                                directory.resolve("events"),
                                MAX_BYTES,
                                Duration.ZERO,
                                Durability.FSYNC),
                        disk,
                        InstantSource.system(),
                        new Random(),
                        Events.NONE);
        shard.open();
        return shard;
    }

    private void append(SpanStore to, int spans, int bytes) throws Exception {
        total += spans;
        to.append(new StoredSpans(total, spans, new byte[bytes]));
    }

    private static List<Long> totals(SpanStore store, long from) throws IOException {
        List<Long> totals = new ArrayList<>();
        store.read(from, (seq, millis, spans) -> totals.add(spans.total()));
        return totals;
    }

    @Test
    void spans_and_the_place_are_there_when_it_is_opened_again() throws Exception {
        try (EventShard events = open()) {
            SpanStore store = events.spans(MAX_BYTES);
            assertThat(store.first()).isEqualTo(SpanPlace.BEGINNING);
            assertThat(store.last()).isEqualTo(SpanPlace.BEGINNING);
            assertThat(store.cursor()).isNull();
            append(store, 3, 10);
            append(store, 1, 10);
            append(store, 7, 10);
            store.keepCursor(new SpanPlace(1, 3));
        }
        try (EventShard events = open()) {
            SpanStore store = events.spans(MAX_BYTES);
            assertThat(store.cursor()).isEqualTo(new SpanPlace(1, 3));
            assertThat(store.last()).isEqualTo(new SpanPlace(3, 11));
            assertThat(totals(store, 1)).containsExactly(4L, 11L);
            assertThat(events.last().seq()).as("events are apart").isZero();
        }
    }

    @Test
    void what_the_reader_has_passed_goes_and_the_rest_stays() throws Exception {
        try (EventShard events = open()) {
            SpanStore store = events.spans(MAX_BYTES);
            for (int i = 0; i < 50; i++) {
                append(store, 2, 100_000);
            }
            store.keepCursor(new SpanPlace(30, 60));
            awaitFirst(store, 10);
            assertThat(store.first().seq()).isBetween(11L, 30L);
            assertThat(store.first().spans()).isEqualTo(2 * store.first().seq());
            assertThat(totals(store, 30)).startsWith(62L).endsWith(100L);
        }
    }

    /** Removed on the writer's thread, which an append waits for. */
    private void awaitFirst(SpanStore store, long beyond) throws Exception {
        Await.untilTrue(
                "it is gone",
                LIMIT,
                () -> {
                    append(store, 0, 1);
                    return store.first().seq() > beyond;
                });
    }

    @Test
    void more_than_it_holds_pushes_the_oldest_out_and_the_counts_tell_how_many() throws Exception {
        try (EventShard events = open()) {
            SpanStore store = events.spans(MAX_BYTES);
            for (int i = 0; i < 300; i++) {
                append(store, 2, 100_000);
            }
            SpanPlace first = store.first();
            assertThat(first.seq()).isBetween(100L, 200L);
            assertThat(first.spans()).isEqualTo(2 * first.seq());
            assertThat(totals(store, 0)).startsWith(first.spans() + 2).endsWith(600L);
        }
    }

    @Test
    void a_disk_that_fails_is_told_and_what_is_appended_when_it_is_well_is_there()
            throws Exception {
        FailingDisk disk = new FailingDisk();
        try (EventShard events = open(disk)) {
            SpanStore store = events.spans(MAX_BYTES);
            append(store, 1, 10);
            disk.failing(true);
            assertThatThrownBy(() -> store.append(new StoredSpans(3, 2, new byte[10])))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no space left");
            disk.failing(false);
            Await.untilTrue(
                    "it is well",
                    LIMIT,
                    () -> appended(store, new StoredSpans(3, 2, new byte[10])));
            assertThat(totals(store, 0).stream().distinct()).containsExactly(1L, 3L);
        }
    }

    private static boolean appended(SpanStore store, StoredSpans spans)
            throws InterruptedException {
        try {
            store.append(spans);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Test
    void who_waits_is_woken_by_spans() throws Exception {
        try (EventShard events = open()) {
            SpanStore store = events.spans(MAX_BYTES);
            Thread waits =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    store.await(0, Duration.ofMinutes(5));
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            });
            append(store, 1, 10);
            assertThat(waits.join(LIMIT)).isTrue();
        }
    }

    @Test
    void a_size_that_is_too_small_is_refused_by_name() throws Exception {
        try (EventShard events = open()) {
            assertThatThrownBy(() -> events.spans(1000))
                    .hasMessageContaining("tracing.lossless-max-size")
                    .hasMessageContaining("1000");
        }
    }
}
