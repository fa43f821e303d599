package io.robustmq.server;

import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.placement.AnswerLostException;
import io.robustmq.placement.PlacementBusyException;
import io.robustmq.placement.PlacementRefusedException;
import java.time.DateTimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** What placement says no with, as gRPC says it. */
final class PlacementStatus {
    private PlacementStatus() {}

    /**
     * @param asking may refuse what it is asked with an exception
     */
    static <T> T answered(Supplier<CompletableFuture<T>> asking) throws StatusException {
        try {
            return asking.get().join();
        } catch (CompletionException e) {
            throw of(e.getCause() == null ? e : e.getCause());
        } catch (IllegalArgumentException | DateTimeException wrong) {
            throw of(wrong);
        }
    }

    private static StatusException of(Throwable why) {
        Status status =
                switch (why) {
                    case PlacementRefusedException _ -> Status.FAILED_PRECONDITION;
                    case PlacementBusyException _ -> Status.RESOURCE_EXHAUSTED;
                    case AnswerLostException _ -> Status.DATA_LOSS;
                    case IllegalArgumentException _, DateTimeException _ -> Status.INVALID_ARGUMENT;
                    default -> Status.UNAVAILABLE;
                };
        return status.withDescription(why.getMessage()).withCause(why).asException();
    }
}
