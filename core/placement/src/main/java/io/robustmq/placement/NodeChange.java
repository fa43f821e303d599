package io.robustmq.placement;

/** What happened to the registered nodes at a revision. */
public sealed interface NodeChange {
    long revision();

    /**
     * The node is there now, with these roles and addresses, whether it was there before or not.
     */
    record Registered(long revision, Node node) implements NodeChange {}

    /** The node is not there any more. */
    record Removed(long revision, String nodeId) implements NodeChange {}
}
