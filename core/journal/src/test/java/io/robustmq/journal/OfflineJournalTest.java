package io.robustmq.journal;

import static io.robustmq.journal.Finding.Kind.DAMAGED_END;
import static io.robustmq.journal.Finding.Kind.DAMAGED_RECORDS;
import static io.robustmq.journal.Finding.Kind.DAMAGED_SNAPSHOT;
import static io.robustmq.journal.Finding.Kind.INDEX_DAMAGED;
import static io.robustmq.journal.Finding.Kind.INDEX_MISSING;
import static io.robustmq.journal.Finding.Kind.INDEX_WITHOUT_SEGMENT;
import static io.robustmq.journal.Finding.Kind.MISSING_SEGMENT;
import static io.robustmq.journal.Finding.Kind.TORN_TAIL;
import static io.robustmq.journal.Finding.Kind.UNUSABLE_LAST_SEGMENT;
import static io.robustmq.journal.Finding.Kind.UNUSABLE_SEGMENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files, made by the journal and then damaged. */
class OfflineJournalTest {
    private static final String SHARD = "a";
    private static final int RECORDS = 200;

    /** In each sealed segment. */
    private static final int PER_SEGMENT = 37;

    private static final int FRAME_BYTES = Frame.bytes(100, 1);

    @TempDir Path directory;
    private final LocalDisk disk = new LocalDisk();
    private final RecordingEvents events = new RecordingEvents();

    @BeforeEach
    void fill() throws Exception {
        try (Journal journal = journal()) {
            Shard shard = journal.shard(SHARD, settings());
            for (int i = 0; i < RECORDS; i++) {
                shard.append(payload(i), i % 7).get();
            }
            shard.saveSnapshot(10, out -> out.writeInt(10));
            shard.saveSnapshot(20, out -> out.writeInt(20));
        }
    }

    private Journal journal() throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        disk,
                        InstantSource.system(),
                        new SplittableRandom(1),
                        events);
        journal.open();
        return journal;
    }

    private static ShardSettings settings() {
        return new ShardSettings(5 * 1024, Duration.ZERO, Durability.FSYNC, Retention.FOREVER);
    }

    private static byte[] payload(int i) {
        byte[] payload = new byte[100];
        payload[0] = (byte) i;
        return payload;
    }

    // Looking

    @Test
    void what_the_files_hold_is_told() throws Exception {
        ShardReport report = offline(journal -> journal.inspect(SHARD));
        assertThat(report.segments()).hasSize(6);
        ShardReport.OfSegment first = report.segments().getFirst();
        assertThat(first.records()).isEqualTo(PER_SEGMENT);
        assertThat(first.sealed()).isTrue();
        assertThat(first.index()).isTrue();
        assertThat(first.nextOffset()).isEqualTo(report.segments().get(1).baseOffset());
        assertThat(first.firstMillis()).isPositive().isLessThanOrEqualTo(first.latestMillis());
        ShardReport.OfSegment last = report.segments().getLast();
        assertThat(last.nextOffset()).isEqualTo(RECORDS);
        assertThat(last.sealed()).isFalse();
        assertThat(report.segments().stream().mapToLong(ShardReport.OfSegment::records).sum())
                .isEqualTo(RECORDS);
        assertThat(report.snapshots())
                .extracting(ShardReport.OfSnapshot::offset)
                .containsExactly(10L, 20L);
    }

    @Test
    void records_are_shown_with_their_keys() throws Exception {
        List<OfflineJournal.RecordFacts> seen = new ArrayList<>();
        try (OfflineJournal journal = open()) {
            journal.records(
                    SHARD,
                    50,
                    record -> {
                        seen.add(record);
                        return seen.size() < 100;
                    });
        }
        assertThat(seen).hasSize(100);
        assertThat(seen.getFirst().offset()).isEqualTo(50);
        assertThat(seen.getFirst().keys()).containsExactly(50 % 7);
        assertThat(seen.getFirst().payload()).isEqualTo(payload(50));
        assertThat(seen.getLast().offset()).isEqualTo(149);
    }

    @Test
    void a_journal_that_is_open_is_left_alone() throws Exception {
        try (Journal journal = journal();
                OfflineJournal offline = new OfflineJournal(directory, disk)) {
            assertThat(journal.shardNames()).containsExactly(SHARD);
            assertThatExceptionOfType(JournalInUseException.class)
                    .isThrownBy(offline::open)
                    .withMessage(directory + " is open in another process; stop that first");
        }
    }

    @Test
    void a_folder_that_is_no_journal_is_told_and_nothing_is_made_in_it() throws Exception {
        Path other = Files.createDirectory(directory.resolve("other"));
        try (OfflineJournal offline = new OfflineJournal(other, disk)) {
            assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(offline::open);
        }
        assertThat(other).isEmptyDirectory();
    }

    // Checking and repairing

    @Test
    void whole_files_have_no_findings() throws Exception {
        assertThat(verify()).isEmpty();
    }

    @Test
    void a_torn_tail_costs_no_record_and_is_cut() throws Exception {
        Path last = segment(5);
        long whole = Files.size(last);
        Files.write(last, new byte[] {0, 0, 0, 9, 1}, StandardOpenOption.APPEND);
        assertThat(verify())
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.kind()).isEqualTo(TORN_TAIL);
                    assertThat(finding.file()).isEqualTo(last);
                    assertThat(finding.position()).isEqualTo(whole);
                    assertThat(finding.lost()).isZero();
                });
        repairAll();
        assertThat(Files.size(last)).isEqualTo(whole);
        assertThat(verify()).isEmpty();
    }

    @Test
    void a_flipped_bit_costs_its_record_and_nothing_else() throws Exception {
        Path file = segment(1);
        long record = SegmentHeader.bytes(SHARD) + 3L * FRAME_BYTES;
        flip(file, record + 60);
        assertThat(verify())
                .singleElement()
                .isEqualTo(
                        new Finding(
                                SHARD,
                                DAMAGED_RECORDS,
                                file,
                                record,
                                PER_SEGMENT + 3,
                                PER_SEGMENT + 4,
                                verify().getFirst().detail()))
                .satisfies(finding -> assertThat(finding.detail()).startsWith("crc32c "));
        repairAll(); // nothing that would cost more
        assertThat(verify()).hasSize(1);
        assertThat(readable()).hasSize(RECORDS - 1).doesNotContain(PER_SEGMENT + 3L);
    }

    @Test
    void a_sealed_segment_that_is_cut_loses_its_end() throws Exception {
        Path file = segment(2);
        cut(file, SegmentHeader.bytes(SHARD) + 10L * FRAME_BYTES + 5);
        assertThat(verify())
                .anySatisfy(finding -> {
                    assertThat(finding.kind()).isEqualTo(DAMAGED_END);
                    assertThat(finding.firstLost()).isEqualTo(2 * PER_SEGMENT + 10);
                    assertThat(finding.afterLost()).isEqualTo(3 * PER_SEGMENT);
                });
    }

    @Test
    void a_missing_segment_is_told_with_what_was_in_it() throws Exception {
        Files.delete(segment(3));
        assertThat(verify())
                .anySatisfy(finding -> {
                    assertThat(finding.kind()).isEqualTo(MISSING_SEGMENT);
                    assertThat(finding.firstLost()).isEqualTo(3 * PER_SEGMENT);
                    assertThat(finding.lost()).isEqualTo(PER_SEGMENT);
                })
                .anySatisfy(finding -> assertThat(finding.kind()).isEqualTo(INDEX_WITHOUT_SEGMENT));
        repairAll();
        assertThat(verify()).singleElement().returns(MISSING_SEGMENT, Finding::kind);
        assertThat(readable()).hasSize(RECORDS - PER_SEGMENT);
    }

    @Test
    void a_segment_without_header_is_moved_aside_unless_it_is_the_last() throws Exception {
        flip(segment(1), 9);
        flip(segment(5), 9);
        assertThat(verify())
                .extracting(Finding::kind)
                .containsExactly(UNUSABLE_SEGMENT, UNUSABLE_LAST_SEGMENT);
        assertThat(verify().getFirst().lost()).isEqualTo(PER_SEGMENT);
        repairAll();
        assertThat(directory.resolve(SHARD).resolve("damaged"))
                .isDirectoryContaining(file -> file.getFileName().equals(segmentName(PER_SEGMENT)));
        assertThat(segment(5)).exists();
        assertThat(verify())
                .extracting(Finding::kind)
                .containsExactly(MISSING_SEGMENT, UNUSABLE_LAST_SEGMENT);
        List<Long> readable = readable();
        assertThat(readable).hasSize(RECORDS - PER_SEGMENT - (RECORDS - 5 * PER_SEGMENT));
        try (Journal journal = journal()) { // no offset is given twice
            assertThat(journal.shard(SHARD, settings()).append(payload(0)).get())
                    .isGreaterThanOrEqualTo(RECORDS);
            journal.delete(SHARD);
            assertThat(directory.resolve(SHARD)).doesNotExist();
        }
    }

    @Test
    void indexes_that_are_missing_or_damaged_are_made_again() throws Exception {
        Path missing = IndexFile.path(segment(0));
        Path damaged = IndexFile.path(segment(1));
        byte[] right = Files.readAllBytes(missing);
        Files.delete(missing);
        flip(damaged, 70);
        assertThat(verify())
                .extracting(Finding::kind, Finding::file)
                .containsExactly(tuple(INDEX_MISSING, missing), tuple(INDEX_DAMAGED, damaged));
        repairAll();
        assertThat(verify()).isEmpty();
        assertThat(Files.readAllBytes(missing)).isEqualTo(right);
    }

    @Test
    void an_index_whose_checksum_is_right_but_which_is_another_ones_is_found() throws Exception {
        Path mine = IndexFile.path(segment(0));
        Files.write(mine, Files.readAllBytes(IndexFile.path(segment(1))));
        assertThat(verify()).singleElement().returns(INDEX_DAMAGED, Finding::kind);
        repairAll();
        assertThat(verify()).isEmpty();
    }

    @Test
    void a_damaged_snapshot_is_moved_aside_and_the_one_before_it_is_taken() throws Exception {
        Path newest = Names.file(directory.resolve(SHARD), 20, Names.SNAPSHOT);
        flip(newest, 17);
        assertThat(verify()).singleElement().returns(DAMAGED_SNAPSHOT, Finding::kind);
        repairAll();
        assertThat(verify()).isEmpty();
        try (Journal journal = journal()) {
            Long offset = journal.shard(SHARD, settings()).restore((at, in) -> at);
            assertThat(offset).isEqualTo(10);
        }
    }

    /**
     * Whatever is broken: verify and repair come to an end, and cost no record that was readable.
     */
    @Test
    void random_damage_is_always_told_and_repair_never_costs_a_readable_record() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            List<Path> files;
            try (Stream<Path> all = Files.list(directory.resolve(SHARD))) {
                files = all.filter(Files::isRegularFile).sorted().toList();
            }
            Path file = files.get(random.nextInt(files.size()));
            long size = Files.size(file);
            boolean told = size > 0;
            if (size > 0 && random.nextInt(4) == 0) {
                cut(file, random.nextLong(size));
                // that records are missing at the very end nothing can tell
                told =
                        !file.equals(
                                files.stream()
                                        .filter(OfflineJournalTest::isSegment)
                                        .reduce((a, b) -> b)
                                        .orElseThrow());
            } else if (size > 0) {
                flip(file, random.nextLong(size));
            }
            List<Long> before = readable();
            if (told) {
                assertThat(verify()).as("%s of %d bytes", file, size).isNotEmpty();
            }
            repairAll();
            assertThat(readable()).isEqualTo(before);
            if (files.size() < 4 || before.size() < RECORDS / 2) {
                deleteShard();
                fill();
            }
        }
    }

    private void deleteShard() throws IOException {
        try (Journal journal = journal()) {
            journal.delete(SHARD);
        }
    }

    // Steps

    private interface Look<T> {
        T at(OfflineJournal journal) throws IOException;
    }

    private OfflineJournal open() throws IOException {
        OfflineJournal journal = new OfflineJournal(directory, disk);
        journal.open();
        return journal;
    }

    private <T> T offline(Look<T> look) throws IOException {
        try (OfflineJournal journal = open()) {
            return look.at(journal);
        }
    }

    private List<Finding> verify() throws IOException {
        return offline(journal -> journal.verify(SHARD));
    }

    private void repairAll() throws IOException {
        try (OfflineJournal journal = open()) {
            for (Finding finding : journal.verify(SHARD)) {
                journal.repair(finding);
            }
        }
    }

    private List<Long> readable() throws IOException {
        List<Long> offsets = new ArrayList<>();
        try (OfflineJournal journal = open()) {
            journal.records(SHARD, 0, record -> offsets.add(record.offset()));
        }
        return offsets;
    }

    private Path segment(int number) {
        return directory.resolve(SHARD).resolve(segmentName(number * PER_SEGMENT));
    }

    private static Path segmentName(long base) {
        return Names.file(Path.of(""), base, Names.SEGMENT).getFileName();
    }

    private static boolean isSegment(Path file) {
        return Names.offset(file, Names.SEGMENT).isPresent();
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, position);
        }
    }

    private static void cut(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }
}
