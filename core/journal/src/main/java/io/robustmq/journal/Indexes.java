package io.robustmq.journal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The indexes of sealed segments that were used last. Any thread.
 *
 * <p>Bound: {@link #MAX_LOADED}; one has a 256th of its segment's size and what its keys take.
 */
final class Indexes {
    private static final int MAX_LOADED = 64;

    private final Map<Segment, SegmentIndex> loaded = new LinkedHashMap<>(16, 0.75f, true);

    SegmentIndex of(Home home, Segment segment) throws IOException {
        SegmentIndex index = segment.growing();
        if (index != null) {
            return index;
        }
        synchronized (loaded) {
            index = loaded.get(segment);
        }
        if (index == null) {
            index = IndexRebuild.read(home, segment);
            synchronized (loaded) {
                loaded.put(segment, index);
                if (loaded.size() > MAX_LOADED) {
                    loaded.remove(loaded.keySet().iterator().next());
                }
            }
        }
        return index;
    }

    void forget(Segment segment) {
        synchronized (loaded) {
            loaded.remove(segment);
        }
    }
}
