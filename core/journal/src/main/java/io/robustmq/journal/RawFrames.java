package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Frames of a segment that left it, as {@link Shard#region} gives them. */
public final class RawFrames {
    /** In the header of a segment ({@link SegmentHeader}). */
    private static final int SALT_AT = 16;

    private static final Path NOWHERE = Path.of("frames");

    private RawFrames() {}

    /** What the frames of a region are checked with. */
    public static int salt(Region region) throws IOException {
        ByteBuffer salt = ByteBuffer.allocate(Integer.BYTES);
        while (salt.hasRemaining()) {
            if (region.channel().read(salt, SALT_AT + salt.position()) < 0) {
                throw new IOException("the segment has no whole header");
            }
        }
        return salt.getInt(0);
    }

    /**
     * Hands the records in {@code frames}, whose position does not change, to {@code reader}.
     *
     * @return the offset after the last one handed over; -1 if there was none
     * @throws CorruptJournalException if something is no whole frame
     */
    public static long read(ByteBuffer frames, int salt, RecordReader reader) throws IOException {
        Scan scan = new Scan(new InMemory(frames.slice()), salt, 0);
        long next = -1;
        while (true) {
            switch (scan.next()) {
                case RECORD -> {
                    next = scan.offset() + 1;
                    if (!reader.record(scan.offset(), scan.epochMillis(), scan.payload())) {
                        return next;
                    }
                }
                case SEAL, END -> {
                    return next;
                }
                case DAMAGE ->
                        throw new CorruptJournalException(NOWHERE, scan.position(), scan.detail());
            }
        }
    }

    /** Bytes that are read as if they were a file. */
    private record InMemory(ByteBuffer bytes) implements DiskFile {
        @Override
        public int read(ByteBuffer to, long position) {
            if (position >= bytes.limit()) {
                return -1;
            }
            int count = (int) Math.min(to.remaining(), bytes.limit() - position);
            to.put(bytes.slice((int) position, count));
            return count;
        }

        @Override
        public void write(ByteBuffer from, long position) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public void sync() {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException("read only");
        }

        @Override
        public long size() {
            return bytes.limit();
        }

        @Override
        public @Nullable FileChannel channel() {
            return null;
        }

        @Override
        public void close() {}
    }
}
