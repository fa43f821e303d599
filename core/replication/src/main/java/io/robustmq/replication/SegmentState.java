package io.robustmq.replication;

/** What a segment's metadata says of its end. */
public sealed interface SegmentState {
    /** Its writer may append, or it died and nobody has recovered the segment yet. */
    record Open() implements SegmentState {}

    /**
     * For ever. Records above {@code lastOffset} that a replica may have were never acknowledged.
     *
     * @param lastOffset one below the first offset if the segment is empty
     */
    record Sealed(long lastOffset) implements SegmentState {}
}
