package io.robustmq.journal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * How a record lies in a segment. Big-endian.
 *
 * <pre>
 *   0        4        8               16              24              32
 *   | length | crc32c | offset        | synced        | epoch millis  | payload ... |
 * </pre>
 *
 * <p>{@code length} counts the payload; -1 marks the seal, the last frame of a full segment, whose
 * offset is that of the next segment. The crc covers all but itself, so a torn write and a stray
 * block both fail the same check, and zeros (a file made longer before its bytes arrived) fail too.
 *
 * <p>{@code synced}: every record below this offset had been synced when this one was written. It
 * tells a torn tail from damage: bytes that do not check are damage if a whole record after them
 * says that they had been synced, and otherwise a write that a crash cut short.
 */
final class Frame {
    static final int HEADER_BYTES = 32;
    static final int SEAL = -1;

    static final int LENGTH_AT = 0;
    static final int CRC_AT = 4;
    static final int OFFSET_AT = 8;
    static final int SYNCED_AT = 16;
    static final int MILLIS_AT = 24;

    private static final byte[] NOTHING = {};

    private Frame() {}

    static long bytes(byte[] payload) {
        return HEADER_BYTES + (long) payload.length;
    }

    /** Appends a record to {@code out}. */
    static void record(ByteBuffer out, Stamp stamp, byte[] payload) {
        put(out, payload.length, stamp, payload);
    }

    /** Appends the seal of a segment that ends before {@code stamp.offset}. */
    static void seal(ByteBuffer out, Stamp stamp) {
        put(out, SEAL, stamp, NOTHING);
    }

    private static void put(ByteBuffer out, int length, Stamp stamp, byte[] payload) {
        int start = out.position();
        out.putInt(length)
                .putInt(0)
                .putLong(stamp.offset)
                .putLong(stamp.synced)
                .putLong(stamp.epochMillis)
                .put(payload);
        out.putInt(start + CRC_AT, crc(out, start, out.position()));
    }

    /** The checksum that the frame in bytes {@code start} to {@code end} should have. */
    static int crc(ByteBuffer frame, int start, int end) {
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(start + LENGTH_AT, CRC_AT - LENGTH_AT));
        crc.update(frame.slice(start + OFFSET_AT, end - start - OFFSET_AT));
        return (int) crc.getValue();
    }

    /** The numbers in front of a payload. */
    record Stamp(long offset, long synced, long epochMillis) {}
}
