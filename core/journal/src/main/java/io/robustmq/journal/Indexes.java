package io.robustmq.journal;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was used last of the indexes of sealed segments. Any thread.
 *
 * <p>Bound: {@link #MAX_BLOCK_BYTES} of blocks, of which a segment has a 256th of its size, and
 * {@link #MAX_KEY_BYTES} of where keys are, a 5000th. The keys themselves stay on disk.
 */
final class Indexes {
    private static final int MAX_BLOCK_BYTES = 32 << 20;
    private static final int MAX_KEY_BYTES = 16 << 20;

    private final Kept<SegmentIndex> blocks = new Kept<>(MAX_BLOCK_BYTES, SegmentIndex::bytes);
    private final Kept<StoredKeys> keys = new Kept<>(MAX_KEY_BYTES, StoredKeys::bytes);

    SegmentIndex of(Home home, Segment segment) throws IOException {
        SegmentIndex index = segment.growing();
        if (index == null) {
            index = blocks.get(segment);
        }
        if (index == null) {
            index = IndexRebuild.read(home, segment);
            blocks.put(segment, index);
        }
        return index;
    }

    KeyIndex keysOf(Home home, Segment segment) throws IOException {
        SegmentIndex growing = segment.growing();
        if (growing != null) {
            return growing;
        }
        StoredKeys found = keys.get(segment);
        if (found == null) {
            try {
                found = IndexFile.readKeys(home.disk(), segment);
            } catch (IOException e) {
                return madeAgain(home, segment, e);
            }
            keys.put(segment, found);
        }
        return found;
    }

    /** Those of {@link #keysOf} could not be read. */
    KeyIndex madeAgain(Home home, Segment segment, IOException why) throws IOException {
        keys.remove(segment);
        if (why instanceof ClosedChannelException || segment.isRemoved()) {
            throw why;
        }
        return IndexRebuild.rebuilt(home, segment, why);
    }

    void forget(Segment segment) {
        blocks.remove(segment);
        keys.remove(segment);
    }

    /** Those used last, up to so many bytes. */
    private static final class Kept<T> {
        private final int maxBytes;
        private final ToIntFunction<T> bytesOf;
        private final Map<Segment, T> all = new LinkedHashMap<>(16, 0.75f, true);
        private long bytes;

        Kept(int maxBytes, ToIntFunction<T> bytesOf) {
            this.maxBytes = maxBytes;
            this.bytesOf = bytesOf;
        }

        synchronized @Nullable T get(Segment segment) {
            return all.get(segment);
        }

        synchronized void put(Segment segment, T value) {
            remove(segment);
            all.put(segment, value);
            bytes += bytesOf.applyAsInt(value);
            Iterator<T> oldest = all.values().iterator();
            while (bytes > maxBytes && all.size() > 1) {
                bytes -= bytesOf.applyAsInt(oldest.next());
                oldest.remove();
            }
        }

        synchronized void remove(Segment segment) {
            T removed = all.remove(segment);
            if (removed != null) {
                bytes -= bytesOf.applyAsInt(removed);
            }
        }
    }
}
