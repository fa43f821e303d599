package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What was agreed, as events. */
final class PlacementNews {
    private PlacementNews() {}

    static void tell(PlacementState.Step step, Events events) {
        switch (step.change()) {
            case NodeChange.Registered(long revision, Node node) ->
                    events.emit(
                            new PlacementEvent.NodeRegistered(
                                    node.nodeId(), roles(node), addresses(node), revision));
            case NodeChange.Removed(long revision, String nodeId) ->
                    events.emit(new PlacementEvent.NodeRemoved(nodeId, revision));
            // the node that was asked tells what it does, and the others what they do
            case NodeChange.TraceBegun _,
                    NodeChange.TraceEnded _,
                    NodeChange.LevelSet _,
                    NodeChange.Expired _ -> {}
            case null -> {}
        }
    }

    private static String roles(Node node) {
        return node.roles().stream().sorted().map(Role::command).collect(Collectors.joining(","));
    }

    private static String addresses(Node node) {
        return new TreeMap<>(node.extendInfo())
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(","));
    }
}
