package io.robustmq.server;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The answers to one request, one after the other. Who sends them waits while the client does not
 * take them, so that none pile up here. One thread sends.
 */
final class GrpcAnswers<A> {
    private final ServerCallStreamObserver<A> observer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** In the call's handler, before it returns. */
    GrpcAnswers(ServerCallStreamObserver<A> observer) {
        this.observer = observer;
        observer.setOnReadyHandler(this::wake);
        observer.setOnCancelHandler(this::wake);
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client still wants some. Any thread. */
    boolean isWanted() {
        return !observer.isCancelled();
    }

    /** False if the client wants no more. */
    boolean send(A answer) {
        lock.lock();
        try {
            while (!observer.isReady() && isWanted()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        if (isWanted()) {
            observer.onNext(answer);
        }
        return isWanted();
    }
}
