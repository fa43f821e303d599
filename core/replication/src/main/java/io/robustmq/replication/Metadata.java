package io.robustmq.replication;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What nodes agree on of shards. Each call is answered exactly once, later and on the thread of the
 * caller's state machine: an implementation gives up by itself ({@link Answer.Unreachable}, {@link
 * Outcome.Unknown}).
 */
public interface Metadata {
    /** The documents of a shard. An old answer costs a further attempt, and nothing else. */
    void read(String shard, Consumer<Answer> told);

    /** Makes all changes, in one step, or none. */
    void change(List<Change> changes, String why, Consumer<Outcome> told);

    /** What {@link #read} comes to. */
    sealed interface Answer {
        record Found(ShardView view) implements Answer {}

        record Unreachable(String why) implements Answer {}
    }

    /** What {@link #change} comes to. */
    sealed interface Outcome {
        record Done() implements Outcome {}

        /** A version was not the expected one: nothing was changed. */
        record Conflict() implements Outcome {}

        /** It may have been made, may still be, or never will. */
        record Unknown(String why) implements Outcome {}
    }

    /** One document, by compare-and-set; version 0 is one that is not there. */
    sealed interface Change {
        record PutHead(ShardHead head, long expected) implements Change {}

        record PutSegment(Segment segment, long expected) implements Change {}

        record RemoveSegment(SegmentId segment, long expected) implements Change {}
    }

    static long versionOf(@Nullable Versioned<?> document) {
        return document == null ? 0 : document.version();
    }
}
