package io.robustmq.placement;

import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * What has been agreed: the fold of all commands so far. The same commands make the same state, on
 * every node and after every restart: no clock, no chance, nothing from outside. A state never
 * changes; the next one shares with it what the command leaves as it is.
 *
 * @param revision how many commands
 */
record PlacementState(
        long revision,
        Nodes nodes,
        Orders orders,
        Documents documents,
        Claims claims,
        Members members) {
    static final PlacementState EMPTY =
            new PlacementState(
                    0, Nodes.NONE, Orders.NONE, Documents.NONE, Claims.NONE, Members.NONE);

    /** What a command did; {@code change} is null if nothing was to be done. */
    record Step(PlacementState state, @Nullable PlacementChange change, Answer answer) {
        Agreement agreement() {
            return new Agreement(state.revision(), change != null);
        }
    }

    /** Null if nobody has that client. */
    @Nullable Claim claim(String clientId) {
        return claims.claim(clientId, nodes);
    }

    LogOrders logOrders() {
        return orders.at(revision);
    }

    boolean hasExpired(Instant now) {
        return orders.hasExpired(now);
    }

    Step apply(Command command) {
        NextState next = new NextState(this);
        Answer answer = next.apply(command);
        return new Step(next.made(), next.change(), answer);
    }

    /** As chunks, each made when it is asked for; any thread, also while later states are made. */
    Iterator<byte[]> encoded() {
        return new StateWriter(this);
    }

    /**
     * @throws IOException if the chunks are not all of one state in their order
     */
    static PlacementState decoded(Iterator<byte[]> chunks) throws IOException {
        StateReader reader = new StateReader();
        while (chunks.hasNext()) {
            reader.add(chunks.next());
        }
        return reader.finished();
    }
}
