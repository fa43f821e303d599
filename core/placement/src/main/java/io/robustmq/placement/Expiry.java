package io.robustmq.placement;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of the state what had a time that is over. Nodes do not wait for it: they know the
 * time. A thread of its own runs it.
 */
final class Expiry implements Runnable, AutoCloseable {
    private static final long PAUSE_MILLIS = 500;

    private final Supplier<Command.@Nullable Expire> due;
    private final Function<Command, CompletableFuture<PlacementState.Step>> submit;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param due null if nothing is over, or it cannot be removed at present
     */
    Expiry(
            Supplier<Command.@Nullable Expire> due,
            Function<Command, CompletableFuture<PlacementState.Step>> submit) {
        this.due = due;
        this.submit = submit;
    }

    @Override
    public void run() {
        try {
            boolean useful = true;
            while (useful && !closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                Command.Expire command = due.get();
                if (command != null) {
                    useful = expire(command);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the expiry is nobody's to interrupt", e);
        }
    }

    /** False if no later try can succeed. */
    private boolean expire(Command.Expire command) {
        try {
            var unused = submit.apply(command).join();
            return true;
        } catch (CompletionException failure) {
            return failure.getCause() instanceof IOException;
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
