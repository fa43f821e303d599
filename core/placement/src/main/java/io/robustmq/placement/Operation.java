package io.robustmq.placement;

/** What an entry of the Raft log does, beside Hazelcast's own changes of the members. */
sealed interface Operation {
    /** A new leader's first entry: with it, all before it are agreed. */
    record Nothing() implements Operation {}

    /** Done once, however often it is in the log. */
    record Change(CommandId id, Command command) implements Operation {}

    /** Not in the log: asks that all before it be folded. */
    record Barrier() implements Operation {}
}
