package io.robustmq.journal;

import java.nio.file.Path;
import java.util.List;

/**
 * What the files of a shard hold.
 *
 * @param segments the oldest first
 * @param snapshots the oldest first
 */
public record ShardReport(
        String shard, Path directory, List<OfSegment> segments, List<OfSnapshot> snapshots) {

    /**
     * One segment file.
     *
     * @param nextOffset after its last record; if it is sealed, where the next segment begins
     * @param records that can be read
     * @param bytes of the file
     * @param firstMillis when its first record was written, -1 if it has none
     * @param latestMillis the latest of all, -1 if it has none
     * @param index whether it has an index file
     * @param problem why nothing of it can be read, empty if that is not so
     */
    public record OfSegment(
            Path file,
            long baseOffset,
            long nextOffset,
            long records,
            long bytes,
            boolean sealed,
            long firstMillis,
            long latestMillis,
            boolean index,
            String problem) {}

    /**
     * One snapshot file.
     *
     * @param offset of the first record that is not in it
     * @param problem what is wrong with it, empty if nothing
     */
    public record OfSnapshot(Path file, long offset, long bytes, String problem) {}

    /** Of the files. */
    public long bytes() {
        return segments.stream().mapToLong(OfSegment::bytes).sum()
                + snapshots.stream().mapToLong(OfSnapshot::bytes).sum();
    }
}
