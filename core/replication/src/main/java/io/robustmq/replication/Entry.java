package io.robustmq.replication;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A record of a replicated shard; each replica keeps the same bytes. Its crc is made by the writer
 * and goes with it to every disk and every reader.
 *
 * <pre>
 *   0        4        8              16        17        17+4k
 *   | length | crc32c | epoch millis | keys: k | key ... | payload ... |
 * </pre>
 *
 * <p>{@code length} counts what follows the crc, which is that of all that follows it.
 */
public final class Entry {
    /** A payload at most; the journal's own bound, and that of a message, is a little more. */
    public static final int MAX_PAYLOAD_BYTES = (16 << 20) - (64 << 10);

    public static final int MAX_KEYS = 8;

    static final int HEADER_BYTES = 8;
    static final int MIN_LENGTH = 9;

    private final long epochMillis;
    private final int[] keys;
    private final byte[] payload;
    private final int crc;

    private Entry(long epochMillis, int[] keys, byte[] payload, int crc) {
        this.epochMillis = epochMillis;
        this.keys = keys;
        this.payload = payload;
        this.crc = crc;
    }

    /**
     * @param epochMillis when the writer took it, milliseconds since 1970
     * @param payload not to be changed afterwards
     * @param keys hashes to find the record by
     */
    public static Entry of(long epochMillis, byte[] payload, int... keys) {
        if (payload.length > MAX_PAYLOAD_BYTES || keys.length > MAX_KEYS) {
            throw new IllegalArgumentException(
                    "a record holds at most "
                            + MAX_PAYLOAD_BYTES
                            + " bytes and "
                            + MAX_KEYS
                            + " keys, was "
                            + payload.length
                            + " and "
                            + keys.length);
        }
        return new Entry(epochMillis, keys, payload, crc(epochMillis, keys, payload));
    }

    /** As it came from a disk or another node; to be {@link #isWhole checked}. */
    static Entry stored(long epochMillis, int[] keys, byte[] payload, int crc) {
        return new Entry(epochMillis, keys, payload, crc);
    }

    private static int crc(long epochMillis, int[] keys, byte[] payload) {
        ByteBuffer head = ByteBuffer.allocate(MIN_LENGTH + keys.length * Integer.BYTES);
        head.putLong(epochMillis).put((byte) keys.length);
        for (int key : keys) {
            head.putInt(key);
        }
        CRC32C crc = new CRC32C();
        crc.update(head.flip());
        crc.update(payload);
        return (int) crc.getValue();
    }

    boolean isWhole() {
        return crc == crc(epochMillis, keys, payload);
    }

    public long epochMillis() {
        return epochMillis;
    }

    public byte[] payload() {
        return payload;
    }

    int[] keys() {
        return keys;
    }

    int crc() {
        return crc;
    }

    /** With everything around the payload. */
    public int bytes() {
        return HEADER_BYTES + MIN_LENGTH + keys.length * Integer.BYTES + payload.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry
                && epochMillis == entry.epochMillis
                && crc == entry.crc
                && Arrays.equals(keys, entry.keys)
                && Arrays.equals(payload, entry.payload);
    }

    @Override
    public int hashCode() {
        return crc;
    }
}
