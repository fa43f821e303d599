package io.robustmq.architecture.wrong.protocol;

/** What the examples import. */
public final class Target {}
