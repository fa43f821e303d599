package io.robustmq.placement;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What the nodes agree on. Every change has a revision, counted from 1 without gaps. Any thread.
 */
public interface Placement extends AutoCloseable {
    /**
     * @throws java.net.BindException if the address is taken; the message names it
     */
    void open() throws IOException;

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

    /**
     * A node is there. Who is not heard of for the timeout of nodes is removed, with its claims.
     *
     * @param node the registration that it is in the name of
     * @return completes with false if that one does not hold any more: the node is to register
     *     again
     */
    CompletableFuture<Boolean> heartbeat(NodeEpoch node);

    /** All that is agreed now. */
    PlacementView view();

    /**
     * The traces and levels that hold now; those whose time is over go by themselves. To follow
     * them, {@link #watch} from their revision.
     */
    LogOrders logOrders();

    /** The registered nodes, by id. */
    List<Node> nodes();

    /** Of the state that {@link #nodes} shows, or of one after it. */
    long revision();

    /**
     * Hands every change after {@code fromRevision} that is of interest to {@code watcher}, in
     * order, none left out, none twice: those that were before this call, and then those to come.
     * If some of those that were are not kept any more, it first hands {@link
     * PlacementChange.Whole}, which may also happen later to a watcher that is slow; it delays only
     * itself. Runs on a thread of its own. An exception from the watcher ends the watch. After a
     * restart go on from the last revision seen.
     *
     * @param fromRevision at most {@link #revision}; 0 for everything
     * @return ends the watch; a change that is being handed over may still be
     */
    AutoCloseable watch(
            long fromRevision, Set<Interest> interests, Consumer<PlacementChange> watcher);

    /** Of everything. */
    default AutoCloseable watch(long fromRevision, Consumer<PlacementChange> watcher) {
        return watch(fromRevision, Interest.ALL, watcher);
    }

    @Override
    void close();
}
