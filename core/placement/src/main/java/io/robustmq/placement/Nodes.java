package io.robustmq.placement;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Who is registered. Bound: {@link #MAX}.
 *
 * @param byId by node id
 */
record Nodes(PSortedMap<String, Registration> byId) {
    static final int MAX = 1024;
    static final Nodes NONE = new Nodes(TreePMap.empty());

    List<Node> all() {
        return byId.values().stream().map(Registration::node).toList();
    }

    @Nullable Registration registration(String nodeId) {
        return byId.get(nodeId);
    }

    /** Whether that registration is the one that holds. */
    boolean isCurrent(NodeEpoch identity) {
        Registration registration = byId.get(identity.nodeId());
        return registration != null && registration.epoch() == identity.epoch();
    }

    boolean isFullFor(String nodeId) {
        return byId.size() >= MAX && !byId.containsKey(nodeId);
    }

    /** The registration after it; the same object if it changes nothing. */
    Registration registered(long revision, Command.Register wish) {
        Node node = wish.node();
        Registration before = byId.get(node.nodeId());
        if (before == null
                || wish.instance() == Registration.NO_INSTANCE
                || wish.instance() != before.instance()) {
            return new Registration(node, new NodeEpoch(node.nodeId(), revision), wish.instance());
        }
        return before.node().equals(node)
                ? before
                : new Registration(node, before.identity(), before.instance());
    }

    Nodes with(Registration registration) {
        return new Nodes(byId.plus(registration.node().nodeId(), registration));
    }

    Nodes without(String nodeId) {
        return new Nodes(byId.minus(nodeId));
    }
}
