package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a segment file begins with. Big-endian.
 *
 * <pre>
 *   0        4         6              8             16     20      20+n     24+n
 *   | "RMQJ" | version | name bytes n | base offset | salt | shard | crc32c | frames ...
 * </pre>
 *
 * <p>It is synced before the first record is written, so a file shorter than its header, or without
 * a byte behind it, is one that a crash cut short while it was created. The salt is drawn for each
 * file and goes into the crc of its frames.
 */
record SegmentHeader(String shard, long baseOffset, int salt) {
    static final short VERSION = 2;
    private static final int MAGIC = 0x524D514A;
    private static final int SALT_AT = 16;

    /** The header, or what is wrong with it; exactly one of them. */
    record Read(@Nullable SegmentHeader header, @Nullable String problem) {}

    static int bytes(String shard) {
        return 24 + shard.getBytes(StandardCharsets.UTF_8).length;
    }

    ByteBuffer encoded() {
        byte[] name = shard.getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(24 + name.length);
        header.putInt(MAGIC)
                .putShort(VERSION)
                .putShort((short) name.length)
                .putLong(baseOffset)
                .putInt(salt)
                .put(name);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, header.position());
        return header.putInt((int) crc.getValue()).flip();
    }

    static Read read(DiskFile file, String shard, long baseOffset) throws IOException {
        Read first = readOnce(file, shard, baseOffset);
        // a bad read is not damage
        return first.problem == null ? first : readOnce(file, shard, baseOffset);
    }

    private static Read readOnce(DiskFile file, String shard, long baseOffset) throws IOException {
        ByteBuffer found = ByteBuffer.allocate(bytes(shard));
        while (found.hasRemaining() && file.read(found, found.position()) >= 0) {}
        found.flip();
        if (found.remaining() < bytes(shard)) {
            return new Read(
                    null,
                    "a header of " + found.remaining() + " bytes, should have " + bytes(shard));
        }
        SegmentHeader header = new SegmentHeader(shard, baseOffset, found.getInt(SALT_AT));
        if (found.equals(header.encoded())) {
            return new Read(header, null);
        }
        if (found.getInt(0) != MAGIC) {
            return new Read(
                    null,
                    "not a segment file: it begins with " + Integer.toHexString(found.getInt(0)));
        }
        if (found.getShort(4) != VERSION) {
            return new Read(null, "format version " + found.getShort(4) + ", known is " + VERSION);
        }
        return new Read(
                null, "the header is not that of shard " + shard + " at offset " + baseOffset);
    }
}
