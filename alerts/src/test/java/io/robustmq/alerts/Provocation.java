package io.robustmq.alerts;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Something that is done to brokers again and again, beside the test, until it is closed. */
final class Provocation implements AutoCloseable {
    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread;

    private Provocation(String name, Callable<?> once) {
        thread =
                Thread.ofPlatform()
                        .name(name)
                        .daemon()
                        .unstarted(() -> {
                            try {
                                while (!closing.get()) {
                                    var unused = once.call();
                                }
                            } catch (Exception e) {
                                failure.set(e);
                            }
                        });
    }

    static Provocation again(String name, Callable<?> once) {
        Provocation provocation = new Provocation(name, once);
        provocation.thread.start();
        return provocation;
    }

    /** After what is under way. */
    @Override
    public void close() {
        closing.set(true);
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Exception failed = failure.get();
        if (failed != null || thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not go on", failed);
        }
    }
}
