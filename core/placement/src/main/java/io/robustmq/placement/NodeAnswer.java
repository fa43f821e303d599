package io.robustmq.placement;

/** What became of the wish to register a node. */
public sealed interface NodeAnswer extends Answer {
    /** It is; an instance that was there before has the epoch that it had. */
    record Registered(NodeEpoch identity) implements NodeAnswer {}

    /** There are as many as may be. */
    record Full(int maxNodes) implements NodeAnswer {}
}
