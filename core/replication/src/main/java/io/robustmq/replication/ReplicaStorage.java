package io.robustmq.replication;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The disk of a replica. Completions come later, on the replica's thread, and for one segment in
 * the order of the calls.
 */
public interface ReplicaStorage {
    /**
     * A segment that is here.
     *
     * @param epoch the highest promised
     * @param version of the segment's document when it was fetched; 0 if its writer brought it
     * @param end after its last record
     */
    record Held(SegmentId segment, long epoch, long version, long end) {}

    /** What a crash has left. Before anything else. */
    List<Held> held() throws IOException;

    /** Makes a promise durable, and the segment, without records, if it is missing. */
    void promise(SegmentId segment, long epoch, long version, Written told);

    /**
     * Makes records durable behind those that are there. When one call fails, all that were made
     * before this was told fail, too: otherwise records would lie where others should.
     *
     * @param from the offset of the first
     */
    void append(SegmentId segment, long from, List<Entry> entries, Written told);

    /** Records from {@code from} to before {@code to}, at least one, else at most so many bytes. */
    void read(SegmentId segment, long from, long to, int maxBytes, Found told);

    /** Nothing will be appended any more: what it holds open for that may go. */
    void whole(SegmentId segment);

    /** The promise first: records without one are nobody's. Nothing happens if there is none. */
    void delete(SegmentId segment, Written told);

    /** How a change ended. */
    interface Written {
        /**
         * @param end after the last record that is durable, whatever happened
         * @param why it failed; null if it did not
         */
        void written(long end, @Nullable IOException why);
    }

    /** How a reading ended. */
    interface Found {
        /**
         * @param why they cannot be read; null if they are here
         */
        void found(List<Entry> entries, @Nullable IOException why);
    }
}
