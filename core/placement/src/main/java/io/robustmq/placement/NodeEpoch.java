package io.robustmq.placement;

/**
 * One registration of a node. What a node asks for in the name of an earlier one is refused.
 *
 * @param nodeId as {@link Node#nodeId}
 * @param epoch the revision that registered it; of two of one node the later one has the greater
 */
public record NodeEpoch(String nodeId, long epoch) {
    public NodeEpoch {
        Node.checkId(nodeId);
        if (epoch < 0) {
            throw new IllegalArgumentException("a node's epoch is at least 0, was " + epoch);
        }
    }
}
