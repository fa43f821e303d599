package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An event as the store keeps it. Its number is not in it: it is the offset of its record.
 *
 * <pre>
 *   0         1          2                                34
 *   | version | severity | 4 × count 8, big-endian        | JSON, UTF-8
 * </pre>
 *
 * <p>The counts say how many events of DEBUG, INFO, WARN and ERROR were stored so far, this one
 * included: from two places in the store follows how many a sink has still to be sent.
 *
 * @param counts by {@link Severity#ordinal}
 * @param json an object of events.schema.json, but without seq
 */
public record StoredEvent(Severity severity, long[] counts, byte[] json) {
    public static final int HEADER_BYTES = 2 + 8 * Severity.values().length;

    private static final byte VERSION = 1;
    private static final Severity[] SEVERITIES = Severity.values();
    private static final byte[] SEQ = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);

    /** As a record of the store. */
    public byte[] encoded() {
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + json.length);
        record.put(VERSION).put((byte) severity.ordinal());
        for (long count : counts) {
            record.putLong(count);
        }
        return record.put(json).array();
    }

    /**
     * @param record its position is not moved
     * @throws IOException if it is none, or one of a newer node
     */
    public static StoredEvent decoded(ByteBuffer record) throws IOException {
        ByteBuffer in = record.duplicate();
        if (in.remaining() < HEADER_BYTES) {
            throw new IOException(
                    "an event has at least " + HEADER_BYTES + " bytes, was " + in.remaining());
        }
        byte version = in.get();
        int severity = in.get();
        if (version != VERSION || severity < 0 || severity >= SEVERITIES.length) {
            throw new IOException(
                    "an event of version "
                            + version
                            + " and severity "
                            + severity
                            + ", known is "
                            + VERSION);
        }
        long[] counts = new long[SEVERITIES.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.getLong();
        }
        byte[] json = new byte[in.remaining()];
        in.get(json);
        return new StoredEvent(SEVERITIES[severity], counts, json);
    }

    /** The JSON with its number in front. */
    public byte[] json(long seq) {
        byte[] number = Long.toString(seq).getBytes(StandardCharsets.US_ASCII);
        byte[] whole = new byte[SEQ.length + number.length + json.length];
        System.arraycopy(SEQ, 0, whole, 0, SEQ.length);
        System.arraycopy(number, 0, whole, SEQ.length, number.length);
        whole[SEQ.length + number.length] = ',';
        System.arraycopy(json, 1, whole, SEQ.length + number.length + 1, json.length - 1);
        return whole;
    }
}
