package io.robustmq.server;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.robustmq.placement.AnswerLostException;
import io.robustmq.placement.PlacementBusyException;
import io.robustmq.placement.PlacementUnavailableException;
import io.robustmq.server.wire.RequestId;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Asks one placement center after the other until one answers. A request with an id is done once,
 * however many were asked. Any thread.
 *
 * <p>Bound: {@link #MAX_WAITING} requests; above it one fails at once with {@link
 * PlacementBusyException}.
 */
final class PlacementCalls implements AutoCloseable {
    static final int MAX_WAITING = 256;

    /** After all were asked in vain, until the first is asked again. */
    private static final long PAUSE_MILLIS = 100;

    private final PlacementCenters centers;
    private final Duration patience;
    private final long originHigh;
    private final long originLow;
    private final AtomicLong numbers = new AtomicLong();
    private final Semaphore room = new Semaphore(MAX_WAITING);
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("placement-call-", 0).factory());

    /**
     * @param patience after which a request fails
     */
    PlacementCalls(PlacementCenters centers, Duration patience, RandomGenerator chance) {
        this.centers = centers;
        this.patience = patience;
        originHigh = chance.nextLong();
        originLow = chance.nextLong();
    }

    RequestId nextId() {
        return RequestId.newBuilder()
                .setOriginHigh(originHigh)
                .setOriginLow(originLow)
                .setNumber(numbers.incrementAndGet())
                .build();
    }

    /**
     * @param oneTry then the next one is asked: this one may be stopped, or cut off
     */
    <Q, A> CompletableFuture<A> ask(MethodDescriptor<Q, A> method, Q request, Duration oneTry) {
        if (!room.tryAcquire()) {
            return CompletableFuture.failedFuture(new PlacementBusyException(MAX_WAITING));
        }
        CompletableFuture<A> answer;
        try {
            answer =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return answer(method, request, oneTry);
                                } catch (IOException failure) {
                                    throw new CompletionException(failure);
                                }
                            },
                            threads);
        } catch (RejectedExecutionException closed) {
            answer = CompletableFuture.failedFuture(closed(closed));
        }
        return answer.whenComplete((answered, failure) -> room.release());
    }

    private static PlacementUnavailableException closed(Throwable why) {
        return new PlacementUnavailableException("placement is closed", why);
    }

    private <Q, A> A answer(MethodDescriptor<Q, A> method, Q request, Duration oneTry)
            throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        PlacementCenters.Center center = centers.current();
        for (int tries = 1; ; tries++) {
            Duration left = Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
            try {
                return center.ask(method, request, left.compareTo(oneTry) < 0 ? left : oneTry);
            } catch (StatusRuntimeException refused) {
                checkMayBeAnsweredElsewhere(refused);
                if (deadline - System.nanoTime() <= 0) {
                    throw new PlacementUnavailableException(
                            "no placement center answered within "
                                    + patience.toMillis()
                                    + " ms; the last one, "
                                    + center.address()
                                    + ", said: "
                                    + refused.getStatus(),
                            refused);
                }
                center = centers.after(center);
            }
            if (tries % centers.size() == 0) {
                pause();
            }
        }
    }

    private static void pause() throws PlacementUnavailableException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException closing) {
            throw closed(closing);
        }
    }

    private static void checkMayBeAnsweredElsewhere(StatusRuntimeException refused)
            throws IOException {
        Status status = refused.getStatus();
        String why = String.valueOf(status.getDescription());
        if (Thread.currentThread().isInterrupted()) {
            throw closed(refused);
        }
        switch (status.getCode()) {
            case UNAVAILABLE,
                    DEADLINE_EXCEEDED,
                    CANCELLED,
                    RESOURCE_EXHAUSTED,
                    INTERNAL,
                    UNKNOWN -> {}
            case DATA_LOSS -> throw new AnswerLostException(why);
            case INVALID_ARGUMENT -> throw new IllegalArgumentException(why);
            default -> throw new IOException("placement refused it: " + status, refused);
        }
    }

    /** What waits fails. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
