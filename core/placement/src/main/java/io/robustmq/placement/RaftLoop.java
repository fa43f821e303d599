package io.robustmq.placement;

/** Runs a member's work, one piece after the other. Any thread may hand work over. */
interface RaftLoop {
    void execute(Runnable task);

    void schedule(Runnable task, long delayMillis);
}
