package io.robustmq.placement;

/**
 * A node that is registered.
 *
 * @param identity its id, and since when it is this instance
 * @param instance drawn by the node when it starts; {@link #NO_INSTANCE} if it did not tell
 */
public record Registration(Node node, NodeEpoch identity, long instance) {
    /** Of a node that is a new instance each time that it registers. */
    public static final long NO_INSTANCE = 0;

    public long epoch() {
        return identity.epoch();
    }
}
