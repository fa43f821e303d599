package io.robustmq.placement;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Changes what the nodes agree on. Any thread. */
public interface PlacementWriter {
    /**
     * Makes a node known, or known anew with other roles and addresses.
     *
     * @return the revision with it, once it is agreed and durable; exceptionally with {@link
     *     PlacementBusyException} when too many changes wait, or with what the log said
     */
    CompletableFuture<Long> register(Node node);

    /**
     * Makes a node known; a node of that id that was there before with another instance is
     * superseded, and its claims go.
     *
     * @param instance drawn by the node when it starts, so that it keeps its epoch and its claims
     *     when it registers again
     * @return completes once it is agreed and durable, like the other
     */
    CompletableFuture<NodeAnswer> register(Node node, long instance);

    /** Removes a node if it is still that registration. Completes like {@link #register}. */
    CompletableFuture<Agreement> deregister(NodeEpoch node);

    /** Removes a node; also a revision if it was not there. Completes like {@link #register}. */
    CompletableFuture<Long> deregister(String nodeId);

    /**
     * Has every node trace that.
     *
     * @return completes once it is agreed and durable, like {@link #register}; without a change if
     *     there are {@link TraceOrder#MAX} already, or one of that id
     */
    CompletableFuture<Agreement> beginTrace(TraceOrder order);

    /** Ends one before its time; without a change if there is none of that id. */
    CompletableFuture<Agreement> endTrace(String id, Author by);

    /** Gives a category a level on every node; without a change if too many have one. */
    CompletableFuture<Agreement> setLevel(LevelOrder order);

    /**
     * Changes documents: all of them, if each has the version that is expected, or none.
     *
     * @param changes 1 to {@link DocumentChange#MAX} of different documents, together at most
     *     {@link DocumentChange#MAX_BYTES}
     * @param why at most {@link Document#MAX_WHY} characters
     * @return completes once it is agreed and durable, like {@link #register}
     */
    CompletableFuture<DocumentAnswer> change(List<DocumentChange> changes, Author by, String why);

    /**
     * Has a node take clients from whoever has them, and release others, in that order.
     *
     * @param node the registration that it is in the name of
     * @param changes 1 to {@link ClaimChange#MAX}, their ids together at most {@link
     *     ClaimChange#MAX_BYTES}
     * @return completes once it is agreed and durable, like {@link #register}
     */
    CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes);

    /** Has a node take clients from whoever has them. */
    default CompletableFuture<ClaimAnswer> claim(NodeEpoch node, List<String> clientIds) {
        return changeClaims(
                node, clientIds.stream().<ClaimChange>map(ClaimChange.Take::new).toList());
    }

    /**
     * Has a node release clients that it has.
     *
     * @param epochs of its claims, by client; a later claim stays
     */
    default CompletableFuture<ClaimAnswer> release(NodeEpoch node, Map<String, Long> epochs) {
        return changeClaims(
                node,
                epochs.entrySet().stream()
                        .<ClaimChange>map(
                                each -> new ClaimChange.Release(each.getKey(), each.getValue()))
                        .toList());
    }
}
