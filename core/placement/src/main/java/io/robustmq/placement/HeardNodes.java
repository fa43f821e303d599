package io.robustmq.placement;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Nodes that a member who does not lead has heard of since it told the leader; each once, as many
 * as are registered. Any thread.
 */
final class HeardNodes {
    /** The leader is told about as often as a node says that it is there. */
    private static final int TICKS = 3;

    // guarded by this
    private final Set<NodeEpoch> nodes = new LinkedHashSet<>();
    private int ticks;

    synchronized void add(NodeEpoch node) {
        nodes.add(node);
    }

    /** Those to tell now, which are forgotten; mostly none. */
    synchronized List<NodeEpoch> takeAtTick() {
        ticks++;
        if (ticks % TICKS != 0) {
            return List.of();
        }
        List<NodeEpoch> taken = List.copyOf(nodes);
        nodes.clear();
        return taken;
    }
}
