package io.robustmq.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads all of a segment file that nobody writes, for those who look at it. */
final class SegmentWalk {
    /** Is shown each whole record. */
    interface Visitor {
        /** Whether more are wanted. */
        boolean record(Scan record);
    }

    /**
     * Records that cannot be read.
     *
     * @param firstLost the first of them
     * @param afterLost the one after the last
     */
    record Hole(long position, long firstLost, long afterLost, String detail) {}

    /**
     * What the file holds.
     *
     * @param end where the first byte that is no frame is, and no frame is behind it
     * @param nextOffset after the last record; if it is sealed, where the next segment begins
     * @param firstMillis of the first record, {@code Long.MAX_VALUE} if there is none
     * @param latestMillis of all, {@code Long.MIN_VALUE} if there is none
     * @param tail what is wrong at {@code end}; null if the file or only zeros end there
     */
    record Facts(
            long size,
            long end,
            long records,
            long nextOffset,
            boolean sealed,
            long firstMillis,
            long latestMillis,
            @Nullable String tail,
            List<Hole> holes) {}

    private final DiskFile file;
    private final SegmentHeader header;
    private final boolean mayBeTorn;
    private final List<Hole> holes = new ArrayList<>();
    private long next;
    private long records;
    private long firstMillis = Long.MAX_VALUE;
    private long latestMillis = Long.MIN_VALUE;
    private boolean sealed;

    /**
     * @param mayBeTorn as {@link SegmentCheck} has it
     */
    SegmentWalk(DiskFile file, SegmentHeader header, boolean mayBeTorn) {
        this.file = file;
        this.header = header;
        this.mayBeTorn = mayBeTorn;
        next = header.baseOffset();
    }

    Facts walk(Visitor visitor) throws IOException {
        long size = file.size();
        Resync resync = new Resync(file, header.salt(), size);
        Scan scan = new Scan(file, header.salt(), SegmentHeader.bytes(header.shard()));
        String tail = null;
        boolean more = true;
        while (more) {
            long at = scan.position();
            Scan.Found found = scan.next();
            switch (found) {
                case RECORD, SEAL -> {
                    if (sealed || scan.offset() < next) {
                        tail = "offset " + scan.offset() + (sealed ? " after the seal" : "");
                        scan.seek(at);
                        more = false;
                    } else {
                        more = take(scan, found, at, visitor);
                    }
                }
                case END -> more = false;
                case DAMAGE -> {
                    boolean torn = mayBeTorn && !resync.wasSynced(at, next);
                    long whole = torn || sealed ? -1 : resync.wholeAfter(at, next);
                    if (whole < 0) {
                        tail = resync.isZero(at) ? null : scan.detail();
                        more = false;
                    } else {
                        String detail = scan.detail();
                        scan.seek(whole);
                        skip(at, detail, whole);
                    }
                }
            }
        }
        return new Facts(
                size,
                scan.position(),
                records,
                next,
                sealed,
                firstMillis,
                latestMillis,
                tail,
                holes);
    }

    private boolean take(Scan scan, Scan.Found found, long at, Visitor visitor) {
        if (found == Scan.Found.SEAL) {
            sealed = true;
            next = scan.offset();
            return true;
        }
        if (scan.offset() > next) {
            holes.add(
                    new Hole(
                            at,
                            next,
                            scan.offset(),
                            "offset " + scan.offset() + ", expected " + next));
        }
        records++;
        firstMillis = records == 1 ? scan.epochMillis() : firstMillis;
        latestMillis = Math.max(latestMillis, scan.epochMillis());
        next = scan.offset() + 1;
        return visitor.record(scan);
    }

    private void skip(long at, String detail, long whole) throws IOException {
        Scan peek = new Scan(file, header.salt(), whole);
        peek.next();
        holes.add(new Hole(at, next, peek.offset(), detail));
        next = peek.offset();
    }
}
