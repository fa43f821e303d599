package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A segment while records are written to it. The writer's thread. */
final class SegmentFile implements Closeable {
    final Segment segment;
    private final DiskFile file;

    /** Where the next frame goes. */
    private long end;

    SegmentFile(Segment segment, DiskFile file, long end) {
        this.segment = segment;
        this.file = file;
        this.end = end;
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
    }

    void sync() throws IOException {
        file.sync();
    }

    /** Writes the seal, durably; all records are synced already, and the next segment is there. */
    void seal(FrameEncoder encoder, long next, long epochMillis) throws IOException {
        encoder.begin(Frame.HEADER_BYTES, segment.header.salt());
        encoder.seal(next, epochMillis);
        write(encoder.frames());
        sync();
        segment.reach(next, end);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
