package io.robustmq.journal;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One file of a shard, named by the offset of its first record. Changed by the writer's thread,
 * read by any.
 */
final class Segment {
    final Path path;
    final SegmentHeader header;

    /** While the segment is written; null afterwards, when it is in a file or can be made again. */
    private volatile @Nullable SegmentIndex growing;

    /** After the last record that may be read. */
    private volatile long nextOffset;

    /** Header and whole frames that may be read. */
    private volatile long bytes;

    private volatile long firstMillis = Long.MAX_VALUE;
    private volatile long latestMillis = Long.MIN_VALUE;
    private volatile boolean removed;

    Segment(Path path, SegmentHeader header) {
        this.path = path;
        this.header = header;
        nextOffset = header.baseOffset();
        bytes = SegmentHeader.bytes(header.shard());
    }

    long baseOffset() {
        return header.baseOffset();
    }

    /** Where the first frame is. */
    int start() {
        return SegmentHeader.bytes(header.shard());
    }

    boolean isEmpty() {
        return nextOffset == header.baseOffset();
    }

    long nextOffset() {
        return nextOffset;
    }

    long bytes() {
        return bytes;
    }

    /** Of the first record; {@code Long.MAX_VALUE} if there is none. */
    long firstMillis() {
        SegmentIndex index = growing;
        return index == null ? firstMillis : index.firstMillis();
    }

    /** The latest of all; {@code Long.MIN_VALUE} if there is none. */
    long latestMillis() {
        SegmentIndex index = growing;
        return index == null ? latestMillis : index.latestMillis();
    }

    @Nullable SegmentIndex growing() {
        return growing;
    }

    void grow(SegmentIndex index) {
        growing = index;
    }

    void reach(long next, long size) {
        bytes = size;
        nextOffset = next;
    }

    void times(long first, long latest) {
        firstMillis = first;
        latestMillis = latest;
    }

    /** Takes no more records. */
    void finished() {
        SegmentIndex index = growing;
        if (index != null) {
            times(index.firstMillis(), index.latestMillis());
            growing = null;
        }
    }

    /** Whether retention deletes or has deleted the file. */
    boolean isRemoved() {
        return removed;
    }

    void removed(boolean gone) {
        removed = gone;
    }
}
