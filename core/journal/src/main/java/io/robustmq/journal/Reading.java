package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Reads records of one shard. Any thread. */
final class Reading {
    /** Damage that was reported; beyond it, it is reported again at each reading. */
    private static final int MAX_REPORTED = 1024;

    /** Wanted records that are nearer to each other than this are read in one piece. */
    private static final int NEAR_BYTES = 64 << 10;

    private final Home home;
    private final Chain chain;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    Reading(Home home, Chain chain) {
        this.home = home;
        this.chain = chain;
    }

    /**
     * Records from {@code from} to before {@code end}.
     *
     * @return where to go on: {@code end}, or behind the last record if the reader has enough
     */
    long read(long from, long end, RecordReader reader) throws IOException {
        Run run = new Run(reader, from, end);
        while (run.wanted()) {
            Segment segment = chain.holding(run.next);
            if (segment == null) {
                run.gap(Math.min(end, chain.firstOffset()), removed());
            } else if (run.next >= segment.nextOffset()) {
                Segment following = chain.after(segment);
                long to = following == null ? end : Math.min(end, following.baseOffset());
                run.gap(to, missing(segment));
            } else {
                readSegment(segment, run);
            }
        }
        return run.next;
    }

    /** Where a reading is. */
    private static final class Run {
        private final RecordReader reader;
        private final long end;
        private long next;
        private boolean enough;

        Run(RecordReader reader, long from, long end) {
            this.reader = reader;
            this.next = from;
            this.end = end;
        }

        boolean wanted() {
            return !enough && next < end;
        }

        void gap(long to, IOException why) throws IOException {
            long from = next;
            next = to;
            if (!reader.gap(from, to, why)) {
                enough = true;
            }
        }

        void record(Scan scan) throws IOException {
            next = scan.offset() + 1;
            if (!reader.record(scan.offset(), scan.epochMillis(), scan.payload())) {
                enough = true;
            }
        }
    }

    private void readSegment(Segment segment, Run run) throws IOException {
        long end = Math.min(run.end, segment.nextOffset());
        try (DiskFile file = home.node().handles().of(segment)) {
            SegmentIndex index = home.node().indexes().of(home, segment);
            Scan scan = new Scan(file, segment.header.salt(), begin(segment, index, run.next));
            while (run.wanted() && run.next < end) {
                Damage damage = step(scan, segment, run.next, end);
                if (damage != null) {
                    run.gap(damage.next, damage.why);
                }
                if (!run.enough && (damage == null || damage.next < end)) {
                    run.record(scan);
                }
            }
        } catch (NoSuchFileException e) {
            run.gap(end, gone(segment, end));
        }
    }

    private static long begin(Segment segment, SegmentIndex index, long offset) {
        int block = index.blockOf(offset);
        return block < 0 ? segment.start() : index.position(block);
    }

    /** Records before {@code next} cannot be read. */
    record Damage(long next, IOException why) {}

    /**
     * Steps to the record {@code wanted}, or to the first after it that can be read.
     *
     * @return null if it is the wanted one; otherwise what is in between, up to {@code end} if
     *     there is none
     */
    @Nullable Damage step(Scan scan, Segment segment, long wanted, long end) throws IOException {
        long at = scan.position();
        String detail = null;
        IOException fault = null;
        Scan.Found found = scan.next();
        while (found == Scan.Found.DAMAGE || found == Scan.Found.RECORD && scan.offset() < wanted) {
            if (found == Scan.Found.RECORD) {
                at = scan.position();
                detail = null;
                fault = null;
                found = scan.next();
            } else {
                detail = scan.detail();
                fault = scan.fault();
                found = resume(scan, segment, at);
            }
        }
        if (found == Scan.Found.RECORD && scan.offset() == wanted) {
            return null;
        }
        if (detail == null) {
            if (found == Scan.Found.SEAL && scan.offset() > wanted) {
                return new Damage(end, lost()); // reported when it was sealed like this
            }
            detail =
                    switch (found) {
                        case RECORD -> "offset " + scan.offset() + ", expected " + wanted;
                        case SEAL -> "sealed at " + scan.offset() + ", expected " + wanted;
                        case END, DAMAGE -> "the file ends, expected offset " + wanted;
                    };
        }
        if (found != Scan.Found.RECORD && fault != null && !isReadable(scan, segment)) {
            throw fault; // the disk is away, and with it more than these records
        }
        long next = found == Scan.Found.RECORD ? Math.min(end, scan.offset()) : end;
        return damage(segment, at, detail, next);
    }

    private static boolean isReadable(Scan scan, Segment segment) throws IOException {
        scan.seek(segment.start());
        return scan.next() == Scan.Found.RECORD;
    }

    /**
     * Steps to the next record that checks: the one that the damaged one's length leads to, or a
     * block's first.
     */
    private Scan.Found resume(Scan scan, Segment segment, long at) throws IOException {
        long behind = scan.positionBehindDamage();
        if (behind > at) {
            scan.seek(behind);
            if (scan.next() == Scan.Found.RECORD) {
                return Scan.Found.RECORD;
            }
        }
        SegmentIndex index = home.node().indexes().of(home, segment);
        for (int block = index.blockFrom(at + 1); block < index.blockCount(); block++) {
            scan.seek(index.position(block));
            if (scan.next() == Scan.Found.RECORD) {
                return Scan.Found.RECORD;
            }
        }
        return Scan.Found.END;
    }

    private Damage damage(Segment segment, long position, String detail, long next) {
        CorruptJournalException why = new CorruptJournalException(segment.path, position, detail);
        if (reported.size() < MAX_REPORTED && reported.add(segment.path + ":" + position)) {
            home.events()
                    .emit(
                            new JournalEvent.Corrupt(
                                    home.shard(), segment.path.toString(), position, detail));
        }
        return new Damage(next, why);
    }

    IOException gone(Segment segment, long end) {
        return segment.isRemoved() ? removed() : damage(segment, 0, "the file is gone", end).why;
    }

    IOException removed() {
        return new IOException("retention removed records of shard " + home.shard());
    }

    private IOException lost() {
        return new IOException(
                "records of shard " + home.shard() + " were lost before they were synced");
    }

    IOException missing(Segment before) {
        return new CorruptJournalException(
                home.segment(before.nextOffset()), 0, "the file is missing");
    }

    /**
     * Just the records at {@code offsets}, which ascend, from index {@code from} to before {@code
     * to}.
     */
    void readEach(long[] offsets, int from, int to, RecordReader reader) throws IOException {
        long end = chain.nextOffset();
        int at = from;
        boolean more = true;
        while (more && at < to && offsets[at] < end) {
            Segment segment = chain.holding(offsets[at]);
            if (segment == null) {
                more = reader.gap(offsets[at], offsets[at] + 1, removed());
                at++;
            } else if (offsets[at] >= segment.nextOffset()) {
                more = reader.gap(offsets[at], offsets[at] + 1, missing(segment));
                at++;
            } else {
                at = readEachOf(segment, offsets, at, to, reader);
                more = at >= 0;
            }
        }
    }

    /** The index to go on from; -1 if the reader has enough. */
    private int readEachOf(Segment segment, long[] offsets, int from, int to, RecordReader reader)
            throws IOException {
        long end = Math.min(segment.nextOffset(), chain.nextOffset());
        int i = from;
        try (DiskFile file = home.node().handles().of(segment)) {
            SegmentIndex index = home.node().indexes().of(home, segment);
            Scan scan = new Scan(file, segment.header.salt(), begin(segment, index, offsets[i]));
            for (; i < to && offsets[i] < end; i++) {
                long begin = begin(segment, index, offsets[i]);
                if (begin - scan.position() > NEAR_BYTES) {
                    scan.seek(begin);
                }
                Damage damage = step(scan, segment, offsets[i], end);
                boolean more;
                if (damage == null) {
                    more = reader.record(offsets[i], scan.epochMillis(), scan.payload());
                } else {
                    more = reader.gap(offsets[i], offsets[i] + 1, damage.why);
                    scan.seek(begin);
                }
                if (!more) {
                    return -1;
                }
            }
            return i;
        } catch (NoSuchFileException e) {
            return reader.gap(offsets[i], offsets[i] + 1, gone(segment, end)) ? i + 1 : -1;
        }
    }

    /** The first record at or after {@code epochMillis}; {@code end} if there is none. */
    long offsetAt(long epochMillis, long end) {
        for (Segment segment : chain.all()) {
            if (segment.latestMillis() >= epochMillis) {
                return offsetIn(segment, epochMillis, end);
            }
        }
        return end;
    }

    private long offsetIn(Segment segment, long epochMillis, long end) {
        long blockStart = segment.baseOffset();
        try {
            SegmentIndex index = home.node().indexes().of(home, segment);
            int block = index.blockAt(epochMillis);
            blockStart = block < 0 ? blockStart : index.offset(block);
            long[] found = {end};
            read(
                    blockStart,
                    Math.min(end, segment.nextOffset()),
                    (offset, millis, payload) -> {
                        if (millis >= epochMillis) {
                            found[0] = offset;
                        }
                        return millis < epochMillis;
                    });
            return found[0];
        } catch (IOException e) {
            return blockStart; // earlier than asked for, so that nothing is missed
        }
    }

    /** Whole frames of one segment from record {@code from} on; null if it is not there. */
    @Nullable Region region(long from, int maxBytes) throws IOException {
        Segment segment = chain.holding(from);
        long bytesReadable = segment == null ? 0 : segment.bytes();
        if (segment == null || from >= Math.min(segment.nextOffset(), chain.nextOffset())) {
            return null;
        }
        long end = Math.min(segment.nextOffset(), chain.nextOffset());
        DiskFile file = home.disk().openToRead(segment.path);
        FileChannel channel = file.channel();
        boolean given = false;
        try {
            if (channel == null) {
                throw new IOException(segment.path + " is no file of the system");
            }
            SegmentIndex index = home.node().indexes().of(home, segment);
            Scan scan = new Scan(file, segment.header.salt(), begin(segment, index, from));
            long start = scan.position();
            long next = from;
            while (next == from || scan.position() < bytesReadable && next < end) {
                long at = scan.position();
                Damage damage = step(scan, segment, next, end);
                if (damage != null && next == from) {
                    throw damage.why;
                }
                if (damage != null || next > from && scan.position() - start > maxBytes) {
                    scan.seek(at);
                    break;
                }
                start = next == from ? scan.frameStart() : start;
                next++;
            }
            given = true;
            return new Region(channel, start, (int) (scan.position() - start), next);
        } finally {
            if (!given) {
                file.close();
            }
        }
    }
}
