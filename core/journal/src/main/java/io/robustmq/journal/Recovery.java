package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads a shard back when it is opened, and tells what a crash leaves from what it cannot leave.
 *
 * <p>A crash leaves, and it is mended:
 *
 * <ul>
 *   <li>a last segment that ends in a torn write: cut off;
 *   <li>a last segment whose header is not whole, because it was being created: deleted;
 *   <li>a last segment but one without its seal, because that was being written: sealed.
 * </ul>
 *
 * Anything else is damage. First everything is checked, and only then something is changed.
 */
final class Recovery {
    private static final int COPY_BYTES = 1 << 20;

    private final Journal.Parts parts;
    private final String shard;
    private final Path directory;

    Recovery(Journal.Parts parts) {
        this.parts = parts;
        shard = parts.settings().shard();
        directory = parts.settings().shardDirectory();
    }

    private record Listed(Path path, long baseOffset) {}

    /**
     * What the frames of a file come to.
     *
     * @param end where the first byte that is no frame is
     * @param synced records below it were synced when the last record was written
     * @param damage what is wrong at {@code end}, null if the file ends there
     */
    private record Checked(
            Listed file,
            long size,
            long end,
            long nextOffset,
            long synced,
            boolean sealed,
            @Nullable String damage) {

        CorruptJournalException corrupt(String detail) {
            return new CorruptJournalException(file.path, end, detail);
        }
    }

    /** {@code createdInPart}: the last file, if it is not a segment yet. */
    private record Shard(List<Checked> segments, @Nullable Listed createdInPart) {}

    /**
     * Fills {@code chain}.
     *
     * @return the segment to append to
     */
    Segment recover(Chain chain) throws IOException {
        Shard found = check(list());
        judge(found);
        return mend(found, chain);
    }

    private List<Listed> list() throws IOException {
        List<Listed> files = new ArrayList<>();
        for (Path path : parts.disk().list(directory)) {
            OptionalLong baseOffset = Segment.baseOffset(path);
            if (baseOffset.isPresent()) {
                files.add(new Listed(path, baseOffset.getAsLong()));
            }
        }
        files.sort((one, other) -> Long.compare(one.baseOffset, other.baseOffset));
        return files;
    }

    private Shard check(List<Listed> files) throws IOException {
        List<Checked> segments = new ArrayList<>();
        for (Listed listed : files) {
            boolean last = listed.equals(files.getLast());
            try (DiskFile file = parts.disk().open(listed.path)) {
                String problem = Segment.headerProblem(file, shard, listed.baseOffset);
                if (problem == null) {
                    segments.add(check(file, listed));
                } else if (last && file.size() <= Segment.headerBytes(shard)) {
                    return new Shard(segments, listed);
                } else {
                    throw new CorruptJournalException(listed.path, 0, problem);
                }
            }
        }
        return new Shard(segments, null);
    }

    private Checked check(DiskFile file, Listed listed) throws IOException {
        Scan scan = new Scan(file, Segment.headerBytes(shard));
        long next = listed.baseOffset;
        long synced = listed.baseOffset;
        boolean sealed = false;
        String damage = null;
        boolean more = true;
        long end = scan.position();
        while (more) {
            end = scan.position();
            switch (scan.next()) {
                case Scan.Found.Entry(Frame.Stamp stamp) -> {
                    if (stamp.offset() == next && !sealed) {
                        next++;
                        synced = Math.max(synced, stamp.synced());
                    } else {
                        damage = "offset " + stamp.offset() + (sealed ? " after the seal" : "");
                        more = false;
                    }
                }
                case Scan.Found.Seal(long nextOffset) -> {
                    if (nextOffset == next && !sealed) {
                        sealed = true;
                    } else {
                        damage = "a seal for offset " + nextOffset + ", expected " + next;
                        more = false;
                    }
                }
                case Scan.Found.End() -> more = false;
                case Scan.Found.Damage(String detail) -> {
                    damage = detail;
                    more = false;
                }
            }
        }
        return new Checked(listed, file.size(), end, next, synced, sealed, damage);
    }

    /** Throws unless a crash explains what is there. */
    private void judge(Shard found) throws IOException {
        List<Checked> segments = found.segments;
        long expected = 0; // nothing removes old segments yet
        for (int i = 0; i < segments.size(); i++) {
            Checked segment = segments.get(i);
            if (segment.file.baseOffset != expected) {
                throw missing(expected, segment.file);
            }
            expected = segment.nextOffset;
            boolean followed = i < segments.size() - 1;
            if (followed) {
                boolean sealTorn =
                        i == segments.size() - 2
                                && segments.getLast().file.baseOffset == expected
                                && segment.size - segment.end <= Frame.HEADER_BYTES;
                if (segment.damage != null && !sealTorn) {
                    throw segment.corrupt(segment.damage);
                }
                if (!segment.sealed && !sealTorn) {
                    throw segment.corrupt("the file ends without a seal, and is not the last");
                }
            } else {
                judgeLast(segment, found.createdInPart);
            }
        }
        Listed unfinished = found.createdInPart;
        if (unfinished != null && unfinished.baseOffset != expected) {
            throw missing(expected, unfinished);
        }
    }

    private CorruptJournalException missing(long baseOffset, Listed next) {
        return new CorruptJournalException(
                Segment.path(directory, baseOffset),
                0,
                "the file is missing, the next there is is " + next.path.getFileName());
    }

    private void judgeLast(Checked segment, @Nullable Listed createdInPart) throws IOException {
        if (segment.sealed) {
            throw new CorruptJournalException(
                    Segment.path(directory, segment.nextOffset),
                    0,
                    "the file is missing or empty, but the one before it is sealed");
        }
        if (segment.damage == null) {
            return;
        }
        if (createdInPart != null) {
            // all was synced before the next file was created
            throw segment.corrupt(segment.damage);
        }
        try (DiskFile file = parts.disk().open(segment.file.path)) {
            if (syncedRecordAfter(file, segment)) {
                throw segment.corrupt(
                        segment.damage + "; records after it say that it had been synced");
            }
        }
    }

    /**
     * Whether somewhere after the end of {@code segment} there is a whole record that was written
     * when the record at the end had been synced.
     */
    private static boolean syncedRecordAfter(DiskFile file, Checked segment) throws IOException {
        long next = segment.nextOffset;
        long mostAfter = (segment.size - segment.end) / Frame.HEADER_BYTES;
        ByteBuffer window = ByteBuffer.allocate(COPY_BYTES);
        for (long from = segment.end; from < segment.size; ) {
            window.clear();
            while (window.hasRemaining() && file.read(window, from + window.position()) >= 0) {}
            int starts = window.flip().limit() - Frame.HEADER_BYTES;
            for (int at = 0; at <= starts; at++) {
                long offset = window.getLong(at + Frame.OFFSET_AT);
                long synced = window.getLong(at + Frame.SYNCED_AT);
                boolean possible =
                        offset > next
                                && offset - next <= mostAfter
                                && synced > next
                                && synced <= offset;
                if (possible && new Scan(file, from + at).next() instanceof Scan.Found.Entry) {
                    return true;
                }
            }
            if (starts < 0) {
                return false;
            }
            from += starts + 1;
        }
        return false;
    }

    private Segment mend(Shard found, Chain chain) throws IOException {
        List<Checked> segments = found.segments;
        Listed unfinished = found.createdInPart;
        if (unfinished != null) {
            drop(unfinished);
        }
        // a file's creation may be in the system's memory only
        parts.disk().syncDirectory(directory);
        long sizeBytes = 0;
        for (Checked segment : segments.subList(0, Math.max(0, segments.size() - 1))) {
            chain.add(segment.file.path, segment.file.baseOffset);
            sizeBytes += segment.sealed ? segment.size : seal(segment);
        }
        Segment active = segments.isEmpty() ? first() : reopen(segments.getLast());
        chain.add(active.path, active.baseOffset);
        chain.acknowledge(segments.isEmpty() ? 0 : segments.getLast().nextOffset);
        parts.measures().size(sizeBytes + active.size());
        return active;
    }

    private void drop(Listed unfinished) throws IOException {
        long size;
        try (DiskFile file = parts.disk().open(unfinished.path)) {
            size = file.size();
        }
        parts.disk().delete(unfinished.path);
        truncated(unfinished, unfinished.baseOffset, size);
    }

    private void truncated(Listed file, long firstLost, long bytes) {
        parts.events()
                .emit(
                        new JournalEvent.TailTruncated(
                                shard, file.path.toString(), firstLost, bytes));
    }

    private Segment first() throws IOException {
        Segment segment = Segment.create(parts.disk(), directory, shard, 0);
        parts.events().emit(new JournalEvent.SegmentCreated(shard, segment.path.toString(), 0));
        return segment;
    }

    /** The size with the seal. */
    private long seal(Checked checked) throws IOException {
        Listed listed = checked.file;
        try (Segment segment =
                new Segment(
                        listed.path,
                        listed.baseOffset,
                        parts.disk().open(listed.path),
                        checked.end)) {
            segment.seal(checked.nextOffset, parts.clock().millis());
            parts.events()
                    .emit(
                            new JournalEvent.SegmentSealed(
                                    shard,
                                    listed.path.toString(),
                                    checked.nextOffset - 1,
                                    segment.size()));
            return segment.size();
        }
    }

    private Segment reopen(Checked checked) throws IOException {
        Listed listed = checked.file;
        DiskFile file = parts.disk().open(listed.path);
        try {
            if (checked.damage != null) {
                file.truncate(checked.end);
            }
            rewriteUnsynced(file, checked);
            file.sync();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        if (checked.damage != null) {
            truncated(listed, checked.nextOffset, checked.size - checked.end);
        }
        return new Segment(listed.path, listed.baseOffset, file, checked.end);
    }

    /**
     * Writes the records that may never have been synced once more, as they are. If the process
     * before this one ended because its sync failed, the system may hold them in memory, readable
     * and not marked as to be written: syncing alone would not put them on disk.
     */
    private void rewriteUnsynced(DiskFile file, Checked checked) throws IOException {
        long at = 0;
        if (checked.synced > checked.file.baseOffset) {
            Scan scan = new Scan(file, Segment.headerBytes(shard));
            for (long offset = checked.file.baseOffset; offset < checked.synced; offset++) {
                scan.next();
            }
            at = scan.position();
        }
        ByteBuffer copy = ByteBuffer.allocate(COPY_BYTES);
        while (at < checked.end) {
            copy.clear().limit((int) Math.min(COPY_BYTES, checked.end - at));
            int bytes = file.read(copy, at);
            if (bytes < 0) {
                throw new CorruptJournalException(
                        checked.file.path, at, "the file became shorter while it was opened");
            }
            file.write(copy.flip(), at);
            at += bytes;
        }
    }
}
