package io.robustmq.placement;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of the state what had a time that is over. Nodes do not wait for it: they know the
 * time. One thread looks; answers come on any.
 */
final class Expiry {
    private final Supplier<Command.@Nullable Expire> due;
    private final Function<Command, CompletableFuture<PlacementState.Step>> submit;

    /** Also once no later try can succeed. */
    private volatile boolean busy;

    /**
     * @param due null if nothing is over, or it cannot be removed at present
     */
    Expiry(
            Supplier<Command.@Nullable Expire> due,
            Function<Command, CompletableFuture<PlacementState.Step>> submit) {
        this.due = due;
        this.submit = submit;
    }

    /** To be done each so often. */
    void look() {
        if (busy) {
            return;
        }
        Command.Expire command = due.get();
        if (command != null) {
            busy = true;
            var unused =
                    submit.apply(command)
                            .whenComplete((step, failure) ->
                                    busy = failure != null && isLasting(failure));
        }
    }

    private static boolean isLasting(Throwable failure) {
        Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
        return !(why instanceof IOException);
    }
}
