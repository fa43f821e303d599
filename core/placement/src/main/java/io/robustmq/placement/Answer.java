package io.robustmq.placement;

/** What became of a command, for whoever sent it. */
public sealed interface Answer permits Answer.Agreed, NodeAnswer, DocumentAnswer, ClaimAnswer {
    /** Of a command with no more to say: whether there was something to be done. */
    record Agreed(boolean changed) implements Answer {}
}
