package io.robustmq.placement;

import java.util.List;

/** What became of the wish to change documents. All of them were changed, or none. */
public sealed interface DocumentAnswer extends Answer {
    /** All were; the revision is the version of those that are there. */
    record Changed(long revision) implements DocumentAnswer {}

    /** None was, as these were not as expected. */
    record Conflicts(List<Conflict> all) implements DocumentAnswer {
        public Conflicts {
            all = List.copyOf(all);
        }
    }

    /**
     * None was: the documents would have had more bytes than they may.
     *
     * @param bytes that they would have had, with their names
     */
    record Full(long maxBytes, long bytes) implements DocumentAnswer {}

    /**
     * @param place in the list of what was to be changed, from 0
     * @param version that is there, or {@link DocumentChange#ABSENT}
     */
    record Conflict(int place, long version) {}
}
