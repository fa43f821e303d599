package io.robustmq.architecture.wrong.journal;

/** What the examples import. */
public final class Target {}
