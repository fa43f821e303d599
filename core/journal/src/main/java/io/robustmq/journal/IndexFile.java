package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The index of a sealed segment, beside it. Big-endian. What is in it can all be made again from
 * the segment; one of another version is.
 *
 * <pre>
 *   0        4         6   8          12         16            24            32     36
 *   | "RMQI" | version | 0 | blocks b | places k | base offset | next offset | salt | ...
 *   36              44             52              60       64
 *   | segment bytes | first millis | latest millis | crc32c | keys ... | crc32c | blocks ... | crc32c | pages ... |
 *
 *   keys:      | first record of each key block 8 | first key of each page 4 |
 *   block:     | offset, from the base, 4 | position 4 | latest millis before it 8 |
 *   page:      | up to 511 key places 8 | crc32c |
 *   key place: | key 4 | 64 KiB block of the segment 4 |, ascending over all pages
 * </pre>
 *
 * <p>So a search for a key reads what is before the blocks once, and then a page or two.
 */
final class IndexFile {
    /** 2 had no pages, and its keys had to be read as a whole. */
    static final short VERSION = 3;

    /** In place of an offset: no record begins in the key block or after it. */
    static final int NO_RECORD = -1;

    private static final int MAGIC = 0x524D5149;
    private static final int HEADER_BYTES = 64;
    private static final int KEY_BLOCK_BYTES = 8;
    private static final int FENCE_BYTES = 4;
    private static final int BLOCK_BYTES = 16;
    private static final int PLACE_BYTES = 8;
    private static final int CRC_BYTES = 4;
    private static final int PLACES_PER_PAGE = 511;
    private static final int PAGE_BYTES = PLACES_PER_PAGE * PLACE_BYTES + CRC_BYTES;

    /** What is known of a segment without reading its blocks. */
    record Summary(
            int salt,
            int blocks,
            int places,
            long nextOffset,
            long segmentBytes,
            long firstMillis,
            long latestMillis) {

        int keyBlocks() {
            return IndexFile.keyBlocks(segmentBytes);
        }

        int pages() {
            return IndexFile.pages(places);
        }

        /** Without the checksum behind them. */
        int keyBytes() {
            return keyBlocks() * KEY_BLOCK_BYTES + pages() * FENCE_BYTES;
        }

        int blocksAt() {
            return HEADER_BYTES + keyBytes() + CRC_BYTES;
        }

        int pagesAt() {
            return blocksAt() + blocks * BLOCK_BYTES + CRC_BYTES;
        }

        long fileBytes() {
            return (long) pagesAt() + (long) places * PLACE_BYTES + (long) pages() * CRC_BYTES;
        }
    }

    private IndexFile() {}

    private static int keyBlocks(long segmentBytes) {
        return (int) (segmentBytes >> SegmentIndex.KEY_BLOCK_SHIFT) + 1;
    }

    private static int pages(int places) {
        return (places + PLACES_PER_PAGE - 1) / PLACES_PER_PAGE;
    }

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
        Summary summary =
                new Summary(
                        segment.header.salt(),
                        blocks,
                        places.length,
                        segment.nextOffset(),
                        segment.bytes(),
                        index.firstMillis(),
                        index.latestMillis());
        ByteBuffer out = ByteBuffer.allocate(Math.toIntExact(summary.fileBytes()));
        out.putInt(MAGIC)
                .putShort(VERSION)
                .putShort((short) 0)
                .putInt(blocks)
                .putInt(places.length)
                .putLong(segment.baseOffset())
                .putLong(summary.nextOffset)
                .putInt(summary.salt)
                .putLong(summary.segmentBytes)
                .putLong(summary.firstMillis)
                .putLong(summary.latestMillis);
        putCrc(out, 0);
        int start = out.position();
        for (int i = 0; i < summary.keyBlocks(); i++) {
            boolean none = index.firstOffset(i) == Long.MAX_VALUE;
            out.putInt(none ? NO_RECORD : (int) (index.firstOffset(i) - segment.baseOffset()))
                    .putInt(none ? 0 : index.firstPosition(i));
        }
        for (int i = 0; i < places.length; i += PLACES_PER_PAGE) {
            out.putInt((int) (places[i] >> 32));
        }
        putCrc(out, start);
        start = out.position();
        for (int i = 0; i < blocks; i++) {
            out.putInt((int) (index.offset(i) - segment.baseOffset()))
                    .putInt(index.position(i))
                    .putLong(index.millisBefore(i));
        }
        putCrc(out, start);
        start = out.position();
        for (int i = 0; i < places.length; i++) {
            out.putLong(places[i]);
            if ((i + 1) % PLACES_PER_PAGE == 0 || i + 1 == places.length) {
                putCrc(out, start);
                start = out.position();
            }
        }
        return out.flip();
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
        if (in.getInt() != MAGIC || in.getShort() != VERSION) {
            throw new CorruptJournalException(path, 0, "not an index of version " + VERSION);
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
        if (size != found.fileBytes()) {
            throw new CorruptJournalException(
                    path, 0, "has " + size + " bytes, should have " + found.fileBytes());
        }
        return found;
    }

    /**
     * Its blocks, without the keys.
     *
     * @throws CorruptJournalException if it is not the index of {@code segment}
     */
    static SegmentIndex readBlocks(Disk disk, Segment segment) throws IOException {
        Path path = path(segment.path);
        try (DiskFile file = disk.openToRead(path)) {
            return blocks(file, path, segment, summary(file, path, segment));
        }
    }

    /**
     * Where its keys are.
     *
     * @throws CorruptJournalException if it is not the index of {@code segment}
     */
    static StoredKeys readKeys(Disk disk, Segment segment) throws IOException {
        Path path = path(segment.path);
        try (DiskFile file = disk.openToRead(path)) {
            return keys(disk, file, path, segment, summary(file, path, segment));
        }
    }

    /**
     * The whole of it.
     *
     * @throws CorruptJournalException if it is not the whole index of {@code segment}
     */
    static SegmentIndex readAll(Disk disk, Segment segment) throws IOException {
        Path path = path(segment.path);
        try (DiskFile file = disk.openToRead(path)) {
            Summary summary = summary(file, path, segment);
            StoredKeys keys = keys(disk, file, path, segment, summary);
            SegmentIndex index = blocks(file, path, segment, summary);
            for (int page = 0; page < summary.pages(); page++) {
                long[] places = readPage(file, path, summary.pagesAt(), page, summary.places);
                if ((int) (places[0] >> 32) != keys.fences()[page]) {
                    throw new CorruptJournalException(path, 0, "page " + page + " begins wrongly");
                }
                for (long place : places) {
                    index.addKeyPlace(place);
                }
            }
            for (int i = 0; i < keys.keyBlockCount(); i++) {
                if (keys.firstOffset(i) != index.firstOffset(i)) {
                    throw new CorruptJournalException(
                            path, 0, "key block " + i + " begins wrongly");
                }
            }
            return index;
        }
    }

    private static Summary summary(DiskFile file, Path path, Segment segment) throws IOException {
        ByteBuffer in = read(file, path, 0, HEADER_BYTES);
        Summary summary = summary(in, file.size(), path, segment.baseOffset());
        if (summary.salt != segment.header.salt()) {
            throw new CorruptJournalException(path, 0, "the index of another file");
        }
        return summary;
    }

    private static SegmentIndex blocks(DiskFile file, Path path, Segment segment, Summary summary)
            throws IOException {
        int bytes = summary.blocks * BLOCK_BYTES;
        ByteBuffer in = read(file, path, summary.blocksAt(), bytes + CRC_BYTES);
        check(in, path, 0, bytes);
        SegmentIndex index = new SegmentIndex(segment.baseOffset());
        for (int i = 0; i < summary.blocks; i++) {
            index.addBlock(in.getInt(), in.getInt(), in.getLong());
        }
        index.times(summary.firstMillis, summary.latestMillis);
        return index;
    }

    private static StoredKeys keys(
            Disk disk, DiskFile file, Path path, Segment segment, Summary summary)
            throws IOException {
        int bytes = summary.keyBytes();
        ByteBuffer in = read(file, path, HEADER_BYTES, bytes + CRC_BYTES);
        check(in, path, 0, bytes);
        int[] offsets = new int[summary.keyBlocks()];
        int[] positions = new int[offsets.length];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = in.getInt();
            positions[i] = in.getInt();
        }
        int[] fences = new int[summary.pages()];
        for (int i = 0; i < fences.length; i++) {
            fences[i] = in.getInt();
        }
        return new StoredKeys(
                disk,
                path,
                summary.pagesAt(),
                summary.places,
                segment.baseOffset(),
                offsets,
                positions,
                fences);
    }

    /**
     * @param places in all pages
     */
    static long[] readPage(DiskFile file, Path path, int pagesAt, int page, int places)
            throws IOException {
        long[] found = new long[Math.min(PLACES_PER_PAGE, places - page * PLACES_PER_PAGE)];
        int bytes = found.length * PLACE_BYTES;
        ByteBuffer in = read(file, path, pagesAt + (long) page * PAGE_BYTES, bytes + CRC_BYTES);
        check(in, path, 0, bytes);
        for (int i = 0; i < found.length; i++) {
            found[i] = in.getLong();
        }
        return found;
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
