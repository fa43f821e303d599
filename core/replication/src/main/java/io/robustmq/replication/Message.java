package io.robustmq.replication;

import java.util.List;

/**
 * What nodes say to each other about a segment. Any of it may be lost, repeated or come late:
 * whoever wants an answer asks again. {@link MessageCodec} draws the bytes.
 */
public sealed interface Message {
    SegmentId segment();

    /** To a replica. */
    sealed interface Request extends Message {}

    /** From a replica. */
    sealed interface Reply extends Message {}

    /**
     * From the segment's writer, or from a recovery with the higher epoch that it fenced with. The
     * first record has {@code firstOffset}, the others follow it. Without records it asks how far
     * the replica is, and tells the committed offset.
     *
     * @param committed the last offset known to be acknowledged; one below the first if none is
     */
    record Append(
            SegmentId segment, long epoch, long committed, long firstOffset, List<Entry> entries)
            implements Request {
        public Append {
            entries = List.copyOf(entries);
        }
    }

    /** Takes no appends of lower epochs from now on, and say what you have. */
    record Fence(SegmentId segment, long epoch) implements Request {}

    /**
     * Asks for records from {@code from} on, at least one if there is one, and otherwise at most
     * {@code maxBytes}.
     *
     * @param epoch 0 for a reader, who gets what is committed; that of a recovery, which gets all
     * @param committed what the asker knows to be committed, as from the seal; -1 if nothing
     * @param request chosen by the asker, in the answer
     */
    record Read(
            SegmentId segment, long epoch, long committed, long from, int maxBytes, long request)
            implements Request {}

    /**
     * Fetch all of this sealed segment from its ensemble, to be in it afterwards.
     *
     * @param version of the segment's document, by which the ensemble will be changed
     */
    record Copy(Segment sealed, long version) implements Request {
        @Override
        public SegmentId segment() {
            return sealed.id();
        }
    }

    /**
     * @param epoch of the append
     * @param end every record below is on disk
     */
    record Appended(SegmentId segment, long epoch, long end) implements Reply {}

    /**
     * The fence is on disk, and so is each record below {@code end}; no other append of a lower
     * epoch is on its way there.
     */
    record Fenced(SegmentId segment, long epoch, long end, long committed) implements Reply {}

    /**
     * @param epoch of the request
     * @param known the highest epoch that the replica has promised
     * @param end of what it has taken
     */
    record Refused(SegmentId segment, long epoch, Refusal refusal, long known, long end)
            implements Reply {}

    /**
     * @param committed as far as the replica knows
     * @param from offset of the first record
     */
    record Records(SegmentId segment, long request, long committed, long from, List<Entry> entries)
            implements Reply {
        public Records {
            entries = List.copyOf(entries);
        }
    }

    /** All of the segment is on disk here. */
    record Copied(SegmentId segment, long version) implements Reply {}

    /** Why a replica does not do what it was asked to. */
    enum Refusal {
        /** It promised a higher epoch. */
        FENCED(1),
        /** The segment is sealed, or gone: ask the metadata. */
        SEALED(2),
        /** Records between its end and the append are missing. */
        GAP(3),
        /** Its disk does not take, or give, records. */
        DISK(4),
        /** It does not keep the segment. */
        ABSENT(5);

        private final int number;

        Refusal(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }
}
