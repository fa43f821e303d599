package io.robustmq.journal;

/**
 * How a record lies in a segment. Big-endian.
 *
 * <pre>
 *   0        4        8        16       24             32         33         33+4k
 *   | length | crc32c | offset | synced | epoch millis | keys: k  | key ...  | payload ... |
 * </pre>
 *
 * <p>{@code length} counts what follows the epoch millis; -1 marks the seal, the last frame of a
 * full segment, whose offset is that of the next segment and which ends there. The crc is that of
 * the whole frame with the segment's salt where the crc stands. So a torn write, a stray block of
 * another file and a payload that imitates a frame all fail the same check, and zeros (a file made
 * longer before its bytes arrived) fail too.
 *
 * <p>{@code synced}: every record below this offset had been synced when this one was written. It
 * tells a torn tail from damage: bytes that do not check are damage if a whole record after them
 * says that they had been synced, and otherwise a write that a crash cut short.
 */
final class Frame {
    static final int HEADER_BYTES = 32;
    static final int KEY_BYTES = 4;

    /** Of a record without keys and payload. */
    static final int MIN_RECORD_BYTES = HEADER_BYTES + 1;

    static final int MAX_LENGTH = 1 + Append.MAX_KEYS * KEY_BYTES + Journal.MAX_PAYLOAD_BYTES;
    static final int SEAL = -1;

    static final int LENGTH_AT = 0;
    static final int CRC_AT = 4;
    static final int OFFSET_AT = 8;
    static final int SYNCED_AT = 16;
    static final int MILLIS_AT = 24;
    static final int KEYS_AT = 32;

    private Frame() {}

    static int bytes(int payloadBytes, int keys) {
        return MIN_RECORD_BYTES + keys * KEY_BYTES + payloadBytes;
    }
}
