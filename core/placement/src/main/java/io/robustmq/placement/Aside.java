package io.robustmq.placement;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What takes long, beside the member's loop; what comes of it is done on the loop, as a step. */
final class Aside {
    /** On another thread. */
    interface Work<T> {
        T done() throws IOException;
    }

    /** On the member's loop; of both one is null, or the work has no result. */
    interface Then<T> {
        void done(@Nullable T result, @Nullable IOException failure);
    }

    private final Executor background;
    private final Consumer<Runnable> steps;

    /**
     * @param steps does a step on the loop
     */
    Aside(Executor background, Consumer<Runnable> steps) {
        this.background = background;
        this.steps = steps;
    }

    /** A defect in the work is one of a step. */
    <T> void run(Work<T> work, Then<T> then) {
        background.execute(() -> steps.accept(outcome(work, then)));
    }

    private static <T> Runnable outcome(Work<T> work, Then<T> then) {
        try {
            T result = work.done();
            return () -> then.done(result, null);
        } catch (IOException failure) {
            return () -> then.done(null, failure);
        } catch (RuntimeException | AssertionError defect) {
            return () -> {
                throw defect;
            };
        }
    }
}
