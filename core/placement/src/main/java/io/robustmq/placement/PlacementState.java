package io.robustmq.placement;

import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.CompletionException;
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
        Members members,
        Answers answers) {
    static final PlacementState EMPTY =
            new PlacementState(
                    0,
                    Nodes.NONE,
                    Orders.NONE,
                    Documents.NONE,
                    Claims.NONE,
                    Members.NONE,
                    Answers.NONE);

    /**
     * What a command did.
     *
     * @param change null if nothing was to be done, or all of it was done before
     * @param answered then, if it was
     */
    record Step(PlacementState state, @Nullable PlacementChange change, Answered answered) {
        /** That led to a state, if what was between is not known. */
        static Step to(PlacementState state) {
            Answered nothing = new Answered(state.revision(), new Answer.Agreed(false));
            return new Step(state, null, nothing);
        }

        Answer answer() {
            return answered.answer();
        }

        Agreement agreement() {
            return new Agreement(answered.revision(), answer().isDone());
        }

        /**
         * @throws CompletionException with an {@link AnswerLostException} if it is not known
         */
        <T extends Answer> T answer(Class<T> kind) {
            return switch (answer()) {
                case Answer.Forgotten _ ->
                        throw new CompletionException(
                                new AnswerLostException(
                                        "it was agreed at revision "
                                                + answered.revision()
                                                + ", and what it did is not kept any more"));
                case Answer.TooLate _ ->
                        throw new CompletionException(
                                new AnswerLostException(
                                        "it is sent again so late that nobody knows whether it was agreed"));
                case Answer answer -> kind.cast(answer);
            };
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
        Answered answered = new Answered(revision + 1, next.apply(command));
        return new Step(next.made(), next.change(), answered);
    }

    /** Also if it is sent again; what was done before is not done again, but answered as then. */
    Step apply(CommandId id, Command command) {
        NextState next = new NextState(this);
        Answered before = answers.answered(id, revision + 1);
        if (before != null) {
            return new Step(next.made(), null, before);
        }
        Answered answered = new Answered(revision + 1, next.apply(command));
        next.answered(id, answered);
        return new Step(next.made(), next.change(), answered);
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
