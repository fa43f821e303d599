package io.robustmq.journal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The files of one shard that no process has open. Changes none of them. */
final class OfflineShard {
    private final Disk disk;
    private final Path directory;
    private final String shard;
    private final TreeMap<Long, Path> segments = new TreeMap<>();
    private final TreeMap<Long, Path> indexes = new TreeMap<>();
    private final TreeMap<Long, Path> snapshots = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();

    OfflineShard(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.shard = Names.name(directory);
    }

    /** Sees which files there are. */
    OfflineShard list() throws IOException {
        for (Path path : disk.list(directory)) {
            Names.offset(path, Names.SEGMENT).ifPresent(offset -> segments.put(offset, path));
            Names.offset(path, Names.INDEX).ifPresent(offset -> indexes.put(offset, path));
            Names.offset(path, Names.SNAPSHOT).ifPresent(offset -> snapshots.put(offset, path));
        }
        return this;
    }

    // What there is

    ShardReport report() throws IOException {
        List<ShardReport.OfSegment> ofSegments = new ArrayList<>();
        for (Map.Entry<Long, Path> entry : segments.entrySet()) {
            ofSegments.add(report(entry.getKey(), entry.getValue()));
        }
        List<ShardReport.OfSnapshot> ofSnapshots = new ArrayList<>();
        for (Map.Entry<Long, Path> entry : snapshots.entrySet()) {
            try (DiskFile file = disk.openToRead(entry.getValue())) {
                ofSnapshots.add(
                        new ShardReport.OfSnapshot(
                                entry.getValue(),
                                entry.getKey(),
                                file.size(),
                                orEmpty(Snapshots.problem(file, entry.getKey()))));
            }
        }
        return new ShardReport(shard, directory, ofSegments, ofSnapshots);
    }

    private ShardReport.OfSegment report(long base, Path path) throws IOException {
        boolean index = indexes.containsKey(base);
        try (DiskFile file = disk.openToRead(path)) {
            SegmentHeader.Read read = SegmentHeader.read(file, shard, base);
            SegmentHeader header = read.header();
            if (header == null) {
                return new ShardReport.OfSegment(
                        path,
                        base,
                        base,
                        0,
                        file.size(),
                        false,
                        -1,
                        -1,
                        index,
                        orEmpty(read.problem()));
            }
            SegmentWalk.Facts facts = walk(file, header, record -> true);
            boolean empty = facts.records() == 0;
            return new ShardReport.OfSegment(
                    path,
                    base,
                    facts.nextOffset(),
                    facts.records(),
                    facts.size(),
                    facts.sealed(),
                    empty ? -1 : facts.firstMillis(),
                    empty ? -1 : facts.latestMillis(),
                    index,
                    "");
        }
    }

    private SegmentWalk.Facts walk(DiskFile file, SegmentHeader header, SegmentWalk.Visitor visitor)
            throws IOException {
        boolean last = header.baseOffset() == segments.lastKey();
        return new SegmentWalk(file, header, last).walk(visitor);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Every record from {@code from} on that can be read. */
    void records(long from, OfflineJournal.Visitor visitor) throws IOException {
        boolean[] enough = {false};
        Long begin = segments.floorKey(from);
        for (Map.Entry<Long, Path> entry :
                segments.tailMap(begin == null ? 0 : begin, true).entrySet()) {
            try (DiskFile file = disk.openToRead(entry.getValue())) {
                SegmentHeader header = SegmentHeader.read(file, shard, entry.getKey()).header();
                if (header != null && !enough[0]) {
                    walk(
                            file,
                            header,
                            record -> {
                                if (record.offset() >= from) {
                                    enough[0] = !visitor.record(facts(record));
                                }
                                return !enough[0];
                            });
                }
            }
        }
    }

    private static OfflineJournal.RecordFacts facts(Scan record) {
        int[] keys = new int[record.keyCount()];
        Arrays.setAll(keys, record::key);
        byte[] payload = new byte[record.payload().remaining()];
        record.payload().get(payload);
        return new OfflineJournal.RecordFacts(record.offset(), record.epochMillis(), keys, payload);
    }

    // What is wrong

    List<Finding> verify() throws IOException {
        for (Map.Entry<Long, Path> entry : segments.entrySet()) {
            verify(entry.getKey(), entry.getValue(), segments.higherKey(entry.getKey()));
        }
        for (Map.Entry<Long, Path> index : indexes.entrySet()) {
            if (!segments.containsKey(index.getKey())) {
                find(Finding.Kind.INDEX_WITHOUT_SEGMENT, index.getValue(), 0, "no such segment");
            }
        }
        for (Map.Entry<Long, Path> snapshot : snapshots.entrySet()) {
            try (DiskFile file = disk.openToRead(snapshot.getValue())) {
                String problem = Snapshots.problem(file, snapshot.getKey());
                if (problem != null) {
                    find(Finding.Kind.DAMAGED_SNAPSHOT, snapshot.getValue(), 0, problem);
                }
            }
        }
        return findings;
    }

    /**
     * @param following the next segment's first offset, null if it is the last
     */
    private void verify(long base, Path path, @Nullable Long following) throws IOException {
        try (DiskFile file = disk.openToRead(path)) {
            SegmentHeader.Read read = SegmentHeader.read(file, shard, base);
            SegmentHeader header = read.header();
            if (header == null) {
                unusable(file, base, path, following, orEmpty(read.problem()));
                return;
            }
            SegmentWalk.Facts facts = walk(file, header, record -> true);
            for (SegmentWalk.Hole hole : facts.holes()) {
                find(
                        Finding.Kind.DAMAGED_RECORDS,
                        path,
                        hole.position(),
                        hole.firstLost(),
                        hole.afterLost(),
                        hole.detail());
            }
            if (following == null) {
                verifyEnd(path, facts);
            } else {
                verifyEnd(path, facts, following);
                verifyIndex(file, path, header, facts, following);
            }
        }
    }

    private void unusable(
            DiskFile file, long base, Path path, @Nullable Long following, String problem)
            throws IOException {
        long size = file.size();
        int headerBytes = SegmentHeader.bytes(shard);
        boolean nothingBehind =
                size <= headerBytes || new Resync(file, 0, size).isZero(headerBytes);
        if (following != null) {
            find(Finding.Kind.UNUSABLE_SEGMENT, path, 0, base, following, problem);
        } else if (nothingBehind) {
            find(Finding.Kind.CREATED_IN_PART, path, 0, problem);
        } else {
            find(Finding.Kind.UNUSABLE_LAST_SEGMENT, path, 0, problem);
        }
    }

    /** Of the last segment. */
    private void verifyEnd(Path path, SegmentWalk.Facts facts) {
        if (facts.tail() != null) {
            find(
                    Finding.Kind.TORN_TAIL,
                    path,
                    facts.end(),
                    (facts.size() - facts.end()) + " bytes: " + facts.tail());
        } else if (facts.sealed()) {
            find(
                    Finding.Kind.MISSING_SEGMENT,
                    Names.file(directory, facts.nextOffset(), Names.SEGMENT),
                    0,
                    "the file before it is sealed");
        }
    }

    /** Of one that another follows. */
    private void verifyEnd(Path path, SegmentWalk.Facts facts, long following) {
        long next = facts.nextOffset();
        if (next > following) {
            find(
                    Finding.Kind.OVERLAPPING_SEGMENT,
                    path,
                    0,
                    "it ends before offset " + next + ", the next one begins at " + following);
        } else if (facts.sealed() && next < following) {
            find(
                    Finding.Kind.MISSING_SEGMENT,
                    Names.file(directory, next, Names.SEGMENT),
                    0,
                    next,
                    following,
                    "the next file there is begins at offset " + following);
        } else if (next < following) {
            find(
                    Finding.Kind.DAMAGED_END,
                    path,
                    facts.end(),
                    next,
                    following,
                    facts.tail() == null
                            ? "the file ends without a seal, and is not the last"
                            : facts.tail());
        } else if (!facts.sealed()) {
            find(Finding.Kind.NOT_SEALED, path, facts.end(), "the file ends without a seal");
        }
    }

    // Indexes

    private void verifyIndex(
            DiskFile file, Path path, SegmentHeader header, SegmentWalk.Facts facts, long following)
            throws IOException {
        Path index = IndexFile.path(path);
        if (!facts.sealed()) {
            return; // it is made with the seal
        }
        Segment segment = sealed(path, header, facts, following);
        try {
            SegmentIndex found = IndexFile.readAll(disk, segment);
            IndexFile.Summary summary = IndexFile.readSummary(disk, index, header.baseOffset());
            SegmentIndex right = new SegmentCheck(file, header, false).check().index();
            String difference = difference(found, right);
            // if the file behind it is missing, a rebuilt one ends where the next file begins
            if (summary.nextOffset() != facts.nextOffset() && summary.nextOffset() != following) {
                difference = "ends before offset " + summary.nextOffset();
            }
            if (difference != null) {
                find(Finding.Kind.INDEX_DAMAGED, index, 0, difference);
            }
        } catch (NoSuchFileException missing) {
            find(Finding.Kind.INDEX_MISSING, index, 0, "no such file");
        } catch (CorruptJournalException damaged) {
            find(Finding.Kind.INDEX_DAMAGED, index, damaged.position(), damaged.detail());
        }
    }

    private static Segment sealed(
            Path path, SegmentHeader header, SegmentWalk.Facts facts, long following) {
        Segment segment = new Segment(path, header);
        segment.reach(facts.sealed() ? facts.nextOffset() : following, facts.end());
        segment.times(facts.firstMillis(), facts.latestMillis());
        return segment;
    }

    private static @Nullable String difference(SegmentIndex found, SegmentIndex right) {
        if (found.blockCount() != right.blockCount()) {
            return found.blockCount() + " blocks, the records make " + right.blockCount();
        }
        for (int i = 0; i < right.blockCount(); i++) {
            boolean same =
                    found.offset(i) == right.offset(i)
                            && found.position(i) == right.position(i)
                            && found.millisBefore(i) == right.millisBefore(i);
            if (!same) {
                return "block " + i + " differs from the records";
            }
        }
        return Arrays.equals(found.keyPlaces(), right.keyPlaces())
                ? null
                : "its keys differ from those of the records";
    }

    /** From the records, in place of what is there. */
    void rebuildIndex(long base) throws IOException {
        Path path = Objects.requireNonNull(segments.get(base), "no segment at " + base);
        Long following = segments.higherKey(base);
        try (DiskFile file = disk.openToRead(path)) {
            SegmentHeader header = SegmentHeader.read(file, shard, base).header();
            if (header == null || following == null) {
                throw new CorruptJournalException(path, 0, "not a segment that was sealed");
            }
            SegmentWalk.Facts facts = walk(file, header, record -> true);
            SegmentIndex index = new SegmentCheck(file, header, false).check().index();
            IndexFile.write(disk, sealed(path, header, facts, following), index);
        }
    }

    private void find(Finding.Kind kind, Path file, long position, String detail) {
        find(kind, file, position, 0, 0, detail);
    }

    private void find(
            Finding.Kind kind,
            Path file,
            long position,
            long firstLost,
            long afterLost,
            String detail) {
        findings.add(new Finding(shard, kind, file, position, firstLost, afterLost, detail));
    }
}
