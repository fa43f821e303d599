package io.robustmq.placement;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;

/** A state while a command makes it of the one before. */
final class NextState {
    private final long revision;
    private PSortedMap<String, Node> nodes;
    private Orders orders;
    private Documents documents;
    private @Nullable PlacementChange change;

    NextState(PlacementState before) {
        revision = before.revision() + 1;
        nodes = before.nodes();
        orders = before.orders();
        documents = before.documents();
    }

    PlacementState made() {
        return new PlacementState(revision, nodes, orders, documents);
    }

    /** Null if the command changed nothing. */
    @Nullable PlacementChange change() {
        return change;
    }

    Answer apply(Command command) {
        return switch (command) {
            case Command.Register(Node node) -> {
                nodes = nodes.plus(node.nodeId(), node);
                yield changed(new PlacementChange.Registered(revision, node));
            }
            case Command.Deregister(String nodeId) -> {
                if (!nodes.containsKey(nodeId)) {
                    yield new Answer.Agreed(false);
                }
                nodes = nodes.minus(nodeId);
                yield changed(new PlacementChange.Removed(revision, nodeId));
            }
            case Command.BeginTrace(TraceOrder order) ->
                    become(orders.begin(order), new PlacementChange.TraceBegun(revision, order));
            case Command.EndTrace(String id, Author by) ->
                    become(orders.end(id), new PlacementChange.TraceEnded(revision, id, by));
            case Command.SetLevel(LevelOrder order) ->
                    become(orders.set(order), new PlacementChange.LevelSet(revision, order));
            case Command.Expire(Instant now) ->
                    become(orders.expire(now), new PlacementChange.Expired(revision, now));
            case Command.ChangeDocuments wish -> changeDocuments(wish);
        };
    }

    private Answer changed(PlacementChange made) {
        change = made;
        return new Answer.Agreed(true);
    }

    private Answer become(@Nullable Orders after, PlacementChange made) {
        if (after == null) {
            return new Answer.Agreed(false);
        }
        orders = after;
        return changed(made);
    }

    private Answer changeDocuments(Command.ChangeDocuments wish) {
        Documents.Outcome outcome = documents.change(revision, wish);
        documents = outcome.after();
        if (outcome.answer() instanceof DocumentAnswer.Changed) {
            change =
                    new PlacementChange.DocumentsChanged(
                            revision, changes(wish), wish.by(), wish.why());
        }
        return outcome.answer();
    }

    private List<PlacementChange.DocumentsChanged.One> changes(Command.ChangeDocuments wish) {
        return wish.changes().stream()
                .map(each ->
                        new PlacementChange.DocumentsChanged.One(
                                each.kind(),
                                each.name(),
                                documents.document(each.kind(), each.name())))
                .toList();
    }
}
