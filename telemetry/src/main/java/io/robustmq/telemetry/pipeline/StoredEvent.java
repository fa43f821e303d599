package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An event as the store keeps it. Its number is not in it: it is the offset of its record.
 *
 * <pre>
 *   0             1          2        3                                43
 *   | version (2) | severity | traced | 5 × count 8, big-endian        | JSON, UTF-8
 * </pre>
 *
 * <p>The counts say how many events were stored so far, this one included, by the ordinal of {@link
 * Counted}: from two places in the store follows how many a sink has still to be sent. Version 1
 * knew no traced ones, and had neither their flag nor their count; it is still read.
 *
 * @param traced taken because of a trace on demand, and so for every sink
 * @param counts by the ordinal of {@link Counted}
 * @param json an object of events.schema.json, but without seq
 */
public record StoredEvent(Severity severity, boolean traced, long[] counts, byte[] json) {
    private static final byte VERSION = 2;
    private static final byte UNTRACED_VERSION = 1;
    private static final int COUNTS = Counted.values().length;
    private static final int HEADER_BYTES = 3 + 8 * COUNTS;
    private static final int UNTRACED_HEADER_BYTES = 2 + 8 * (COUNTS - 1);
    private static final int SEVERITY_AT = 1;
    private static final Severity[] SEVERITIES = Severity.values();
    private static final byte[] SEQ = "{\"seq\":".getBytes(StandardCharsets.US_ASCII);

    /** As a record of the store. */
    public byte[] encoded() {
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + json.length);
        record.put(VERSION).put((byte) severity.ordinal()).put((byte) (traced ? 1 : 0));
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
        int jsonAt = jsonAt(in);
        Severity severity = severity(in);
        boolean isUntraced = in.get(in.position()) == UNTRACED_VERSION;
        boolean traced = !isUntraced && in.get(in.position() + SEVERITY_AT + 1) != 0;
        long[] counts = new long[COUNTS];
        int before = SEVERITY_AT + (isUntraced ? 1 : 2);
        for (int i = 0; before + 8 * i < jsonAt; i++) {
            counts[i] = in.getLong(in.position() + before + 8 * i);
        }
        byte[] json = new byte[in.remaining() - jsonAt];
        in.get(in.position() + jsonAt, json);
        return new StoredEvent(severity, traced, counts, json);
    }

    /**
     * How far behind its position a record has its JSON.
     *
     * @throws IOException if it is none, or one of a newer node
     */
    public static int jsonAt(ByteBuffer record) throws IOException {
        if (record.remaining() < UNTRACED_HEADER_BYTES) {
            throw new IOException(
                    "an event has at least "
                            + UNTRACED_HEADER_BYTES
                            + " bytes, was "
                            + record.remaining());
        }
        int version = record.get(record.position());
        int jsonAt =
                switch (version) {
                    case UNTRACED_VERSION -> UNTRACED_HEADER_BYTES;
                    case VERSION -> HEADER_BYTES;
                    default ->
                            throw new IOException(
                                    "an event of version " + version + ", known is " + VERSION);
                };
        if (record.remaining() < jsonAt) {
            throw new IOException(
                    "an event of version "
                            + version
                            + " has at least "
                            + jsonAt
                            + " bytes, was "
                            + record.remaining());
        }
        return jsonAt;
    }

    /** Of a record, without decoding it. */
    public static Severity severity(ByteBuffer record) throws IOException {
        int severity = record.get(record.position() + SEVERITY_AT);
        if (severity < 0 || severity >= SEVERITIES.length) {
            throw new IOException("an event of severity " + severity + ", there is none");
        }
        return SEVERITIES[severity];
    }

    Counted counted() {
        return Counted.of(severity, traced);
    }

    /** The counts of all that was stored before it. */
    public long[] countsBefore() {
        long[] before = counts.clone();
        before[counted().ordinal()]--;
        return before;
    }

    /**
     * Whether none of the {@code events} after {@code earlier}, up to this one, is of that severity
     * or above; false also if that is not known.
     */
    public boolean isNoneSince(StoredEvent earlier, Severity least, long events) {
        long all = Arrays.stream(counts).sum() - Arrays.stream(earlier.counts).sum();
        long wanted = Place.count(counts, least) - Place.count(earlier.counts, least);
        // counts that began anew in between say nothing
        return wanted == 0 && all == events;
    }

    /** How many events were stored before this record of one, itself included. */
    static long ordinal(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        long sum = 0;
        for (int at = HEADER_BYTES - 8 * COUNTS; at < HEADER_BYTES; at += 8) {
            sum += in.getLong(at);
        }
        return sum;
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
