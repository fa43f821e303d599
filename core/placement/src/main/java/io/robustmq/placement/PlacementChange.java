package io.robustmq.placement;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changed, at a revision, of what nodes agree on. */
public sealed interface PlacementChange {
    long revision();

    /** That it takes in memory, about. */
    default long bytes() {
        return switch (this) {
            case Registered(long _, Registration registration) ->
                    SOME_BYTES
                            + registration.node().extendInfo().entrySet().stream()
                                    .mapToLong(each ->
                                            SOME_BYTES
                                                    + each.getKey().length()
                                                    + each.getValue().length())
                                    .sum();
            case DocumentsChanged(
                            long _,
                            List<DocumentsChanged.One> documents,
                            Author _,
                            String _) ->
                    2 * SOME_BYTES
                            + documents.stream().mapToLong(DocumentsChanged.One::bytes).sum();
            case ClaimsChanged(long _, NodeEpoch _, List<ClaimsChanged.One> claims) ->
                    SOME_BYTES
                            + claims.stream()
                                    .mapToLong(each -> SOME_BYTES + each.clientId().length())
                                    .sum();
            case NodesExpired(long _, List<NodeEpoch> nodes) -> SOME_BYTES * (1L + nodes.size());
            case Removed _,
                    MemberAdded _,
                    MemberRemoved _,
                    TraceBegun _,
                    TraceEnded _,
                    LevelSet _,
                    Expired _,
                    Whole _ ->
                    4 * SOME_BYTES;
        };
    }

    /** Objects round a name. */
    long SOME_BYTES = 100;

    /**
     * The node is there now, with these roles and addresses, whether it was there before or not. If
     * it was, with another epoch, what it claimed then is not there any more.
     */
    record Registered(long revision, Registration registration) implements PlacementChange {}

    /** The node left: neither it nor what it claimed is there any more. */
    record Removed(long revision, NodeEpoch node) implements PlacementChange {}

    /** The nodes were silent: neither they nor what they claimed is there any more. */
    record NodesExpired(long revision, List<NodeEpoch> nodes) implements PlacementChange {
        public NodesExpired {
            nodes = List.copyOf(nodes);
        }
    }

    /** What of the node's wishes became other than it was, in their order. */
    record ClaimsChanged(long revision, NodeEpoch by, List<One> claims) implements PlacementChange {
        /** The epoch of a claim that is not there any more. */
        public static final long RELEASED = 0;

        public ClaimsChanged {
            claims = List.copyOf(claims);
        }

        /**
         * @param epoch as {@link Claim#epoch}, or {@link #RELEASED}
         * @param previous who had it until then, if that node is still there
         */
        public record One(String clientId, long epoch, @Nullable NodeEpoch previous) {}
    }

    /** The group that agrees has that member, or it has another address now. */
    record MemberAdded(long revision, Member member, Author by, String why)
            implements PlacementChange {}

    record MemberRemoved(long revision, Member member, Author by, String why)
            implements PlacementChange {}

    /** Every node traces that. */
    record TraceBegun(long revision, TraceOrder order) implements PlacementChange {}

    /** No node traces that any more. */
    record TraceEnded(long revision, String id, Author by) implements PlacementChange {}

    /** On every node, for good or for a while. */
    record LevelSet(long revision, LevelOrder order) implements PlacementChange {}

    /**
     * What was agreed, in the place of changes that a watch would have had to hand over and that
     * are not kept any more.
     */
    record Whole(PlacementView state) implements PlacementChange {
        @Override
        public long revision() {
            return state.revision();
        }
    }

    /** All of them at once. */
    record DocumentsChanged(long revision, List<One> documents, Author by, String why)
            implements PlacementChange {
        public DocumentsChanged {
            documents = List.copyOf(documents);
        }

        /**
         * @param document as it is now; null if it is not there any more
         */
        public record One(DocumentKind kind, String name, @Nullable Document document) {
            long bytes() {
                int content = document == null ? 0 : document.content().size();
                return 2 * SOME_BYTES + name.length() + content;
            }
        }
    }

    /** The traces and levels whose time was over by then are not there any more. */
    record Expired(long revision, Instant by) implements PlacementChange {}
}
