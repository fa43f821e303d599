package io.robustmq.placement;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What the nodes agree on. Every change has a revision, counted from 1 without gaps. Any thread.
 */
public interface Placement extends PlacementWriter, AutoCloseable {
    /**
     * @throws java.net.BindException if the address is taken; the message names it
     */
    void open() throws IOException;

    /**
     * Completes once {@link #view} has all that was agreed before this was opened; exceptionally if
     * that can never be.
     */
    CompletableFuture<Void> ready();

    /**
     * A node is there. Who is not heard of for the timeout of nodes is removed, with its claims.
     *
     * @param node the registration that it is in the name of
     * @return completes with false if that one does not hold any more: the node is to register
     *     again
     */
    CompletableFuture<Boolean> heartbeat(NodeEpoch node);

    /** How long a registered node waits between two heartbeats; placement wants it so. */
    Duration heartbeatPause();

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
