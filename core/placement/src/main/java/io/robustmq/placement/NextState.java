package io.robustmq.placement;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;

/** A state while a command makes it of the one before. */
final class NextState {
    private final long revision;
    private PSortedMap<String, Node> nodes;
    private Orders orders;

    NextState(PlacementState before) {
        revision = before.revision() + 1;
        nodes = before.nodes();
        orders = before.orders();
    }

    PlacementState made() {
        return new PlacementState(revision, nodes, orders);
    }

    /** Null if the command changes nothing. */
    @Nullable PlacementChange apply(Command command) {
        return switch (command) {
            case Command.Register(Node node) -> {
                nodes = nodes.plus(node.nodeId(), node);
                yield new PlacementChange.Registered(revision, node);
            }
            case Command.Deregister(String nodeId) -> {
                boolean isThere = nodes.containsKey(nodeId);
                nodes = nodes.minus(nodeId);
                yield isThere ? new PlacementChange.Removed(revision, nodeId) : null;
            }
            case Command.BeginTrace(TraceOrder order) ->
                    become(orders.begin(order), new PlacementChange.TraceBegun(revision, order));
            case Command.EndTrace(String id, Author by) ->
                    become(orders.end(id), new PlacementChange.TraceEnded(revision, id, by));
            case Command.SetLevel(LevelOrder order) ->
                    become(orders.set(order), new PlacementChange.LevelSet(revision, order));
            case Command.Expire(Instant now) ->
                    become(orders.expire(now), new PlacementChange.Expired(revision, now));
        };
    }

    private @Nullable PlacementChange become(Orders after, PlacementChange change) {
        boolean isChanged = after != orders;
        orders = after;
        return isChanged ? change : null;
    }
}
