package io.robustmq.journal;

import static io.robustmq.journal.Shards.HEADER_BYTES;
import static io.robustmq.journal.Shards.append;
import static io.robustmq.journal.Shards.file;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.texts;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.robustmq.journal.Shards.Opened;
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
    private static final String TEXT = "x".repeat(290);

    private static final int RECORD_BYTES = Frame.bytes(TEXT.length(), 0);

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
            try (Opened opened = opened(disk, seen, 1 << 20)) {
                Shard shard = opened.shard();
                assertThat(shard.nextOffset()).isEqualTo(2);
            }
            assertThat(disk.bytes(segment(0))).isEqualTo(whole);
            if (cut > 2) { // the first two bytes are zero, as if nothing had been written
                assertThat(seen.of(JournalEvent.TailTruncated.class))
                        .containsExactly(
                                new JournalEvent.TailTruncated(
                                        "events", segment(0).toString(), 2, cut));
            }
        }
    }

    @Test
    void a_tail_of_zeros_is_cut_off() throws Exception {
        fill(2);
        byte[] whole = disk.bytes(segment(0));
        disk.replace(segment(0), Arrays.copyOf(whole, whole.length + 5000));
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            assertThat(append(shard, "next")).isEqualTo(2);
            assertThat(texts(shard, 2)).containsExactly("next");
        }
        assertThat(disk.bytes(segment(0)).length).isLessThan(whole.length + 5000);
        assertThat(events.of(JournalEvent.TailTruncated.class))
                .as("bytes that never arrived are nobody's loss")
                .isEmpty();
    }

    @Test
    void a_hole_in_a_group_that_was_never_synced_is_a_torn_tail() throws Exception {
        groups(1, 3);
        byte[] bytes = disk.bytes(segment(0));
        bytes[HEADER_BYTES + RECORD_BYTES + 40] ^= 1;
        disk.replace(segment(0), bytes);
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            assertThat(shard.nextOffset()).isEqualTo(1);
        }
    }

    @Test
    void damage_before_a_record_that_was_written_after_its_sync_is_a_gap() throws Exception {
        groups(1, 3, 1);
        byte[] bytes = disk.bytes(segment(0));
        int position = HEADER_BYTES + RECORD_BYTES;
        bytes[position + 40] ^= 1;
        disk.replace(segment(0), bytes);
        try (Opened opened = opened(disk, events, 1 << 20)) {
            assertThat(opened.shard().nextOffset()).isEqualTo(5);
            assertThat(Read.all(opened.shard()).gaps()).containsExactly("1-2");
            assertThat(append(opened.shard(), "after")).isEqualTo(5);
        }
        assertThat(disk.bytes(segment(0))).as("nothing is cut").startsWith(bytes);
        corrupt(segment(0), position, "crc32c");
    }

    @Test
    void a_bit_of_a_sealed_segment_costs_one_record_at_most() throws Exception {
        fill(9, 0, 1024);
        byte[] whole = disk.bytes(segment(0));
        for (int at = 0; at < whole.length; at += 7) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            disk.replace(segment(0), damaged);
            try (Opened opened = opened(disk, events, 1024)) {
                Read read = Read.all(opened.shard());
                int expected = at < HEADER_BYTES || at >= whole.length - 32 ? 9 : 8;
                assertThat(read.offsets()).as("byte " + at).hasSizeGreaterThanOrEqualTo(expected);
                assertThat(read.texts()).containsOnly(TEXT);
            }
        }
        disk.replace(segment(0), whole);
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(Read.all(opened.shard()).gaps()).isEmpty();
        }
    }

    @Test
    void every_length_of_a_sealed_segment_counts() throws Exception {
        fill(9, 0, 1024);
        byte[] whole = disk.bytes(segment(0));
        for (int length = 0; length < whole.length; length++) {
            disk.replace(segment(0), Arrays.copyOf(whole, length));
            RecordingEvents seen = new RecordingEvents();
            try (Opened opened = opened(disk, seen, 1024)) {
                int whole3 = Math.max(0, length - HEADER_BYTES) / RECORD_BYTES;
                assertThat(Read.all(opened.shard()).offsets()).hasSize(6 + whole3);
            }
            assertThat(seen.of(JournalEvent.Corrupt.class)).as("cut to " + length).isNotEmpty();
        }
    }

    @Test
    void a_missing_segment_costs_its_records() throws Exception {
        fill(9, 0, 1024);
        byte[] bytes = disk.bytes(segment(3));
        disk.lose(segment(3));
        try (Opened opened = opened(disk, events, 1024)) {
            Read read = Read.all(opened.shard());
            assertThat(read.gaps()).containsExactly("3-6");
            assertThat(read.offsets()).containsExactly(0L, 1L, 2L, 6L, 7L, 8L);
        }
        corrupt(segment(3), 0, "missing");
        disk.replace(segment(3), bytes);
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(texts(opened.shard(), 0)).hasSize(9);
        }
    }

    @Test
    void the_offsets_of_a_missing_last_segment_are_not_given_again() throws Exception {
        fill(9, 0, 1024);
        disk.lose(segment(6));
        try (Opened opened = opened(disk, events, 1024)) {
            corrupt(segment(6), 0, "missing");
            long next = append(opened.shard(), TEXT);
            assertThat(next).isGreaterThanOrEqualTo(9);
            assertThat(Read.all(opened.shard()).gaps()).containsExactly("6-" + next);
        }
    }

    @Test
    void a_file_of_another_shard_is_not_read() throws Exception {
        fill(1);
        byte[] bytes = disk.bytes(segment(0));
        bytes[20] = 'E';
        disk.replace(segment(0), bytes);
        try (Opened opened = opened(disk, events, 1024)) {
            assertThat(append(opened.shard(), TEXT)).isPositive();
        }
        corrupt(segment(0), 0, "not that of shard events at offset 0");
        assertThat(disk.bytes(segment(0))).as("it is left as it is").isEqualTo(bytes);
    }

    @Test
    void another_format_is_told_by_its_number() throws Exception {
        fill(1);
        byte[] bytes = disk.bytes(segment(0));
        ByteBuffer.wrap(bytes).putShort(4, (short) 3);
        disk.replace(segment(0), bytes);
        opened(disk, events, 1024).close();
        corrupt(segment(0), 0, "format version 3, known is 2");
    }

    @Test
    void a_segment_that_was_being_created_is_dropped() throws Exception {
        fill(3, 0, 1024);
        byte[] header = Arrays.copyOf(disk.bytes(segment(0)), HEADER_BYTES);
        for (int length = 0; length < HEADER_BYTES; length++) {
            disk.replace(segment(3), Arrays.copyOf(header, length));
            RecordingEvents seen = new RecordingEvents();
            try (Opened opened = opened(disk, seen, 1024)) {
                Shard shard = opened.shard();
                assertThat(shard.nextOffset()).isEqualTo(3);
            }
            assertThat(seen.of(JournalEvent.TailTruncated.class))
                    .containsExactly(
                            new JournalEvent.TailTruncated(
                                    "events", segment(3).toString(), 3, length));
        }
        fill(4, 3, 1024);
        try (Opened opened = opened(disk, events, 1024)) {
            Shard shard = opened.shard();
            assertThat(texts(shard, 0)).hasSize(4);
        }
    }

    @Test
    void a_seal_that_was_being_written_is_written_again() throws Exception {
        fill(4, 0, 1024);
        byte[] sealed = disk.bytes(segment(0));
        int unsealed = sealed.length - Frame.HEADER_BYTES;
        for (int length = unsealed; length < sealed.length; length++) {
            disk.replace(segment(0), Arrays.copyOf(sealed, length));
            disk.lose(file(0, Names.INDEX)); // it comes after the seal
            RecordingEvents seen = new RecordingEvents();
            try (Opened opened = opened(disk, seen, 1024)) {
                Shard shard = opened.shard();
                assertThat(texts(shard, 0)).hasSize(4);
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
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            append(shard, TEXT);
            append(shard, TEXT);
            byte[] bytes = disk.bytes(segment(0));
            bytes[HEADER_BYTES + RECORD_BYTES + 40] ^= 1;
            disk.replace(segment(0), bytes);
            CorruptJournalException refusal =
                    catchThrowableOfType(CorruptJournalException.class, () -> texts(shard, 0));
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
        try (Opened opened = opened(disk, events, segmentBytes)) {
            Shard shard = opened.shard();
            for (int i = from; i < records; i++) {
                assertThat(append(shard, TEXT)).isEqualTo(i);
            }
        }
    }

    /** Appends groups of records; each group is written in one piece and synced once. */
    private void groups(int... sizes) throws Exception {
        Semaphore syncing = new Semaphore(0);
        Semaphore go = new Semaphore(0);
        try (Opened opened = opened(disk, events, 1 << 20)) {
            Shard shard = opened.shard();
            disk.duringSync(() -> {
                syncing.release();
                go.acquireUninterruptibly();
            });
            List<CompletableFuture<Long>> appends = new ArrayList<>();
            // while one group syncs, the next gathers
            for (int size : sizes) {
                for (int i = 0; i < size; i++) {
                    appends.add(shard.append(utf8(TEXT)));
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

    private void corrupt(Path file, long position, String detail) {
        JournalEvent.Corrupt event = events.of(JournalEvent.Corrupt.class).getFirst();
        assertThat(event.file()).isEqualTo(file.toString());
        assertThat(event.position()).isEqualTo(position);
        assertThat(event.detail()).contains(detail);
    }
}
