package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The index of a sealed segment, beside it. Big-endian. What is in it can all be made again from
 * the segment.
 *
 * <pre>
 *   0        4         6   8          12         16            24            32     36
 *   | "RMQI" | version | 0 | blocks b | places k | base offset | next offset | salt | ...
 *   36              44             52              60       64
 *   | segment bytes | first millis | latest millis | crc32c | blocks ... | crc32c | places ... | crc32c |
 *
 *   block:     | offset, from the base, 4 | position 4 | latest millis before it 8 |
 *   key place: | key 4 | 64 KiB block of the segment 4 |, ascending
 * </pre>
 */
final class IndexFile {
    private static final int MAGIC = 0x524D5149;
    private static final int HEADER_BYTES = 64;
    private static final int BLOCK_BYTES = 16;
    private static final int PLACE_BYTES = 8;
    private static final int CRC_BYTES = 4;

    /** What is known of a segment without reading its blocks. */
    record Summary(
            int salt,
            int blocks,
            int places,
            long nextOffset,
            long segmentBytes,
            long firstMillis,
            long latestMillis) {}

    private IndexFile() {}

    static Path path(Path segment) {
        String name = Names.name(segment);
        return segment.resolveSibling(
                name.substring(0, name.length() - Names.SEGMENT.length()) + Names.INDEX);
    }

    /** In place of what is there. */
    static void write(Disk disk, Segment segment, SegmentIndex index) throws IOException {
        Path path = path(segment.path);
        try (DiskFile file = openedAnew(disk, path)) {
            ByteBuffer all = encoded(segment, index);
            file.truncate(0);
            file.write(all, 0);
            file.sync();
        }
    }

    private static DiskFile openedAnew(Disk disk, Path path) throws IOException {
        try {
            return disk.open(path);
        } catch (NoSuchFileException e) {
            return disk.create(path);
        }
    }

    private static ByteBuffer encoded(Segment segment, SegmentIndex index) {
        long[] places = index.keyPlaces();
        int blocks = index.blockCount();
        ByteBuffer out = ByteBuffer.allocate(bytes(blocks, places.length));
        out.putInt(MAGIC)
                .putShort(SegmentHeader.VERSION)
                .putShort((short) 0)
                .putInt(blocks)
                .putInt(places.length)
                .putLong(segment.baseOffset())
                .putLong(segment.nextOffset())
                .putInt(segment.header.salt())
                .putLong(segment.bytes())
                .putLong(index.firstMillis())
                .putLong(index.latestMillis());
        putCrc(out, 0);
        int start = out.position();
        for (int i = 0; i < blocks; i++) {
            out.putInt((int) (index.offset(i) - segment.baseOffset()))
                    .putInt(index.position(i))
                    .putLong(index.millisBefore(i));
        }
        putCrc(out, start);
        start = out.position();
        for (long place : places) {
            out.putLong(place);
        }
        putCrc(out, start);
        return out.flip();
    }

    private static int bytes(int blocks, int places) {
        return HEADER_BYTES + blocks * BLOCK_BYTES + places * PLACE_BYTES + 2 * CRC_BYTES;
    }

    private static void putCrc(ByteBuffer out, int start) {
        out.putInt(crc(out, start, out.position()));
    }

    private static int crc(ByteBuffer bytes, int start, int end) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), start, end - start);
        return (int) crc.getValue();
    }

    /**
     * @throws CorruptJournalException if it is not the index of the segment at {@code baseOffset}
     */
    static Summary readSummary(Disk disk, Path path, long baseOffset) throws IOException {
        try (DiskFile file = disk.openToRead(path)) {
            ByteBuffer in = read(file, path, 0, HEADER_BYTES);
            return summary(in, file.size(), path, baseOffset);
        }
    }

    private static Summary summary(ByteBuffer in, long size, Path path, long baseOffset)
            throws IOException {
        check(in, path, 0, HEADER_BYTES - CRC_BYTES);
        if (in.getInt() != MAGIC || in.getShort() != SegmentHeader.VERSION) {
            throw new CorruptJournalException(path, 0, "not an index of this version");
        }
        in.getShort();
        int blocks = in.getInt();
        int places = in.getInt();
        long base = in.getLong();
        if (base != baseOffset) {
            throw new CorruptJournalException(path, 0, "the index of offset " + base);
        }
        long next = in.getLong();
        int salt = in.getInt();
        Summary found =
                new Summary(salt, blocks, places, next, in.getLong(), in.getLong(), in.getLong());
        if (size != bytes(blocks, places)) {
            throw new CorruptJournalException(
                    path, 0, "has " + size + " bytes, should have " + bytes(blocks, places));
        }
        return found;
    }

    /**
     * @throws CorruptJournalException if it is not the whole index of {@code segment}
     */
    static SegmentIndex read(Disk disk, Segment segment) throws IOException {
        Path path = path(segment.path);
        try (DiskFile file = disk.openToRead(path)) {
            Summary summary =
                    summary(
                            read(file, path, 0, HEADER_BYTES),
                            file.size(),
                            path,
                            segment.baseOffset());
            if (summary.salt != segment.header.salt()) {
                throw new CorruptJournalException(path, 0, "the index of another file");
            }
            int blockBytes = summary.blocks * BLOCK_BYTES;
            int placeBytes = summary.places * PLACE_BYTES;
            ByteBuffer in = read(file, path, HEADER_BYTES, blockBytes + placeBytes + 2 * CRC_BYTES);
            check(in, path, 0, blockBytes);
            check(in, path, blockBytes + CRC_BYTES, placeBytes);
            SegmentIndex index = new SegmentIndex(segment.baseOffset());
            for (int i = 0; i < summary.blocks; i++) {
                index.addBlock(in.getInt(), in.getInt(), in.getLong());
            }
            in.getInt();
            for (int i = 0; i < summary.places; i++) {
                index.addKeyPlace(in.getLong());
            }
            index.times(summary.firstMillis, summary.latestMillis);
            return index;
        }
    }

    private static ByteBuffer read(DiskFile file, Path path, long position, int bytes)
            throws IOException {
        ByteBuffer in = ByteBuffer.allocate(bytes);
        while (in.hasRemaining() && file.read(in, position + in.position()) >= 0) {}
        if (in.hasRemaining()) {
            throw new CorruptJournalException(
                    path, position, "ends after " + in.position() + " of " + bytes + " bytes");
        }
        return in.flip();
    }

    private static void check(ByteBuffer in, Path path, int start, int bytes)
            throws CorruptJournalException {
        if (crc(in, start, start + bytes) != in.getInt(start + bytes)) {
            throw new CorruptJournalException(path, start, "the checksum differs");
        }
    }
}
