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
            case PlacementChange.Registered(long revision, Registration registration) -> {
                Node node = registration.node();
                events.emit(
                        new PlacementEvent.NodeRegistered(
                                node.nodeId(), roles(node), addresses(node), revision));
            }
            case PlacementChange.Removed(long revision, NodeEpoch node) ->
                    events.emit(new PlacementEvent.NodeRemoved(node.nodeId(), revision));
            case PlacementChange.DocumentsChanged changed -> tell(changed, events);
            case PlacementChange.MemberAdded(long revision, Member member, Author by, String why) ->
                    events.emit(
                            new PlacementEvent.MemberAdded(
                                    member.name(),
                                    member.id().toString(),
                                    member.address(),
                                    revision,
                                    by.nodeId(),
                                    why,
                                    by.admin()));
            case PlacementChange.MemberRemoved(
                            long revision,
                            Member member,
                            Author by,
                            String why) ->
                    events.emit(
                            new PlacementEvent.MemberRemoved(
                                    member.name(),
                                    member.id().toString(),
                                    revision,
                                    by.nodeId(),
                                    why,
                                    by.admin()));
            // who leads the group knows for how long, and tells it
            case PlacementChange.NodesExpired _ -> {}
            // the node that was asked tells what it does, and the others what they do
            case PlacementChange.TraceBegun _,
                    PlacementChange.TraceEnded _,
                    PlacementChange.LevelSet _,
                    PlacementChange.Expired _ -> {}
            // a broker tells each connection
            case PlacementChange.ClaimsChanged _ -> {}
            // for watches only
            case PlacementChange.Whole _ -> {}
            case null -> {}
        }
    }

    private static void tell(PlacementChange.DocumentsChanged changed, Events events) {
        for (PlacementChange.DocumentsChanged.One one : changed.documents()) {
            Document document = one.document();
            events.emit(
                    document == null
                            ? new PlacementEvent.DocumentRemoved(
                                    one.kind().text(),
                                    one.name(),
                                    changed.revision(),
                                    changed.by().nodeId(),
                                    changed.why(),
                                    changed.by().admin())
                            : new PlacementEvent.DocumentChanged(
                                    one.kind().text(),
                                    one.name(),
                                    changed.revision(),
                                    document.created() == changed.revision(),
                                    document.content().size(),
                                    changed.by().nodeId(),
                                    changed.why(),
                                    changed.by().admin()));
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
