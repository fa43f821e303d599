package io.robustmq.placement;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What of a change is for one watch. */
record Interests(Set<Interest> all) {
    private static final Interest NODE = new Interest.AnyNode();
    private static final Interest MEMBER = new Interest.AnyMember();
    private static final Interest LOG_ORDER = new Interest.AnyLogOrder();
    private static final Interest CLAIM = new Interest.AnyClaim();
    private static final Interest DOCUMENT = new Interest.AnyDocument();

    Interests {
        all = Set.copyOf(all);
    }

    /** Null if nothing of it is. */
    @Nullable PlacementChange of(PlacementChange change) {
        return switch (change) {
            case PlacementChange.Whole _ -> change;
            case PlacementChange.Registered _,
                    PlacementChange.Removed _,
                    PlacementChange.NodesExpired _ ->
                    all.contains(NODE) || all.contains(CLAIM) ? change : null;
            case PlacementChange.MemberAdded _, PlacementChange.MemberRemoved _ ->
                    all.contains(MEMBER) ? change : null;
            case PlacementChange.TraceBegun _,
                    PlacementChange.TraceEnded _,
                    PlacementChange.LevelSet _,
                    PlacementChange.Expired _ ->
                    all.contains(LOG_ORDER) ? change : null;
            case PlacementChange.ClaimsChanged claims -> of(claims);
            case PlacementChange.DocumentsChanged documents -> of(documents);
        };
    }

    private @Nullable PlacementChange of(PlacementChange.ClaimsChanged change) {
        if (all.contains(CLAIM)) {
            return change;
        }
        List<PlacementChange.ClaimsChanged.One> some =
                change.claims().stream().filter(one -> isTaken(change.by(), one)).toList();
        return some.isEmpty()
                ? null
                : new PlacementChange.ClaimsChanged(change.revision(), change.by(), some);
    }

    private boolean isTaken(NodeEpoch by, PlacementChange.ClaimsChanged.One one) {
        NodeEpoch previous = one.previous();
        return previous != null
                && !previous.nodeId().equals(by.nodeId())
                && all.contains(new Interest.ClaimsTakenFrom(previous.nodeId()));
    }

    private @Nullable PlacementChange of(PlacementChange.DocumentsChanged change) {
        if (all.contains(DOCUMENT)) {
            return change;
        }
        List<PlacementChange.DocumentsChanged.One> some =
                change.documents().stream().filter(this::isWanted).toList();
        return some.isEmpty()
                ? null
                : new PlacementChange.DocumentsChanged(
                        change.revision(), some, change.by(), change.why());
    }

    private boolean isWanted(PlacementChange.DocumentsChanged.One one) {
        for (Interest interest : all) {
            if (interest instanceof Interest.Documents(DocumentKind kind, String prefix)
                    && kind == one.kind()
                    && one.name().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
