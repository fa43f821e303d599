package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of a segment one after the other, and checks each. One thread; the file is the
 * caller's to close. Reads little at first and more as it goes on, so that a single record is cheap
 * and many are too.
 */
final class Scan {
    private static final int FIRST_READ_BYTES = 8 << 10;
    private static final int MOST_READ_BYTES = 256 << 10;

    /** What stands where a frame is expected. */
    enum Found {
        /** A whole record; the scan's methods tell it until the next step. */
        RECORD,
        /** The seal; {@link Scan#offset} is that of the next segment. */
        SEAL,
        /** The file ends, right after a frame. */
        END,
        /** No frame; {@link Scan#detail} says what was found, and what should have been there. */
        DAMAGE
    }

    private final DiskFile file;
    private final int salt;
    private final CRC32C crc = new CRC32C();
    private long position;

    /** Behind it nothing is wanted, as far as is known. */
    private long wantedEnd = Long.MAX_VALUE;

    /** Holds the file's bytes from {@link #position} on, between its position and limit. */
    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_READ_BYTES).limit(0);

    /** In the buffer; of the frame found last. */
    private int start;

    private int length;
    private String detail = "";

    /** Why bytes could not be read, if that is the damage. */
    private @Nullable IOException fault;

    Scan(DiskFile file, int salt, long position) {
        this.file = file;
        this.salt = salt;
        this.position = position;
    }

    /** Of the next frame, or of the damage. */
    long position() {
        return position;
    }

    /** Goes on at {@code target}, without reading again what is in the buffer. */
    void seek(long target) {
        long ahead = target - position;
        if (ahead >= 0 && ahead <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) ahead);
        } else {
            buffer.clear().limit(0);
        }
        position = target;
    }

    /** The same, to read up to {@code end}: in one piece if it is not too long, and not more. */
    void seek(long target, long end) {
        seek(target);
        wantedEnd = end;
    }

    /** Where the frame found last begins. */
    long frameStart() {
        return position - Frame.HEADER_BYTES - length;
    }

    long offset() {
        return buffer.getLong(start + Frame.OFFSET_AT);
    }

    long synced() {
        return buffer.getLong(start + Frame.SYNCED_AT);
    }

    long epochMillis() {
        return buffer.getLong(start + Frame.MILLIS_AT);
    }

    int keyCount() {
        return buffer.get(start + Frame.KEYS_AT);
    }

    int key(int i) {
        return buffer.getInt(start + Frame.KEYS_AT + 1 + i * Frame.KEY_BYTES);
    }

    boolean hasKey(int key) {
        for (int i = 0; i < keyCount(); i++) {
            if (key(i) == key) {
                return true;
            }
        }
        return false;
    }

    /** Valid until the next step. */
    ByteBuffer payload() {
        int before = Frame.MIN_RECORD_BYTES + keyCount() * Frame.KEY_BYTES;
        return buffer.slice(start + before, Frame.HEADER_BYTES + length - before);
    }

    String detail() {
        return detail;
    }

    /** Why the damage cannot be read; null if it can, and is no frame. */
    @Nullable IOException fault() {
        return fault;
    }

    /**
     * Where the next frame would be if the length of the damaged one is right; its own position if
     * that is impossible.
     */
    long positionBehindDamage() {
        if (buffer.remaining() < Frame.HEADER_BYTES) {
            return position;
        }
        int said = buffer.getInt(buffer.position() + Frame.LENGTH_AT);
        return said < 1 || said > Frame.MAX_LENGTH
                ? position
                : position + Frame.HEADER_BYTES + said;
    }

    /** The frame found last, as it is on disk; valid until the next step. */
    ByteBuffer frame() {
        return buffer.slice(start, Frame.HEADER_BYTES + length);
    }

    /**
     * Steps over a record or a seal; stays before damage and the end. What does not check is read
     * twice: a bad read is not damage.
     */
    Found next() throws IOException {
        Found found = tryOnce();
        if (found == Found.DAMAGE) {
            buffer.clear().limit(0);
            found = tryOnce();
        }
        return found;
    }

    private Found tryOnce() throws IOException {
        fault = null;
        try {
            return tryNext();
        } catch (ClosedChannelException e) {
            throw e; // the reader's end, not the disk's
        } catch (IOException e) {
            fault = e;
            buffer.clear().limit(0);
            return damage("cannot be read: " + e.getMessage());
        }
    }

    private Found tryNext() throws IOException {
        int available = fill(Frame.HEADER_BYTES);
        if (available == 0) {
            return Found.END;
        }
        if (available < Frame.HEADER_BYTES) {
            return damage(available + " bytes, a record has at least " + Frame.MIN_RECORD_BYTES);
        }
        int said = buffer.getInt(buffer.position() + Frame.LENGTH_AT);
        if (said != Frame.SEAL && (said < 1 || said > Frame.MAX_LENGTH)) {
            return damage("length " + said + ", from 1 to " + Frame.MAX_LENGTH + " is possible");
        }
        int frameBytes = Frame.HEADER_BYTES + Math.max(said, 0);
        available = fill(frameBytes);
        if (available < frameBytes) {
            return damage("the file ends " + available + " bytes into a record of " + frameBytes);
        }
        int at = buffer.position();
        int stored = buffer.getInt(at + Frame.CRC_AT);
        int computed = computed(at, frameBytes);
        if (stored != computed) {
            return damage(
                    "crc32c "
                            + Integer.toHexString(computed)
                            + ", stored is "
                            + Integer.toHexString(stored));
        }
        if (said != Frame.SEAL && 1 + buffer.get(at + Frame.KEYS_AT) * Frame.KEY_BYTES > said) {
            return damage(buffer.get(at + Frame.KEYS_AT) + " keys in a record of " + said);
        }
        start = at;
        length = Math.max(said, 0);
        buffer.position(at + frameBytes);
        position += frameBytes;
        return said == Frame.SEAL ? Found.SEAL : Found.RECORD;
    }

    private int computed(int at, int frameBytes) {
        int stored = buffer.getInt(at + Frame.CRC_AT);
        buffer.putInt(at + Frame.CRC_AT, salt);
        crc.reset();
        crc.update(buffer.array(), at, frameBytes);
        buffer.putInt(at + Frame.CRC_AT, stored);
        return (int) crc.getValue();
    }

    private Found damage(String what) {
        detail = what;
        return Found.DAMAGE;
    }

    /** Has {@code wanted} bytes in the buffer, or all that the file has; how many there are. */
    private int fill(int wanted) throws IOException {
        if (buffer.remaining() >= wanted) {
            return buffer.remaining();
        }
        int capacity = Math.min(MOST_READ_BYTES, buffer.capacity());
        if (wantedEnd != Long.MAX_VALUE) {
            capacity = (int) Math.max(wanted, Math.min(MOST_READ_BYTES, wantedEnd - position));
        } else if (buffer.position() > 0) {
            capacity = Math.min(MOST_READ_BYTES, 2 * capacity); // it goes on reading
        }
        if (Math.max(wanted, capacity) > buffer.capacity()) {
            buffer = ByteBuffer.allocate(Math.max(wanted, capacity)).put(buffer);
        } else {
            buffer.compact();
        }
        buffer.limit(Math.max(wanted, capacity));
        while (buffer.position() < wanted) {
            if (file.read(buffer, position + buffer.position()) < 0) {
                break;
            }
        }
        return buffer.flip().remaining();
    }
}
