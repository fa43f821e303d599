package io.robustmq.journal;

import java.util.concurrent.CompletableFuture;

/** Who runs the writers. A test may do it step by step. */
interface Pace {
    void start(String name, Writer writer);

    /** Returns once {@code end} is there, which {@code writer} completes. */
    void await(Writer writer, CompletableFuture<Void> end);

    /** Whether this is the thread of {@code writer}. */
    boolean isOn(Writer writer);
}
