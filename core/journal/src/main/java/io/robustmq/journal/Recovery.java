package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a shard back when it is opened, and tells what a crash leaves from what it cannot leave.
 * Only the last segment is read as a whole, and of the others the head of their index.
 *
 * <p>A crash leaves, and it is mended:
 *
 * <ul>
 *   <li>a last segment that ends in a torn write: cut off;
 *   <li>a last segment whose header is not whole, because it was being created: deleted;
 *   <li>a last segment but one without its seal, because that was being written: sealed;
 *   <li>a sealed segment without index, because that was being written: made again;
 *   <li>an index without segment, because retention was deleting both, and files that were not
 *       whole: deleted.
 * </ul>
 *
 * Anything else is damage. It is reported, and costs the records in it: they are a gap to readers.
 */
final class Recovery {
    private final Home home;
    private final Chain chain = new Chain();

    /** Its offset; 0 if there is none. */
    private long newestSnapshot;

    Recovery(Home home) {
        this.home = home;
    }

    /** A shard that can be read, and the segment to append to. */
    record Recovered(Chain chain, SegmentFile active) {}

    Recovered recover() throws IOException {
        TreeMap<Long, Path> segments = new TreeMap<>();
        list(segments);
        // a file's creation may be in the system's memory only
        home.disk().syncDirectory(home.directory());
        boolean lostAtEnd = false;
        SegmentFile active = null;
        if (!segments.isEmpty()) {
            dropCreatedInPart(segments);
        }
        for (Map.Entry<Long, Path> listed : segments.entrySet()) {
            Long following = segments.higherKey(listed.getKey());
            if (following != null) {
                addSealed(listed.getKey(), listed.getValue(), following);
            } else {
                active = addLast(listed.getKey(), listed.getValue());
                lostAtEnd = active == null;
            }
        }
        long next = chain.nextOffset();
        if (lostAtEnd) {
            // offsets that may have been given once are not given again
            next += home.settings().segmentBytes() / Frame.MIN_RECORD_BYTES;
        }
        if (active == null) {
            active = begin(Math.max(next, newestSnapshot));
        } else if (newestSnapshot > next) {
            // a power cut took records that were not synced, and left their snapshot
            active = beginAfter(active, newestSnapshot);
        }
        home.measures().size(chain.sealedBytes() + active.end(), chain.size());
        return new Recovered(chain, active);
    }

    /** Sorts the files and deletes what is left over. */
    private void list(Map<Long, Path> segments) throws IOException {
        List<Path> indexes = new ArrayList<>();
        for (Path path : home.disk().list(home.directory())) {
            OptionalLong segment = Names.offset(path, Names.SEGMENT);
            OptionalLong ofSnapshot = Names.offset(path, Names.SNAPSHOT);
            if (segment.isPresent()) {
                segments.put(segment.getAsLong(), path);
            } else if (ofSnapshot.isPresent()) {
                newestSnapshot = Math.max(newestSnapshot, ofSnapshot.getAsLong());
            } else if (Names.offset(path, Names.INDEX).isPresent()) {
                indexes.add(path);
            } else if (Names.name(path).endsWith(Names.UNFINISHED)) {
                home.disk().delete(path);
            }
        }
        for (Path index : indexes) {
            if (!segments.containsKey(Names.offset(index, Names.INDEX).orElseThrow())) {
                home.disk().delete(index);
            }
        }
    }

    private void dropCreatedInPart(TreeMap<Long, Path> segments) throws IOException {
        long base = segments.lastKey();
        Path path = Objects.requireNonNull(segments.get(base));
        long size;
        try (DiskFile file = home.disk().open(path)) {
            SegmentHeader.Read read = SegmentHeader.read(file, home.shard(), base);
            size = file.size();
            int headerBytes = SegmentHeader.bytes(home.shard());
            boolean nothingBehind =
                    size <= headerBytes || new Resync(file, 0, size).isZero(headerBytes);
            if (read.problem() == null || !nothingBehind) {
                return;
            }
        }
        home.disk().delete(path);
        segments.remove(base);
        home.events()
                .emit(new JournalEvent.TailTruncated(home.shard(), path.toString(), base, size));
    }

    /** A segment that another one follows. */
    private void addSealed(long base, Path path, long following) throws IOException {
        Segment segment;
        try {
            IndexFile.Summary summary =
                    IndexFile.readSummary(home.disk(), IndexFile.path(path), base);
            segment = new Segment(path, new SegmentHeader(home.shard(), base, summary.salt()));
            segment.reach(summary.nextOffset(), summary.segmentBytes());
            segment.times(summary.firstMillis(), summary.latestMillis());
            long size = size(path);
            if (size < summary.segmentBytes()) {
                corrupt(path, size, "ends there, had " + summary.segmentBytes() + " bytes");
            }
        } catch (IOException e) {
            segment = rebuilt(base, path, following, e);
        }
        if (segment == null) {
            return;
        }
        if (segment.nextOffset() > following) {
            corrupt(path, 0, "has records of the next file, which begins at offset " + following);
            segment.reach(following, segment.bytes());
        } else if (segment.nextOffset() < following) {
            corrupt(
                    home.segment(segment.nextOffset()),
                    0,
                    "the file is missing, the next there is begins at offset " + following);
        }
        chain.add(segment);
    }

    private long size(Path path) throws IOException {
        try (DiskFile file = home.disk().openToRead(path)) {
            return file.size();
        }
    }

    /** Null if nothing can be read of it. */
    private @Nullable Segment rebuilt(long base, Path path, long following, IOException why)
            throws IOException {
        try (DiskFile file = home.disk().open(path)) {
            SegmentHeader.Read read = SegmentHeader.read(file, home.shard(), base);
            SegmentHeader header = read.header();
            if (header == null) {
                corrupt(path, 0, String.valueOf(read.problem()));
                return null;
            }
            SegmentCheck.Checked checked = new SegmentCheck(file, header, false).check();
            Segment segment = new Segment(path, header);
            segment.times(checked.index().firstMillis(), checked.index().latestMillis());
            segment.reach(checked.nextOffset(), checked.end());
            report(path, checked);
            long sealEnd = checked.end() + Frame.HEADER_BYTES;
            boolean tailIsSeal =
                    checked.size() <= sealEnd
                            || new Resync(file, header.salt(), checked.size()).isZero(sealEnd);
            boolean endsInSnapshot = !checked.sealed() && tailIsSeal && following == newestSnapshot;
            if (checked.nextOffset() == following || endsInSnapshot) {
                // also one that is there: if its sync failed, the system may have it in memory only
                seal(segment, file, checked, following);
            } else if (!checked.sealed()) {
                corrupt(
                        path,
                        checked.end(),
                        checked.tail() == null
                                ? "the file ends without a seal, and is not the last"
                                : checked.tail());
            }
            if (checked.sealed()) {
                IndexRebuild.report(home, segment, IndexRebuild.why(IndexFile.path(path), why));
            }
            segment.reach(Math.max(checked.nextOffset(), following), segment.bytes());
            IndexRebuild.keep(home, segment, checked.index());
            return segment;
        }
    }

    private void seal(Segment segment, DiskFile file, SegmentCheck.Checked checked, long following)
            throws IOException {
        long end = checked.end() - (checked.sealed() ? Frame.HEADER_BYTES : 0);
        FrameEncoder encoder = new FrameEncoder();
        encoder.begin(Frame.HEADER_BYTES, segment.header.salt());
        encoder.seal(following, home.clock().millis());
        file.truncate(end);
        file.write(encoder.frames(), end);
        file.sync();
        segment.reach(following, end + Frame.HEADER_BYTES);
        if (checked.sealed()) {
            return;
        }
        home.events()
                .emit(
                        new JournalEvent.SegmentSealed(
                                home.shard(),
                                segment.path.toString(),
                                checked.nextOffset() - 1,
                                segment.bytes()));
    }

    private void report(Path path, SegmentCheck.Checked checked) {
        for (SegmentCheck.Hole hole : checked.holes()) {
            corrupt(path, hole.position(), hole.detail());
        }
    }

    private void corrupt(Path path, long position, String detail) {
        home.events()
                .emit(new JournalEvent.Corrupt(home.shard(), path.toString(), position, detail));
    }

    /** The segment to append to; null if it takes no more. */
    private @Nullable SegmentFile addLast(long base, Path path) throws IOException {
        DiskFile file = home.disk().open(path);
        boolean kept = false;
        try {
            SegmentHeader.Read read = SegmentHeader.read(file, home.shard(), base);
            SegmentHeader header = read.header();
            if (header == null) {
                corrupt(path, 0, String.valueOf(read.problem()));
                chain.acknowledge(base);
                return null;
            }
            SegmentCheck.Checked checked = new SegmentCheck(file, header, true).check();
            Segment segment = new Segment(path, header);
            segment.grow(checked.index());
            segment.reach(checked.nextOffset(), checked.end());
            report(path, checked);
            chain.add(segment);
            chain.acknowledge(checked.nextOffset());
            if (checked.sealed()) {
                corrupt(
                        home.segment(checked.nextOffset()),
                        0,
                        "the file is missing or empty, but the one before it is sealed");
                segment.finished();
                return null;
            }
            rewriteUnsynced(file, segment, checked);
            file.truncate(checked.end());
            file.sync();
            if (checked.tail() != null) {
                home.events()
                        .emit(
                                new JournalEvent.TailTruncated(
                                        home.shard(),
                                        path.toString(),
                                        checked.nextOffset(),
                                        checked.size() - checked.end()));
            }
            kept = true;
            return new SegmentFile(segment, file, checked.end());
        } finally {
            if (!kept) {
                file.close();
            }
        }
    }

    /** If the process before this one ended because its sync failed. */
    private void rewriteUnsynced(DiskFile file, Segment segment, SegmentCheck.Checked checked)
            throws IOException {
        long from = checked.syncedEnd();
        if (from == 0) {
            file.write(segment.header.encoded(), 0);
            from = segment.start();
        }
        Rewriting.frames(file, segment.header.salt(), checked.index(), from, checked.end());
    }

    private SegmentFile beginAfter(SegmentFile last, long snapshot) throws IOException {
        try (last) {
            SegmentFile begun = begin(snapshot);
            last.seal(new FrameEncoder(), snapshot, home.clock().millis());
            IndexRebuild.finish(home, last.segment);
            return begun;
        }
    }

    private SegmentFile begin(long baseOffset) throws IOException {
        SegmentFile created = SegmentFile.create(home, baseOffset);
        chain.add(created.segment);
        chain.acknowledge(baseOffset);
        home.events()
                .emit(
                        new JournalEvent.SegmentCreated(
                                home.shard(), created.segment.path.toString(), baseOffset));
        return created;
    }
}
