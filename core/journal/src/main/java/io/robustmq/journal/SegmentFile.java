package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A segment while records are written to it. The writer's thread.
 *
 * <p>Zeros are written ahead, and synced with the group that needs them: a sync that does not have
 * to commit a new file size takes half the time (docs/benchmarks.md). They are no frames, and are
 * cut off when the file is sealed or closed.
 */
final class SegmentFile implements Closeable {
    private static final int AHEAD_BYTES = 1 << 20;

    /** With larger groups the zeros would cost more than they save. */
    private static final int MAX_GROUP_BYTES = 64 << 10;

    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(AHEAD_BYTES);

    final Segment segment;
    private final DiskFile file;

    /** Where the next frame goes. */
    private long end;

    /** Of the file: from {@link #end} to here there are zeros. */
    private long size;

    SegmentFile(Segment segment, DiskFile file, long end) {
        this.segment = segment;
        this.file = file;
        this.end = end;
        size = end;
    }

    /** Creates the file, durably. */
    static SegmentFile create(Home home, long baseOffset) throws IOException {
        SegmentHeader header = new SegmentHeader(home.shard(), baseOffset, home.node().salt());
        Segment segment = new Segment(home.segment(baseOffset), header);
        DiskFile file = home.disk().create(segment.path);
        try {
            file.write(header.encoded(), 0);
            file.sync();
            home.disk().syncDirectory(home.directory());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        segment.grow(new SegmentIndex(baseOffset));
        return new SegmentFile(segment, file, segment.start());
    }

    /** Header and frames, those that are not acknowledged too. */
    long end() {
        return end;
    }

    /** Writes whole frames; not durable before {@link #sync}. */
    void write(ByteBuffer frames) throws IOException {
        int bytes = frames.remaining();
        file.write(frames, end);
        end += bytes;
        size = Math.max(size, end);
    }

    /** Has room for a group that is synced, and for those after it, up to {@code most} bytes. */
    void reserve(int groupBytes, long most) {
        long wanted = Math.min(most, Math.max(size, end) + AHEAD_BYTES) - size;
        if (end + groupBytes <= size || groupBytes > MAX_GROUP_BYTES || wanted <= groupBytes) {
            return;
        }
        try {
            file.write(ZEROS.slice(0, (int) wanted), size);
            size += wanted;
        } catch (IOException e) {
            // the group itself may still have room, and tells if it has not
        }
    }

    /** Fails unless there is room for a while; {@code most} is the segment's limit. */
    void demandRoom(long most) throws IOException {
        int wanted = Math.clamp(most - size, 0, AHEAD_BYTES);
        file.write(ZEROS.slice(0, wanted), size);
        size += wanted;
        file.sync();
    }

    void sync() throws IOException {
        file.sync();
    }

    /** Writes the seal, durably; all records are synced already, and the next segment is there. */
    void seal(FrameEncoder encoder, long next, long epochMillis) throws IOException {
        cut();
        encoder.begin(Frame.HEADER_BYTES, segment.header.salt());
        encoder.seal(next, epochMillis);
        write(encoder.frames());
        sync();
        segment.reach(next, end);
    }

    /** Takes the zeros away. */
    void cut() throws IOException {
        if (size > end) {
            file.truncate(end);
            size = end;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
