package io.robustmq.journal;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A shard's segment files, in order, and how far they may be read. One writing thread, the one that
 * recovers and then the one that commits; read by any thread.
 */
final class Chain {
    private final ConcurrentSkipListMap<Long, Path> files = new ConcurrentSkipListMap<>();
    private volatile long nextOffset;

    /** The file that holds {@code offset}, which is not negative. */
    Path holding(long offset) {
        Map.Entry<Long, Path> file = files.floorEntry(offset);
        if (file == null) {
            throw new IllegalStateException("no segment for offset " + offset);
        }
        return file.getValue();
    }

    int size() {
        return files.size();
    }

    void add(Path file, long baseOffset) {
        files.put(baseOffset, file);
    }

    /** Records below it are acknowledged: they may be read. */
    long nextOffset() {
        return nextOffset;
    }

    void acknowledge(long next) {
        nextOffset = next;
    }
}
