package io.robustmq.server;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Something that opens on a thread of its own, beside others. */
final class Opening<T> {
    /** What is to be done. */
    interface Work<T> {
        T open() throws StartFailure;
    }

    private final FutureTask<T> task;

    private Opening(FutureTask<T> task) {
        this.task = task;
    }

    static <T> Opening<T> begin(String threadName, Work<T> work) {
        FutureTask<T> task = new FutureTask<>(work::open);
        Thread.ofPlatform().name(threadName).start(task);
        return new Opening<>(task);
    }

    /** Waits until it is open or has failed, so that it can be closed. */
    void awaitEnd() {
        try {
            task.get();
        } catch (ExecutionException failed) {
            // for whoever asks for the result
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    /** What was opened, or what went wrong. */
    T result() throws StartFailure {
        try {
            return task.get();
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case StartFailure failure -> throw failure;
                case RuntimeException defect -> throw defect;
                case Error defect -> throw defect;
                case null, default -> throw new IllegalStateException(failed);
            }
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        }
    }

    static IllegalStateException interrupted(InterruptedException by) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while starting", by);
    }
}
