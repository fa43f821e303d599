package io.robustmq.server;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The answers to one request, one after the other. Who sends them waits while the client does not
 * take them, so that none pile up here. One thread sends; others may offer.
 */
final class GrpcAnswers<A> {
    private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

    private final ServerCallStreamObserver<A> observer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile long offeredAt = System.nanoTime() - NEVER_NANOS;

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
            if (isWanted()) {
                observer.onNext(answer);
            }
            return isWanted();
        } finally {
            lock.unlock();
        }
    }

    /** Since something was offered and sent; ages if nothing was. */
    long nanosSinceOffer() {
        return System.nanoTime() - offeredAt;
    }

    /** Sends it if the client takes it now. Does not wait. */
    void offer(A answer) {
        lock.lock();
        try {
            if (observer.isReady() && isWanted()) {
                offeredAt = System.nanoTime();
                observer.onNext(answer);
            }
        } finally {
            lock.unlock();
        }
    }
}
