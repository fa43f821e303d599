package io.robustmq.server;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A stream of answers, read one after the other by one thread that may wait. The next is asked for
 * when one was taken.
 */
final class GrpcReading<Q, A> implements ClientResponseObserver<Q, A> {
    private static final int ALL = 1 << 20;

    private final BlockingQueue<Came<A>> queue = new LinkedBlockingQueue<>();
    private volatile @Nullable ClientCallStreamObserver<Q> call;

    private sealed interface Came<A> {
        record Next<A>(A answer) implements Came<A> {}

        record End<A>(Status status) implements Came<A> {}
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> begun) {
        begun.disableAutoRequestWithInitial(1);
        call = begun;
    }

    @Override
    public void onNext(A answer) {
        queue.add(new Came.Next<>(answer));
    }

    @Override
    public void onError(Throwable why) {
        queue.add(new Came.End<>(Status.fromThrowable(why)));
    }

    @Override
    public void onCompleted() {
        queue.add(new Came.End<>(Status.OK));
    }

    /**
     * @return null if the other side has ended it
     * @throws StatusException if it broke
     * @throws TimeoutException if nothing comes for so long
     */
    @Nullable A read(long millis) throws StatusException, TimeoutException, InterruptedException {
        Came<A> came = queue.poll(millis, TimeUnit.MILLISECONDS);
        return switch (came) {
            case null -> throw new TimeoutException("nothing came for " + millis + " ms");
            case Came.Next<A>(A answer) -> {
                ClientCallStreamObserver<Q> asked = call;
                if (asked != null) {
                    asked.request(1);
                }
                yield answer;
            }
            case Came.End<A>(Status status) -> {
                if (!status.isOk()) {
                    throw status.asException();
                }
                yield null;
            }
        };
    }

    /** Another request, if the other side takes one now. One thread at a time, none of cancel's. */
    void offer(Q request) {
        ClientCallStreamObserver<Q> asked = call;
        if (asked != null && asked.isReady()) {
            asked.onNext(request);
        }
    }

    void cancel(String why) {
        ClientCallStreamObserver<Q> asked = call;
        if (asked != null) {
            // if the connection broke, gRPC keeps what has come for as long as it is not asked for
            asked.request(ALL);
            asked.cancel(why, null);
        }
    }
}
