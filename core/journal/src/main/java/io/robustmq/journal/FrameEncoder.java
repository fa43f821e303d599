package io.robustmq.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Puts {@link Frame}s into a buffer that is kept outside the heap. One thread. */
final class FrameEncoder {
    /** A group's frames; a larger record is a group of its own, with a buffer of its own. */
    static final int GROUP_BYTES = 1 << 20;

    private static final int FIRST_BYTES = 16 << 10;

    private final CRC32C crc = new CRC32C();

    /** Kept; grows to what groups need. */
    private ByteBuffer usual = ByteBuffer.allocateDirect(FIRST_BYTES);

    private ByteBuffer out = usual;
    private int salt;

    /** Begins a group of frames that have {@code bytes} together. */
    void begin(int bytes, int segmentSalt) {
        if (bytes > GROUP_BYTES) {
            out = ByteBuffer.allocate(bytes);
        } else {
            if (bytes > usual.capacity()) {
                usual = ByteBuffer.allocateDirect(Integer.highestOneBit(2 * bytes - 1));
            }
            out = usual.clear();
        }
        salt = segmentSalt;
    }

    void record(Append append, long offset, long synced, long epochMillis) {
        byte[] payload = append.payload();
        int[] keys = append.keys();
        int start = out.position();
        head(1 + keys.length * Frame.KEY_BYTES + payload.length, offset, synced, epochMillis);
        out.put((byte) keys.length);
        for (int key : keys) {
            out.putInt(key);
        }
        out.put(payload);
        check(start);
    }

    /** The seal of a segment that ends before {@code next}. */
    void seal(long next, long epochMillis) {
        int start = out.position();
        head(Frame.SEAL, next, next, epochMillis);
        check(start);
    }

    /** The frames since {@link #begin}, valid until the next. */
    ByteBuffer frames() {
        return out.flip();
    }

    private void head(int length, long offset, long synced, long epochMillis) {
        out.putInt(length).putInt(salt).putLong(offset).putLong(synced).putLong(epochMillis);
    }

    private void check(int start) {
        int end = out.position();
        crc.reset();
        out.limit(end).position(start);
        crc.update(out);
        out.limit(out.capacity());
        out.putInt(start + Frame.CRC_AT, (int) crc.getValue());
    }
}
