package io.robustmq.journal;

import static io.robustmq.journal.Shards.file;
import static io.robustmq.journal.Shards.opened;
import static io.robustmq.journal.Shards.segment;
import static io.robustmq.journal.Shards.text;
import static io.robustmq.journal.Shards.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.journal.Shards.Opened;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a disk loses or changes after it had been synced costs that much, and is told. */
@Timeout(60)
class DamageTest {
    private static final ShardSettings SETTINGS = Shards.settings(64 << 10, Durability.FSYNC);
    private static final int RECORDS = 1500;
    private static final int SCHEDULES = 300;

    private final FakeDisk disk = new FakeDisk();

    /** In groups of up to eight; each text begins with its offset. */
    private void fill() throws IOException {
        try (Stepped on = Stepped.opened(disk)) {
            Shard shard = on.shard(SETTINGS);
            for (int i = 0; i < RECORDS; i++) {
                shard.append(utf8(i + ":" + "x".repeat(i * 31 % 400)), i % 100);
                if (i % 8 == 0) {
                    on.turn();
                }
            }
            on.turn();
            on.append(shard, RECORDS + ":");
        }
    }

    @Test
    void an_index_that_is_damaged_or_missing_is_made_again() throws Exception {
        fill();
        Path index = file(0, Names.INDEX);
        byte[] whole = disk.bytes(index);
        List<Long> byKey = byKey(new RecordingEvents());
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 60; i++) {
            byte[] damaged = whole.clone();
            int at = i < 30 ? i * 2 : chance.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << chance.nextInt(8));
            if (i % 5 == 4) {
                damaged = Arrays.copyOf(whole, at);
            }
            disk.replace(index, damaged);
            RecordingEvents events = new RecordingEvents();
            assertThat(byKey(events)).as("byte " + at).isEqualTo(byKey);
            assertThat(events.of(JournalEvent.IndexRebuilt.class))
                    .as("byte " + at)
                    .singleElement()
                    .satisfies(event -> assertThat(event.file()).isEqualTo(index.toString()));
            assertThat(events.of(JournalEvent.Corrupt.class)).isEmpty();
            assertThat(disk.bytes(index)).isEqualTo(whole);
        }
        disk.lose(index);
        assertThat(byKey(new RecordingEvents())).isEqualTo(byKey);
        assertThat(disk.bytes(index)).isEqualTo(whole);
    }

    /** Needs the whole index of the first segment. */
    private List<Long> byKey(RecordingEvents events) throws IOException {
        List<Long> found = new ArrayList<>();
        try (Opened opened = opened(disk, events, SETTINGS)) {
            opened.shard().readKey(0, 7, (offset, millis, payload) -> found.add(offset));
            assertThat(opened.shard().offsetAt(Instant.EPOCH)).isZero();
        }
        assertThat(found).hasSize(15).allMatch(offset -> offset % 100 == 7);
        return found;
    }

    @Test
    void opening_reads_the_last_segment_and_little_of_the_others() throws Exception {
        fill();
        long last = 0;
        long all = 0;
        for (Path path : disk.list(Shards.FOLDER)) {
            if (Names.offset(path, Names.SEGMENT).isPresent()) {
                last = disk.bytes(path).length;
                all += last;
            }
        }
        long before = disk.bytesRead();
        opened(disk, new RecordingEvents(), SETTINGS).close();
        assertThat(disk.bytesRead() - before).isLessThan(2 * last + 4096).isLessThan(all / 2);
    }

    /**
     * Where the reading begins in front of the damage, in the same block, and where it is asked
     * for.
     */
    @Test
    void the_record_behind_a_damaged_one_is_read_wherever_the_reading_begins() throws Exception {
        fill();
        byte[] whole = disk.bytes(segment(0));
        SplittableRandom chance = new SplittableRandom(3);
        for (int i = 0; i < 100; i++) {
            byte[] damaged = whole.clone();
            damaged[200 + chance.nextInt(damaged.length - 400)] ^= 0x10;
            disk.replace(segment(0), damaged);
            try (Opened opened = opened(disk, new RecordingEvents(), SETTINGS)) {
                Shard shard = opened.shard();
                List<Long> intact = Read.all(shard).offsets();
                // a length that is not true any more costs what is left of a block
                assertThat(intact).as("schedule " + i).hasSizeBetween(RECORDS - 60, RECORDS);
                long[] every = new long[RECORDS + 1];
                Arrays.setAll(every, offset -> offset);
                Read each = new Read();
                shard.readEach(every, 0, every.length, each);
                assertThat(each.offsets()).as("schedule " + i).isEqualTo(intact);
                long lost =
                        Arrays.stream(every).filter(n -> !intact.contains(n)).max().orElseThrow();
                for (long from = lost + 1; from < lost + 10 && from <= RECORDS; from++) {
                    Read begun = new Read();
                    shard.read(from, begun);
                    assertThat(begun.gaps()).as("schedule " + i + " from " + from).isEmpty();
                    assertThat(begun.offsets().getFirst()).isEqualTo(from);
                }
            }
        }
    }

    @Test
    void a_bad_sector_costs_the_records_in_it() throws Exception {
        fill();
        disk.spoil(segment(0), 8192, 8704);
        RecordingEvents events = new RecordingEvents();
        try (Opened opened = opened(disk, events, SETTINGS)) {
            Read read = Read.all(opened.shard());
            assertThat(read.gaps()).hasSize(1);
            assertThat(read.offsets()).hasSizeGreaterThan(RECORDS - 30).endsWith((long) RECORDS);
            assertThat(events.of(JournalEvent.Corrupt.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.detail()).contains("Input/output"));
        }
        disk.lose(file(0, Names.INDEX));
        try (Opened opened = opened(disk, events, SETTINGS)) {
            assertThat(Read.all(opened.shard()).offsets()).hasSizeGreaterThan(RECORDS - 30);
        }
    }

    /** Who needs what was in it asks for the first offset, as after a retention. */
    @Test
    void a_first_file_of_which_nothing_can_be_read_stays_and_the_log_begins_behind_it()
            throws Exception {
        fill();
        byte[] destroyed = disk.bytes(segment(0));
        Arrays.fill(destroyed, 0, 4, (byte) 0);
        disk.replace(segment(0), destroyed);
        disk.lose(file(0, Names.INDEX));
        for (int opening = 0; opening < 2; opening++) {
            RecordingEvents events = new RecordingEvents();
            try (Opened opened = opened(disk, events, SETTINGS)) {
                long begins = opened.shard().firstOffset();
                assertThat(begins).isPositive();
                assertThat(Read.all(opened.shard()).offsets())
                        .startsWith(begins)
                        .endsWith((long) RECORDS)
                        .hasSize((int) (RECORDS + 1 - begins));
                assertThat(events.of(JournalEvent.Corrupt.class))
                        .singleElement()
                        .satisfies(event -> {
                            assertThat(event.file()).isEqualTo(segment(0).toString());
                            assertThat(event.detail()).contains("not a segment file");
                        });
                assertThat(disk.bytes(segment(0))).isEqualTo(destroyed);
            }
        }
    }

    @Test
    void a_disk_that_reads_nothing_is_no_gap() throws Exception {
        fill();
        try (Opened opened = opened(disk, new RecordingEvents(), SETTINGS)) {
            disk.spoil(segment(0), 0, 1 << 20);
            assertThatThrownBy(() -> Read.all(opened.shard()))
                    .as("it may come back, with all its records")
                    .hasMessage("Input/output error");
        }
    }

    @Test
    void an_end_that_cannot_be_read_is_not_cut_off() throws Exception {
        fill();
        List<Path> files = disk.list(Shards.FOLDER);
        Path last =
                files.stream()
                        .filter(path -> Names.offset(path, Names.SEGMENT).isPresent())
                        .toList()
                        .getLast();
        byte[] bytes = disk.bytes(last);
        disk.spoil(last, bytes.length - 600, bytes.length);
        assertThatThrownBy(() -> opened(disk, new RecordingEvents(), SETTINGS))
                .hasMessage("Input/output error");
        assertThat(disk.bytes(last)).isEqualTo(bytes);
        disk.spoil(last, 0, 0);
        try (Opened opened = opened(disk, new RecordingEvents(), SETTINGS)) {
            assertThat(opened.shard().nextOffset()).isEqualTo(RECORDS + 1);
        }
    }

    @Test
    void an_index_that_cannot_be_read_is_made_again() throws Exception {
        fill();
        List<Long> byKey = byKey(new RecordingEvents());
        disk.spoil(file(0, Names.INDEX), 100, 200);
        RecordingEvents events = new RecordingEvents();
        assertThat(byKey(events)).isEqualTo(byKey);
        assertThat(events.of(JournalEvent.IndexRebuilt.class))
                .singleElement()
                .satisfies(event -> assertThat(event.detail()).contains("Input/output"));
    }

    @Test
    void whatever_is_damaged_all_else_is_read_and_nothing_wrong() throws Exception {
        Long given = Long.getLong("seed");
        fill();
        List<Path> segments =
                disk.list(Shards.FOLDER).stream()
                        .filter(path -> Names.offset(path, Names.SEGMENT).isPresent())
                        .toList();
        long first = given == null ? System.nanoTime() : given;
        for (long seed = first; seed < first + (given == null ? SCHEDULES : 1); seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            Path damaged = segments.get(chance.nextInt(segments.size()));
            byte[] whole = disk.bytes(damaged);
            try {
                damage(damaged, whole, chance);
                assertReads();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("with -Dseed=" + seed, e);
            } finally {
                restore(segments, damaged, whole);
            }
        }
    }

    private void damage(Path path, byte[] whole, SplittableRandom chance) throws IOException {
        byte[] bytes = whole.clone();
        switch (chance.nextInt(5)) {
            case 4 -> {} // it cannot be read, below
            case 0 -> bytes[chance.nextInt(bytes.length)] ^= (byte) (1 << chance.nextInt(8));
            case 1 -> {
                int from = chance.nextInt(bytes.length);
                int to = Math.min(bytes.length, from + chance.nextInt(5000));
                Arrays.fill(bytes, from, to, (byte) 0);
            }
            case 2 -> {
                // a block of the same file in a wrong place
                int length = Math.min(4096, bytes.length / 2);
                int from = chance.nextInt(bytes.length - length);
                int to = chance.nextInt(bytes.length - length);
                System.arraycopy(whole, from, bytes, to, length);
            }
            default -> bytes = Arrays.copyOf(bytes, chance.nextInt(bytes.length));
        }
        disk.replace(path, bytes);
        if (Arrays.equals(bytes, whole)) {
            int from = 8192 + chance.nextInt(bytes.length / 2);
            disk.spoil(path, from, Math.min(bytes.length - 8192, from + 4096));
        }
        if (chance.nextInt(4) == 0 && disk.exists(IndexFile.path(path))) {
            disk.lose(IndexFile.path(path));
        }
    }

    private void assertReads() throws IOException {
        RecordingEvents events = new RecordingEvents();
        try (Opened opened = opened(disk, events, SETTINGS)) {
            Shard shard = opened.shard();
            boolean[] told = new boolean[RECORDS + 1];
            long[] lost = {0};
            shard.read(
                    0,
                    new RecordReader() {
                        @Override
                        public boolean record(long offset, long millis, ByteBuffer payload) {
                            assertThat(text(payload)).startsWith(offset + ":");
                            told[(int) offset] = true;
                            return true;
                        }

                        @Override
                        public boolean gap(long from, long to, IOException why) {
                            for (long i = from; i < Math.min(to, told.length); i++) {
                                told[(int) i] = true;
                                lost[0]++;
                            }
                            return true;
                        }
                    });
            long reached = Math.min(shard.nextOffset(), told.length);
            // it begins later if nothing can be read of the first file, neither of its index
            long begins = shard.firstOffset();
            lost[0] += begins;
            for (int i = (int) begins; i < reached; i++) {
                assertThat(told[i]).as("offset " + i).isTrue();
            }
            boolean reported =
                    !events.of(JournalEvent.Corrupt.class).isEmpty()
                            || !events.of(JournalEvent.TailTruncated.class).isEmpty();
            // an end that is missing without a trace cannot be known
            assertThat(lost[0] == 0 || reported).as("what is lost is reported").isTrue();
        }
    }

    /** As it was before, without what opening made of it. */
    private void restore(List<Path> segments, Path damaged, byte[] whole) throws IOException {
        for (Path path : disk.list(Shards.FOLDER)) {
            if (Names.offset(path, Names.SEGMENT).isPresent() && !segments.contains(path)) {
                disk.lose(path);
            }
        }
        disk.replace(damaged, whole);
        if (disk.exists(IndexFile.path(damaged))) {
            disk.lose(IndexFile.path(damaged));
        }
    }
}
