package io.robustmq.replication;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A segment as the metadata has it. While it is open, nothing of it changes; it is sealed once, and
 * after that only its ensemble may change, for a replica that has all of it.
 *
 * @param epoch of the writer that began it, the only one that ever gives it new records
 * @param ensemble the replicas' node ids. An id belongs to a data directory: a node that has lost
 *     its disk must come back with another, as it does not know what it promised
 * @param ackQuorum a record is acknowledged when this many of the ensemble have it on disk
 */
public record Segment(
        SegmentId id, long epoch, List<String> ensemble, int ackQuorum, SegmentState state) {
    /** Replicas of a segment at most. */
    public static final int MAX_ENSEMBLE = 15;

    public Segment {
        ensemble = List.copyOf(ensemble);
        if (ensemble.isEmpty() || ensemble.size() > MAX_ENSEMBLE) {
            throw new IllegalArgumentException(
                    "a segment has 1 to " + MAX_ENSEMBLE + " replicas, was " + ensemble);
        }
        if (new HashSet<>(ensemble).size() < ensemble.size()) {
            throw new IllegalArgumentException("replicas must differ, were " + ensemble);
        }
        if (ackQuorum < 1 || ackQuorum > ensemble.size()) {
            throw new IllegalArgumentException(
                    "the ack quorum of " + ensemble + " cannot be " + ackQuorum);
        }
    }

    static Segment open(SegmentId id, long epoch, List<String> ensemble, int ackQuorum) {
        return new Segment(id, epoch, ensemble, ackQuorum, new SegmentState.Open());
    }

    /**
     * So many replicas that one of them has every record that may have been acknowledged, whichever
     * quorum it was.
     */
    int fenceQuorum() {
        return ensemble.size() - ackQuorum + 1;
    }

    public boolean isOpen() {
        return switch (state) {
            case SegmentState.Open() -> true;
            case SegmentState.Sealed(long lastOffset) -> false;
        };
    }

    /** The offset after the last record of a sealed segment; of an open one nobody can say. */
    public long end() {
        return switch (state) {
            case SegmentState.Open() ->
                    throw new IllegalStateException(id + " is open, its end is not decided");
            case SegmentState.Sealed(long lastOffset) -> lastOffset + 1;
        };
    }

    Segment sealed(long lastOffset) {
        if (!isOpen() || lastOffset < id.firstOffset() - 1) {
            throw new IllegalStateException(this + " cannot be sealed at " + lastOffset);
        }
        return new Segment(id, epoch, ensemble, ackQuorum, new SegmentState.Sealed(lastOffset));
    }

    /** With {@code to} in the place of {@code from}; as one more if {@code from} is not in it. */
    Segment moved(String from, String to) {
        if (isOpen()) {
            throw new IllegalStateException(id + " is open: its ensemble is fixed");
        }
        List<String> moved = new ArrayList<>(ensemble);
        int place = moved.indexOf(from);
        if (place < 0) {
            moved.add(to);
        } else {
            moved.set(place, to);
        }
        return new Segment(id, epoch, moved, ackQuorum, state);
    }
}
