package io.robustmq.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads all of a segment, checks it and makes its index. */
final class SegmentCheck {
    /** Bytes that are no frames, in front of a whole frame. */
    record Hole(long position, String detail) {}

    /**
     * What the frames come to.
     *
     * @param end where the first byte that is no frame is, and no frame is behind it
     * @param syncedEnd before it all had been synced when the last record was written
     * @param tail what is wrong at {@code end}; null if the file or only zeros end there
     */
    record Checked(
            SegmentIndex index,
            long size,
            long end,
            long nextOffset,
            long syncedEnd,
            boolean sealed,
            @Nullable String tail,
            List<Hole> holes) {}

    private final DiskFile file;
    private final SegmentHeader header;
    private final boolean mayBeTorn;
    private final SegmentIndex index;
    private final List<Hole> holes = new ArrayList<>();
    private long next;
    private boolean sealed;

    /**
     * @param mayBeTorn whether a crash may have cut its last write short: then bytes are damage
     *     only if what is behind them proves that they had been synced
     */
    SegmentCheck(DiskFile file, SegmentHeader header, boolean mayBeTorn) {
        this.file = file;
        this.header = header;
        this.mayBeTorn = mayBeTorn;
        index = new SegmentIndex(header.baseOffset());
        next = header.baseOffset();
    }

    Checked check() throws IOException {
        long size = file.size();
        Resync resync = new Resync(file, header.salt(), size);
        Scan scan = new Scan(file, header.salt(), SegmentHeader.bytes(header.shard()));
        long synced = header.baseOffset();
        String tail = null;
        boolean more = true;
        while (more) {
            long at = scan.position();
            Scan.Found found = scan.next();
            boolean fits = !sealed && scan.position() > at && scan.offset() >= next;
            if (fits && found == Scan.Found.RECORD && scan.offset() > next) {
                holes.add(new Hole(at, "offset " + scan.offset() + ", expected " + next));
            }
            switch (found) {
                case RECORD, SEAL -> {
                    if (fits) {
                        synced = Math.max(synced, scan.synced());
                        take(scan, found, at);
                    } else {
                        tail = "offset " + scan.offset() + (sealed ? " after the seal" : "");
                        scan.seek(at);
                        more = false;
                    }
                }
                case END -> more = false;
                case DAMAGE -> {
                    long whole = behind(resync, at);
                    IOException fault = scan.fault();
                    if (whole < 0 && fault != null && mayBeTorn) {
                        throw fault; // it may be acknowledged, and is not to be cut off
                    }
                    if (whole < 0) {
                        tail = resync.isZero(at) ? null : scan.detail();
                        more = false;
                    } else {
                        holes.add(new Hole(at, scan.detail()));
                        scan.seek(whole);
                        // the jump of the offset belongs to this hole
                        next = peekedOffset(whole);
                    }
                }
            }
        }
        return new Checked(
                index,
                size,
                scan.position(),
                next,
                endOfSynced(synced, scan.position()),
                sealed,
                tail,
                holes);
    }

    private void take(Scan scan, Scan.Found found, long at) {
        if (found == Scan.Found.SEAL) {
            sealed = true;
            next = scan.offset();
            return;
        }
        int position = (int) at;
        index.add(scan.offset(), position, scan.epochMillis());
        for (int i = 0; i < scan.keyCount(); i++) {
            index.addKey(scan.key(i), position);
        }
        next = scan.offset() + 1;
    }

    /**
     * Where the next whole frame is if the bytes at {@code at} are damage; -1 if they may be torn.
     */
    private long behind(Resync resync, long at) throws IOException {
        boolean damage = !mayBeTorn || resync.wasSynced(at, next);
        return damage && !sealed ? resync.wholeAfter(at, next) : -1;
    }

    private long peekedOffset(long position) throws IOException {
        Scan peek = new Scan(file, header.salt(), position);
        peek.next();
        return peek.offset();
    }

    /**
     * The position of the record {@code synced}, or of a record a little before it; 0 if nothing
     * says that even the header was synced.
     */
    private long endOfSynced(long synced, long end) {
        if (synced == header.baseOffset()) {
            return 0;
        }
        return synced >= next ? end : index.position(Math.max(0, index.blockOf(synced)));
    }
}
