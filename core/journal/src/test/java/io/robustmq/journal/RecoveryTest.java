package io.robustmq.journal;

import static io.robustmq.journal.Shards.HEADER_BYTES;
import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecoveryTest {
    /** Three of it fill a segment of 1024 bytes. */
    private static final String TEXT = "x".repeat(300);

    private static final int RECORD_BYTES = Frame.HEADER_BYTES + TEXT.length();

    private final FakeDisk disk = new FakeDisk();
    private final RecordingEvents events = new RecordingEvents();

    @Test
    void a_torn_tail_is_cut_back_to_the_last_whole_record() throws Exception {
        fill(2);
        byte[] whole = disk.bytes(segment(0));
        fill(3, 2);
        byte[] longer = disk.bytes(segment(0));
        for (int cut = 1; cut < RECORD_BYTES; cut++) {
            disk.replace(segment(0), Arrays.copyOf(longer, whole.length + cut));
            RecordingEvents seen = new RecordingEvents();
            try (Journal journal = opened(disk, seen, 1 << 20)) {
                assertThat(journal.nextOffset()).isEqualTo(2);
            }
            assertThat(disk.bytes(segment(0))).isEqualTo(whole);
            assertThat(seen.of(JournalEvent.TailTruncated.class))
                    .containsExactly(
                            new JournalEvent.TailTruncated(
                                    "events", segment(0).toString(), 2, cut));
        }
    }

    @Test
    void a_tail_of_zeros_is_cut_off() throws Exception {
        fill(2);
        byte[] whole = disk.bytes(segment(0));
        disk.replace(segment(0), Arrays.copyOf(whole, whole.length + 5000));
        try (Journal journal = opened(disk, events, 1 << 20)) {
            assertThat(append(journal, "next")).isEqualTo(2);
            assertThat(texts(journal, 2)).containsExactly("next");
        }
        assertThat(events.of(JournalEvent.TailTruncated.class))
                .extracting(JournalEvent.TailTruncated::truncatedBytes)
                .containsExactly(5000L);
    }

    @Test
    void a_hole_in_a_group_that_was_never_synced_is_a_torn_tail() throws Exception {
        groups(1, 3);
        byte[] bytes = disk.bytes(segment(0));
        bytes[HEADER_BYTES + RECORD_BYTES + 40] ^= 1;
        disk.replace(segment(0), bytes);
        try (Journal journal = opened(disk, events, 1 << 20)) {
            assertThat(journal.nextOffset()).isEqualTo(1);
        }
    }

    @Test
    void damage_before_a_record_that_was_written_after_its_sync_is_refused() throws Exception {
        groups(1, 3, 1);
        byte[] bytes = disk.bytes(segment(0));
        int position = HEADER_BYTES + RECORD_BYTES;
        bytes[position + 40] ^= 1;
        disk.replace(segment(0), bytes);
        refused(segment(0), position, "crc32c");
        assertThat(disk.bytes(segment(0))).as("nothing is changed").isEqualTo(bytes);
    }

    @Test
    void every_bit_of_a_sealed_segment_counts() throws Exception {
        fill(9, 0, 1024);
        byte[] whole = disk.bytes(segment(0));
        for (int at = 0; at < whole.length; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            disk.replace(segment(0), damaged);
            assertThat(refusal()).as("byte " + at).isNotNull();
        }
        disk.replace(segment(0), whole);
        opened(disk, events, 1024).close();
    }

    @Test
    void every_length_of_a_sealed_segment_counts() throws Exception {
        fill(9, 0, 1024);
        byte[] whole = disk.bytes(segment(0));
        for (int length = 0; length < whole.length; length++) {
            disk.replace(segment(0), Arrays.copyOf(whole, length));
            assertThat(refusal()).as("cut to " + length).isNotNull();
        }
    }

    @Test
    void a_missing_segment_is_refused_wherever_it_was() throws Exception {
        fill(9, 0, 1024);
        for (long base : List.of(0L, 3L, 6L)) {
            byte[] bytes = disk.bytes(segment(base));
            disk.lose(segment(base));
            refused(segment(base), 0, "missing");
            disk.replace(segment(base), bytes);
        }
        try (Journal journal = opened(disk, events, 1024)) {
            assertThat(texts(journal, 0)).hasSize(9);
        }
    }

    @Test
    void a_file_of_another_shard_is_refused() throws Exception {
        fill(1);
        byte[] bytes = disk.bytes(segment(0));
        bytes[16] = 'E';
        disk.replace(segment(0), bytes);
        refused(segment(0), 0, "not that of shard events at offset 0");
    }

    @Test
    void a_newer_format_is_refused_by_its_number() throws Exception {
        fill(1);
        byte[] bytes = disk.bytes(segment(0));
        ByteBuffer.wrap(bytes).putShort(4, (short) 2);
        disk.replace(segment(0), bytes);
        refused(segment(0), 0, "format version 2, known is 1");
    }

    @Test
    void a_segment_that_was_being_created_is_dropped() throws Exception {
        fill(3, 0, 1024);
        byte[] header = Arrays.copyOf(disk.bytes(segment(0)), HEADER_BYTES);
        for (int length = 0; length < HEADER_BYTES; length++) {
            disk.replace(segment(3), Arrays.copyOf(header, length));
            RecordingEvents seen = new RecordingEvents();
            try (Journal journal = opened(disk, seen, 1024)) {
                assertThat(journal.nextOffset()).isEqualTo(3);
            }
            assertThat(seen.of(JournalEvent.TailTruncated.class))
                    .containsExactly(
                            new JournalEvent.TailTruncated(
                                    "events", segment(3).toString(), 3, length));
        }
        fill(4, 3, 1024);
        try (Journal journal = opened(disk, events, 1024)) {
            assertThat(texts(journal, 0)).hasSize(4);
        }
    }

    @Test
    void a_seal_that_was_being_written_is_written_again() throws Exception {
        fill(4, 0, 1024);
        byte[] sealed = disk.bytes(segment(0));
        int unsealed = sealed.length - Frame.HEADER_BYTES;
        for (int length = unsealed; length < sealed.length; length++) {
            disk.replace(segment(0), Arrays.copyOf(sealed, length));
            RecordingEvents seen = new RecordingEvents();
            try (Journal journal = opened(disk, seen, 1024)) {
                assertThat(texts(journal, 0)).hasSize(4);
            }
            assertThat(disk.bytes(segment(0))).hasSameSizeAs(sealed);
            assertThat(seen.of(JournalEvent.SegmentSealed.class))
                    .containsExactly(
                            new JournalEvent.SegmentSealed(
                                    "events", segment(0).toString(), 2, sealed.length));
        }
    }

    @Test
    void damage_found_while_reading_is_reported() throws Exception {
        try (Journal journal = opened(disk, events, 1 << 20)) {
            append(journal, TEXT);
            append(journal, TEXT);
            byte[] bytes = disk.bytes(segment(0));
            bytes[HEADER_BYTES + RECORD_BYTES + 40] ^= 1;
            disk.replace(segment(0), bytes);
            CorruptJournalException refusal =
                    catchThrowableOfType(CorruptJournalException.class, () -> texts(journal, 0));
            assertThat(refusal.position()).isEqualTo(HEADER_BYTES + RECORD_BYTES);
        }
        assertThat(events.of(JournalEvent.Corrupt.class)).hasSize(1);
    }

    private void fill(int records) throws Exception {
        fill(records, 0);
    }

    private void fill(int records, int from) throws Exception {
        fill(records, from, 1 << 20);
    }

    private void fill(int records, int from, long segmentBytes) throws Exception {
        try (Journal journal = opened(disk, events, segmentBytes)) {
            for (int i = from; i < records; i++) {
                assertThat(append(journal, TEXT)).isEqualTo(i);
            }
        }
    }

    /** Appends groups of records; each group is written in one piece and synced once. */
    private void groups(int... sizes) throws Exception {
        Semaphore syncing = new Semaphore(0);
        Semaphore go = new Semaphore(0);
        try (Journal journal = opened(disk, events, 1 << 20)) {
            disk.duringSync(() -> {
                syncing.release();
                go.acquireUninterruptibly();
            });
            List<CompletableFuture<Long>> appends = new ArrayList<>();
            // while one group syncs, the next gathers
            for (int size : sizes) {
                for (int i = 0; i < size; i++) {
                    appends.add(journal.append(utf8(TEXT)));
                }
                if (appends.size() > size) {
                    go.release();
                }
                assertThat(syncing.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            }
            disk.duringSync(() -> {});
            go.release();
            appends.getLast().get(10, TimeUnit.SECONDS);
        }
    }

    private void refused(Path file, long position, String detail) {
        CorruptJournalException refusal = refusal();
        assertThat(refusal)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("byte " + position)
                .hasMessageContaining(detail);
        JournalEvent.Corrupt event = events.of(JournalEvent.Corrupt.class).getLast();
        assertThat(event.file()).isEqualTo(file.toString());
        assertThat(event.position()).isEqualTo(position);
        assertThat(event.detail()).contains(detail);
    }

    /** Of open(). */
    private CorruptJournalException refusal() {
        return catchThrowableOfType(
                CorruptJournalException.class, () -> opened(disk, events, 1024).close());
    }
}
