package io.robustmq.placement;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of the wish to change claims. */
public sealed interface ClaimAnswer extends Answer {
    /** One result for each wish, in their order. */
    record Done(List<Result> results) implements ClaimAnswer {
        public Done {
            results = List.copyOf(results);
        }
    }

    /**
     * None was changed: the node's registration is not that one any more.
     *
     * @param epoch of the one that it has; 0 if it has none
     */
    record Superseded(long epoch) implements ClaimAnswer {}

    /** None was changed: there would be more than may be. */
    record Full(int maxClaims) implements ClaimAnswer {}

    /** Of one wish. */
    sealed interface Result {
        /**
         * @param previous who had it until now, if that node is still there
         */
        record Taken(long epoch, @Nullable NodeEpoch previous) implements Result {}

        /**
         * Not taken: another node has it.
         *
         * @param epoch of the claim that it has
         */
        record Held(NodeEpoch owner, long epoch) implements Result {}

        /**
         * @param wasHeld false if the claim was another one, or none
         */
        record Released(boolean wasHeld) implements Result {}
    }
}
