package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Looks for a whole frame somewhere behind damage, byte by byte. */
final class Resync {
    private static final int WINDOW_BYTES = 1 << 20;

    /** What a disk cannot read at once, at least. */
    private static final int UNREADABLE_BYTES = 512;

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
            int starts = read(window, from) - Frame.HEADER_BYTES;
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
            from = starts < 0 ? from + UNREADABLE_BYTES : from + starts + 1;
        }
        return -1;
    }

    /** How many bytes there are from {@code from} on that can be read. */
    private int read(ByteBuffer window, long from) throws IOException {
        window.clear();
        try {
            while (window.hasRemaining() && file.read(window, from + window.position()) >= 0) {}
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            // what was read before may be something
        }
        return window.flip().remaining();
    }

    private boolean isWhole(long position) throws IOException {
        Scan.Found found = new Scan(file, salt, position).next();
        return found == Scan.Found.RECORD || found == Scan.Found.SEAL;
    }

    /** Whether there are only zeros from {@code from} on: bytes that never arrived. */
    boolean isZero(long from) throws IOException {
        ByteBuffer window = ByteBuffer.allocate((int) Math.min(WINDOW_BYTES, size - from));
        for (long at = from; at < size; ) {
            int bytes = read(window, at);
            if (bytes == 0) {
                return false;
            }
            at += bytes;
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
