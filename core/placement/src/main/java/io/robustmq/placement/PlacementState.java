package io.robustmq.placement;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What has been agreed: the fold of all commands so far. The same commands make the same state, on
 * every node and after every restart: no clock, no chance, nothing from outside.
 *
 * @param revision how many commands
 * @param nodes by id
 */
record PlacementState(long revision, SortedMap<String, Node> nodes) {
    static final PlacementState EMPTY = new PlacementState(0, Collections.emptySortedMap());

    /** What a command did; {@code change} is null if nothing was to be done. */
    record Step(PlacementState state, @Nullable NodeChange change) {}

    Step apply(Command command) {
        long next = revision + 1;
        TreeMap<String, Node> after = new TreeMap<>(nodes);
        NodeChange change =
                switch (command) {
                    case Command.Register(Node node) -> {
                        after.put(node.nodeId(), node);
                        yield new NodeChange.Registered(next, node);
                    }
                    case Command.Deregister(String nodeId) ->
                            after.remove(nodeId) == null
                                    ? null
                                    : new NodeChange.Removed(next, nodeId);
                };
        return new Step(new PlacementState(next, Collections.unmodifiableSortedMap(after)), change);
    }
}
