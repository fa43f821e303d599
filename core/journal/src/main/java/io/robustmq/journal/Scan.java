package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the frames of a segment one after the other, and checks each. One thread; the file is the
 * caller's to close.
 */
final class Scan {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** What stands where a frame is expected. */
    sealed interface Found {
        /** A whole record; its payload is {@link Scan#payload} until the next step. */
        record Entry(Frame.Stamp stamp) implements Found {}

        record Seal(long nextOffset) implements Found {}

        /** The file ends, right after a frame. */
        record End() implements Found {}

        /** No frame: what was found, and what should have been there. */
        record Damage(String detail) implements Found {}
    }

    private final DiskFile file;
    private long position;

    /** Holds the file's bytes from {@link #position} on, between its position and limit. */
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

    private int payloadStart;
    private int payloadBytes;

    Scan(DiskFile file, long position) {
        this.file = file;
        this.position = position;
    }

    /** Of the next frame, or of the damage. */
    long position() {
        return position;
    }

    /** Of the record just found; a copy. */
    byte[] payload() {
        byte[] copy = new byte[payloadBytes];
        buffer.get(payloadStart, copy);
        return copy;
    }

    /** Steps over a record or a seal; stays before damage and the end. */
    Found next() throws IOException {
        int available = fill(Frame.HEADER_BYTES);
        if (available == 0) {
            return new Found.End();
        }
        if (available < Frame.HEADER_BYTES) {
            return new Found.Damage(
                    available + " bytes, a record has at least " + Frame.HEADER_BYTES);
        }
        int length = buffer.getInt(buffer.position() + Frame.LENGTH_AT);
        if (length != Frame.SEAL && (length < 0 || length > Journal.MAX_PAYLOAD_BYTES)) {
            return new Found.Damage(
                    "length " + length + ", at most " + Journal.MAX_PAYLOAD_BYTES + " is possible");
        }
        int payload = Math.max(length, 0);
        int frameBytes = Frame.HEADER_BYTES + payload;
        available = fill(frameBytes);
        if (available < frameBytes) {
            return new Found.Damage(
                    "the file ends " + available + " bytes into a record of " + frameBytes);
        }
        int start = buffer.position();
        int stored = buffer.getInt(start + Frame.CRC_AT);
        int computed = Frame.crc(buffer, start, start + frameBytes);
        if (stored != computed) {
            return new Found.Damage(
                    "crc32c "
                            + Integer.toHexString(computed)
                            + ", stored is "
                            + Integer.toHexString(stored));
        }
        payloadStart = start + Frame.HEADER_BYTES;
        payloadBytes = payload;
        buffer.position(start + frameBytes);
        position += frameBytes;
        long offset = buffer.getLong(start + Frame.OFFSET_AT);
        if (length == Frame.SEAL) {
            return new Found.Seal(offset);
        }
        long synced = buffer.getLong(start + Frame.SYNCED_AT);
        long millis = buffer.getLong(start + Frame.MILLIS_AT);
        return new Found.Entry(new Frame.Stamp(offset, synced, millis));
    }

    /** Has {@code wanted} bytes in the buffer, or all that the file has; how many there are. */
    private int fill(int wanted) throws IOException {
        if (buffer.remaining() >= wanted) {
            return buffer.remaining();
        }
        ByteBuffer target = buffer;
        if (wanted > buffer.capacity()) {
            target = ByteBuffer.allocate(wanted).put(buffer);
        } else {
            target.compact();
        }
        while (target.position() < wanted) {
            if (file.read(target, position + target.position()) < 0) {
                break;
            }
        }
        buffer = target.flip();
        return buffer.remaining();
    }
}
