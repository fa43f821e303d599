package io.robustmq.placement;

import io.robustmq.journal.Shard;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Takes out of the state what had a time that is over. Nodes do not wait for it: they know the
 * time. A thread of its own runs it.
 */
final class Expiry implements Runnable, AutoCloseable {
    private static final long PAUSE_MILLIS = 500;

    private final PlacementService service;
    private final Shard log;
    private final InstantSource clock;
    private final Function<Command, CompletableFuture<PlacementState.Step>> submit;
    private final CountDownLatch closed = new CountDownLatch(1);

    Expiry(
            PlacementService service,
            Shard log,
            InstantSource clock,
            Function<Command, CompletableFuture<PlacementState.Step>> submit) {
        this.service = service;
        this.log = log;
        this.clock = clock;
        this.submit = submit;
    }

    @Override
    public void run() {
        try {
            boolean useful = true;
            while (useful && !closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                Instant now = clock.instant();
                if (service.state().hasExpired(now) && log.failure() == null) {
                    useful = expire(now);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the expiry is nobody's to interrupt", e);
        }
    }

    /** False if no later try can succeed. */
    private boolean expire(Instant now) {
        try {
            var unused = submit.apply(new Command.Expire(now)).join();
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
