package io.robustmq.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * A shard's segments, in order, and how far they may be read. One writing thread, the one that
 * recovers and then the one that commits; read by any thread.
 */
final class Chain {
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private volatile long nextOffset;

    /** Of all but the last. The writing thread. */
    private long sealedBytes;

    /** The segment in which {@code offset} is or would be; null if it is before all of them. */
    @Nullable Segment holding(long offset) {
        Map.Entry<Long, Segment> found = segments.floorEntry(offset);
        return found == null ? null : found.getValue();
    }

    @Nullable Segment after(Segment segment) {
        Map.Entry<Long, Segment> found = segments.higherEntry(segment.baseOffset());
        return found == null ? null : found.getValue();
    }

    Segment first() {
        return segments.firstEntry().getValue();
    }

    Segment last() {
        return segments.lastEntry().getValue();
    }

    int size() {
        return segments.size();
    }

    List<Segment> all() {
        return new ArrayList<>(segments.values());
    }

    /** All before it are sealed. */
    void add(Segment segment) {
        if (!segments.isEmpty()) {
            sealedBytes += last().bytes();
        }
        segments.put(segment.baseOffset(), segment);
    }

    /** One that is sealed. */
    void remove(Segment segment) {
        segments.remove(segment.baseOffset());
        sealedBytes -= segment.bytes();
    }

    long sealedBytes() {
        return sealedBytes;
    }

    /** Of the oldest record kept. */
    long firstOffset() {
        return first().baseOffset();
    }

    /** Records below it are acknowledged: they may be read. */
    long nextOffset() {
        return nextOffset;
    }

    void acknowledge(long next) {
        nextOffset = next;
    }
}
