package io.robustmq.placement;

import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was agreed, as somebody elsewhere tells it: a copy of the state, and those who follow it. It
 * has no claims, and does not know which commands were done. One thread feeds it; any reads.
 */
public final class PlacementCopy implements AutoCloseable {
    private final PlacementHistory history = new PlacementHistory();
    private final Watches watches = new Watches(history);
    private volatile PlacementState state = PlacementState.EMPTY;

    /** The next change that is of interest, or a whole state in the place of everything before. */
    public void apply(PlacementChange change) {
        if (change instanceof PlacementChange.Whole(PlacementView view)) {
            state = view.state();
            history.restart(view.state());
            return;
        }
        PlacementState after = after(state, change);
        state = after;
        history.follow(after, change);
    }

    /** Nothing else of interest changed up to there. */
    public void progress(long revision) {
        PlacementState before = state;
        if (revision > before.revision()) {
            PlacementState after = at(revision, before);
            state = after;
            history.follow(after, null);
        }
    }

    private static PlacementState after(PlacementState before, PlacementChange change) {
        Nodes nodes = before.nodes();
        Orders orders = before.orders();
        Documents documents = before.documents();
        Members members = before.members();
        switch (change) {
            case PlacementChange.Registered(long _, Registration registration) ->
                    nodes = nodes.with(registration);
            case PlacementChange.Removed(long _, NodeEpoch node) ->
                    nodes = nodes.without(node.nodeId());
            case PlacementChange.NodesExpired expired -> {
                for (NodeEpoch each : expired.nodes()) {
                    nodes = nodes.without(each.nodeId());
                }
            }
            case PlacementChange.MemberAdded(long _, Member member, Author _, String _) ->
                    members = new Members(members.byId().plus(member.id(), member), members.gone());
            case PlacementChange.MemberRemoved(long _, Member member, Author _, String _) ->
                    members = new Members(members.byId().minus(member.id()), members.gone());
            case PlacementChange.TraceBegun(long _, TraceOrder order) ->
                    orders = or(orders.begin(order), orders);
            case PlacementChange.TraceEnded ended -> orders = or(orders.end(ended.id()), orders);
            case PlacementChange.LevelSet(long _, LevelOrder order) ->
                    orders = or(orders.set(order), orders);
            case PlacementChange.Expired expired ->
                    orders = or(orders.expire(expired.by()), orders);
            case PlacementChange.DocumentsChanged changed -> {
                for (PlacementChange.DocumentsChanged.One each : changed.documents()) {
                    documents = documents.with(each);
                }
            }
            case PlacementChange.ClaimsChanged _ -> {}
            case PlacementChange.Whole whole ->
                    throw new IllegalStateException("no step but a state: " + whole);
        }
        return new PlacementState(
                change.revision(),
                nodes,
                orders,
                documents,
                before.claims(),
                members,
                before.answers());
    }

    private static <T> T or(@Nullable T after, T before) {
        return after == null ? before : after;
    }

    private static PlacementState at(long revision, PlacementState state) {
        return new PlacementState(
                revision,
                state.nodes(),
                state.orders(),
                state.documents(),
                state.claims(),
                state.members(),
                state.answers());
    }

    public PlacementView view() {
        return new PlacementView(state);
    }

    /**
     * As {@link Placement#watch}; claims are never handed over. A revision that is not known here
     * is of another history, and then the whole state comes first.
     */
    public AutoCloseable watch(
            long fromRevision, Set<Interest> interests, Consumer<PlacementChange> watcher) {
        boolean isKnown = fromRevision <= state.revision();
        return watches.begin(
                isKnown ? fromRevision : ClusterPlacement.NOTHING_SEEN, interests, watcher);
    }

    /** Ends all watches. */
    @Override
    public void close() {
        watches.close();
    }
}
