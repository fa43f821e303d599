package io.robustmq.placement;

/** What an entry of the Raft log does, beside Hazelcast's own changes of the members. */
sealed interface Operation {
    /** A new leader's first entry: with it, all before it are agreed. */
    record Nothing() implements Operation {}

    /**
     * @param origin who asked: drawn anew each time a member starts
     * @param number counts what that one asked for, so that what is asked twice is done once
     * @param floor the origin waits for no number below it
     */
    record Change(MemberId origin, long number, long floor, Command command) implements Operation {}

    /** Not in the log: asks that all before it be folded. */
    record Barrier() implements Operation {}
}
