package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Looks for a whole frame somewhere behind damage, byte by byte. */
final class Resync {
    private static final int WINDOW_BYTES = 1 << 20;

    private final DiskFile file;
    private final int salt;
    private final long size;

    Resync(DiskFile file, int salt, long size) {
        this.file = file;
        this.salt = salt;
        this.size = size;
    }

    /** The first whole frame from {@code from} on, of a later offset than {@code next}; or -1. */
    long wholeAfter(long from, long next) throws IOException {
        return find(from, next, false);
    }

    /**
     * Whether a whole frame from {@code from} on was written when the record {@code next} had been
     * synced.
     */
    boolean wasSynced(long from, long next) throws IOException {
        return find(from, next, true) >= 0;
    }

    private long find(long begin, long next, boolean provesSync) throws IOException {
        long mostAfter = (size - begin) / Frame.MIN_RECORD_BYTES + 1;
        ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size - begin));
        for (long from = begin; from < size; ) {
            window.clear();
            while (window.hasRemaining() && file.read(window, from + window.position()) >= 0) {}
            int starts = window.flip().limit() - Frame.HEADER_BYTES;
            for (int at = 0; at <= starts; at++) {
                long offset = window.getLong(at + Frame.OFFSET_AT);
                long synced = window.getLong(at + Frame.SYNCED_AT);
                boolean possible =
                        offset > next
                                && offset - next <= mostAfter
                                && synced <= offset
                                && (synced > next || !provesSync);
                if (possible && isWhole(from + at)) {
                    return from + at;
                }
            }
            if (starts < 0) {
                return -1;
            }
            from += starts + 1;
        }
        return -1;
    }

    private boolean isWhole(long position) throws IOException {
        Scan.Found found = new Scan(file, salt, position).next();
        return found == Scan.Found.RECORD || found == Scan.Found.SEAL;
    }

    /** Whether there are only zeros from {@code from} on: bytes that never arrived. */
    boolean isZero(long from) throws IOException {
        ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size - from));
        for (long at = from; at < size; ) {
            window.clear();
            if (file.read(window, at) < 0) {
                return true;
            }
            at += window.flip().remaining();
            while (window.remaining() >= Long.BYTES) {
                if (window.getLong() != 0) {
                    return false;
                }
            }
            while (window.hasRemaining()) {
                if (window.get() != 0) {
                    return false;
                }
            }
        }
        return true;
    }
}
