package io.robustmq.testkit;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Waits for a condition in something that cannot call back, such as another process or its files.
 */
public final class Await {
    private static final long PAUSE_MILLIS = 25;

    private Await() {}

    /**
     * Asks until there is an answer, and gives it back.
     *
     * @param state told in the failure, computed once
     */
    public static <T> T until(
            String what, Duration limit, Callable<Optional<T>> ask, Supplier<String> state)
            throws Exception {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Optional<T> answer = ask.call();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not within "
                                + limit.toSeconds()
                                + " s: "
                                + what
                                + "\nso far: "
                                + state.get());
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }

    /** Waits until {@code condition} holds. */
    public static void untilTrue(String what, Duration limit, Callable<Boolean> condition)
            throws Exception {
        until(
                what,
                limit,
                () -> condition.call() ? Optional.of(true) : Optional.empty(),
                () -> "never true");
    }
}
