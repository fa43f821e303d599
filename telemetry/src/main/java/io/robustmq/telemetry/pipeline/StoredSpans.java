package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Some spans as the store keeps them.
 *
 * <pre>
 *   0             1                 9         13
 *   | version (1) | total, 8        | count, 4 | ExportTraceServiceRequest of OTLP, protobuf
 * </pre>
 *
 * @param total how many spans were stored so far, these included: from two places in the store
 *     follows how many are between them, also if the records cannot be read
 * @param count how many these are
 */
public record StoredSpans(long total, int count, byte[] request) {
    private static final byte VERSION = 1;
    private static final int HEADER_BYTES = 13;

    /** As a record of the store. */
    public byte[] encoded() {
        return ByteBuffer.allocate(HEADER_BYTES + request.length)
                .put(VERSION)
                .putLong(total)
                .putInt(count)
                .put(request)
                .array();
    }

    /**
     * @param record its position is not moved
     * @throws IOException if it is none, or one of a newer node
     */
    public static StoredSpans decoded(ByteBuffer record) throws IOException {
        ByteBuffer in = record.duplicate();
        if (in.remaining() < HEADER_BYTES) {
            throw new IOException(
                    "spans have at least " + HEADER_BYTES + " bytes, was " + in.remaining());
        }
        byte version = in.get();
        if (version != VERSION) {
            throw new IOException("spans of version " + version + ", known is " + VERSION);
        }
        long total = in.getLong();
        int count = in.getInt();
        if (count < 0 || total < count) {
            throw new IOException(count + " spans of " + total);
        }
        byte[] request = new byte[in.remaining()];
        in.get(request);
        return new StoredSpans(total, count, request);
    }

    /** How many spans were stored before these. */
    public long totalBefore() {
        return total - count;
    }
}
