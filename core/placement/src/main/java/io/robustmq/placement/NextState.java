package io.robustmq.placement;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state while a command makes it of the one before. */
final class NextState {
    private final long revision;
    private Nodes nodes;
    private Orders orders;
    private Documents documents;
    private Claims claims;
    private Members members;
    private Answers answers;
    private @Nullable PlacementChange change;

    NextState(PlacementState before) {
        revision = before.revision() + 1;
        nodes = before.nodes();
        orders = before.orders();
        documents = before.documents();
        claims = before.claims();
        members = before.members();
        answers = before.answers();
    }

    PlacementState made() {
        return new PlacementState(revision, nodes, orders, documents, claims, members, answers);
    }

    /** Null if the command changed nothing. */
    @Nullable PlacementChange change() {
        return change;
    }

    void answered(CommandId id, Answered answered) {
        answers = answers.with(id, answered);
    }

    Answer apply(Command command) {
        Answer answer = answer(command);
        int changed =
                command instanceof Command.ChangeClaims(NodeEpoch _, List<ClaimChange> changes)
                        ? changes.size()
                        : 0;
        claims = claims.swept(Claims.SWEEP + changed, nodes);
        return answer;
    }

    private Answer answer(Command command) {
        return switch (command) {
            case Command.Register wish -> register(wish);
            case Command.Deregister(String nodeId, long epoch) -> deregister(nodeId, epoch);
            case Command.ExpireNodes(List<NodeEpoch> silent) -> expire(silent);
            case Command.BeginTrace(TraceOrder order) ->
                    become(orders.begin(order), new PlacementChange.TraceBegun(revision, order));
            case Command.EndTrace(String id, Author by) ->
                    become(orders.end(id), new PlacementChange.TraceEnded(revision, id, by));
            case Command.SetLevel(LevelOrder order) ->
                    become(orders.set(order), new PlacementChange.LevelSet(revision, order));
            case Command.Expire(Instant now) ->
                    become(orders.expire(now), new PlacementChange.Expired(revision, now));
            case Command.ChangeDocuments wish -> changeDocuments(wish);
            case Command.AddMember(Member member, var among, Author by, String why) ->
                    become(
                            members.are(among) ? members.with(member) : null,
                            new PlacementChange.MemberAdded(revision, member, by, why));
            case Command.RemoveMember wish -> remove(wish);
            case Command.MoveMember wish -> move(wish);
            case Command.ChangeClaims(NodeEpoch node, List<ClaimChange> changes) ->
                    changeClaims(node, changes);
        };
    }

    private Answer changed(PlacementChange made) {
        change = made;
        return new Answer.Agreed(true);
    }

    private Answer register(Command.Register wish) {
        String nodeId = wish.node().nodeId();
        if (nodes.isFullFor(nodeId)) {
            return new NodeAnswer.Full(Nodes.MAX);
        }
        Registration before = nodes.registration(nodeId);
        Registration after = nodes.registered(revision, wish);
        if (!after.equals(before)) {
            nodes = nodes.with(after);
            change = new PlacementChange.Registered(revision, after);
            if (before != null && before.epoch() != after.epoch()) {
                claims = claims.toSweep();
            }
        }
        return new NodeAnswer.Registered(after.identity());
    }

    private Answer deregister(String nodeId, long epoch) {
        Registration registration = nodes.registration(nodeId);
        if (registration == null
                || (epoch != Command.Deregister.ANY_EPOCH && epoch != registration.epoch())) {
            return new Answer.Agreed(false);
        }
        nodes = nodes.without(nodeId);
        claims = claims.toSweep();
        return changed(new PlacementChange.Removed(revision, registration.identity()));
    }

    private Answer expire(List<NodeEpoch> silent) {
        List<NodeEpoch> gone = silent.stream().distinct().filter(nodes::isCurrent).toList();
        if (gone.isEmpty()) {
            return new Answer.Agreed(false);
        }
        for (NodeEpoch each : gone) {
            nodes = nodes.without(each.nodeId());
        }
        claims = claims.toSweep();
        return changed(new PlacementChange.NodesExpired(revision, gone));
    }

    private Answer changeClaims(NodeEpoch node, List<ClaimChange> wishes) {
        Registration registration = nodes.registration(node.nodeId());
        long epoch = registration == null ? 0 : registration.epoch();
        if (registration == null || epoch != node.epoch()) {
            return new ClaimAnswer.Superseded(epoch);
        }
        Claims.Outcome outcome = claims.change(revision, registration.identity(), wishes, nodes);
        claims = outcome.after();
        if (!outcome.changes().isEmpty()) {
            change = new PlacementChange.ClaimsChanged(revision, node, outcome.changes());
        }
        return outcome.answer();
    }

    private Answer remove(Command.RemoveMember wish) {
        Member member = members.byId().get(wish.id());
        return member == null || members.byId().size() == 1 || !members.are(wish.among())
                ? new Answer.Agreed(false)
                : become(
                        members.without(wish.id()),
                        new PlacementChange.MemberRemoved(revision, member, wish.by(), wish.why()));
    }

    private Answer move(Command.MoveMember wish) {
        Member before = members.byId().get(wish.id());
        if (before == null) {
            return new Answer.Agreed(false);
        }
        Member moved = new Member(before.id(), before.name(), wish.address());
        return become(
                members.with(moved),
                new PlacementChange.MemberAdded(revision, moved, wish.by(), wish.why()));
    }

    private Answer become(@Nullable Members after, PlacementChange made) {
        if (after == null) {
            return new Answer.Agreed(false);
        }
        members = after;
        return changed(made);
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
