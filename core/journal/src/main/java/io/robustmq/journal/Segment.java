package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of a shard, named by the offset of its first record in 20 digits. Big-endian.
 *
 * <pre>
 *   0        4         6              8             16      16+n     20+n
 *   | "RMQJ" | version | name bytes n | base offset | shard | crc32c | frames ...
 * </pre>
 *
 * <p>The header is synced before the first record is written, so a file shorter than its header, or
 * as long and not whole, is one that a crash cut short while it was created. Frames: {@link Frame}.
 */
final class Segment implements Closeable {
    static final String SUFFIX = ".seg";
    private static final int MAGIC = 0x524D514A;
    private static final short VERSION = 1;
    private static final Pattern NAME = Pattern.compile("\\d{20}\\" + SUFFIX);

    final Path path;
    final long baseOffset;
    private final DiskFile file;

    /** Where the next frame goes. */
    private long end;

    Segment(Path path, long baseOffset, DiskFile file, long end) {
        this.path = path;
        this.baseOffset = baseOffset;
        this.file = file;
        this.end = end;
    }

    /** Creates the file, durably. */
    static Segment create(Disk disk, Path directory, String shard, long baseOffset)
            throws IOException {
        Path path = path(directory, baseOffset);
        ByteBuffer header = header(shard, baseOffset);
        int headerBytes = header.remaining();
        DiskFile file = disk.create(path);
        try {
            file.write(header, 0);
            file.sync();
            disk.syncDirectory(directory);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return new Segment(path, baseOffset, file, headerBytes);
    }

    static Path path(Path directory, long baseOffset) {
        return directory.resolve(String.format(Locale.ROOT, "%020d", baseOffset) + SUFFIX);
    }

    /** The base offset in a segment's name; empty for any other file. */
    static OptionalLong baseOffset(Path path) {
        String name = String.valueOf(path.getFileName());
        if (!NAME.matcher(name).matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
        } catch (NumberFormatException pastLong) {
            return OptionalLong.empty();
        }
    }

    static int headerBytes(String shard) {
        return header(shard, 0).remaining();
    }

    /** What is wrong with the header of {@code file}; null if nothing. */
    static @Nullable String headerProblem(DiskFile file, String shard, long baseOffset)
            throws IOException {
        ByteBuffer expected = header(shard, baseOffset);
        ByteBuffer found = ByteBuffer.allocate(expected.remaining());
        while (found.hasRemaining() && file.read(found, found.position()) >= 0) {}
        found.flip();
        if (found.equals(expected)) {
            return null;
        }
        if (found.remaining() < expected.remaining()) {
            return "a header of "
                    + found.remaining()
                    + " bytes, should have "
                    + expected.remaining();
        }
        if (found.getInt(0) != MAGIC) {
            return "not a segment file: it begins with " + Integer.toHexString(found.getInt(0));
        }
        if (found.getShort(4) != VERSION) {
            return "format version " + found.getShort(4) + ", known is " + VERSION;
        }
        return "the header is not that of shard " + shard + " at offset " + baseOffset;
    }

    private static ByteBuffer header(String shard, long baseOffset) {
        byte[] name = shard.getBytes(StandardCharsets.UTF_8);
        ByteBuffer header = ByteBuffer.allocate(20 + name.length);
        header.putInt(MAGIC)
                .putShort(VERSION)
                .putShort((short) name.length)
                .putLong(baseOffset)
                .put(name);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, header.position());
        return header.putInt((int) crc.getValue()).flip();
    }

    /** Bytes, header and frames. */
    long size() {
        return end;
    }

    /** Writes whole frames; not durable before {@link #sync}. */
    void write(ByteBuffer frames) throws IOException {
        int bytes = frames.remaining();
        file.write(frames, end);
        end += bytes;
    }

    void sync() throws IOException {
        file.sync();
    }

    /** Writes the seal, durably. All records are synced already. */
    void seal(long nextOffset, long epochMillis) throws IOException {
        ByteBuffer seal = ByteBuffer.allocate(Frame.HEADER_BYTES);
        Frame.seal(seal, new Frame.Stamp(nextOffset, nextOffset, epochMillis));
        write(seal.flip());
        sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
