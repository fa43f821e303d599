package io.robustmq.placement;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changed, at a revision, of what nodes agree on. */
public sealed interface PlacementChange {
    long revision();

    /**
     * The node is there now, with these roles and addresses, whether it was there before or not.
     */
    record Registered(long revision, Node node) implements PlacementChange {}

    /** The node is not there any more. */
    record Removed(long revision, String nodeId) implements PlacementChange {}

    /** Every node traces that. */
    record TraceBegun(long revision, TraceOrder order) implements PlacementChange {}

    /** No node traces that any more. */
    record TraceEnded(long revision, String id, Author by) implements PlacementChange {}

    /** On every node, for good or for a while. */
    record LevelSet(long revision, LevelOrder order) implements PlacementChange {}

    /** All of them at once. */
    record DocumentsChanged(long revision, List<One> documents, Author by, String why)
            implements PlacementChange {
        public DocumentsChanged {
            documents = List.copyOf(documents);
        }

        /**
         * @param document as it is now; null if it is not there any more
         */
        public record One(DocumentKind kind, String name, @Nullable Document document) {}
    }

    /** The traces and levels whose time was over by then are not there any more. */
    record Expired(long revision, Instant by) implements PlacementChange {}
}
