package io.robustmq.placement;

import java.util.Set;

/** What a watch is to hand over. */
public sealed interface Interest {
    /** Nodes that come and go. */
    record AnyNode() implements Interest {}

    /** Of the group that agrees. */
    record AnyMember() implements Interest {}

    /** Traces and levels. */
    record AnyLogOrder() implements Interest {}

    /** Who has which client, and nodes that go with theirs. */
    record AnyClaim() implements Interest {}

    /**
     * Clients that another node took from that one. After {@link PlacementChange.Whole} that node
     * asks for each client that it has, with {@link PlacementView#claim}.
     */
    record ClaimsTakenFrom(String nodeId) implements Interest {}

    /** Those whose name begins with that. */
    record Documents(DocumentKind kind, String prefix) implements Interest {}

    /** Every document. */
    record AnyDocument() implements Interest {}

    /** Everything. */
    Set<Interest> ALL =
            Set.of(
                    new AnyNode(),
                    new AnyMember(),
                    new AnyLogOrder(),
                    new AnyClaim(),
                    new AnyDocument());
}
