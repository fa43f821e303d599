package io.robustmq.architecture.wrong.placement;

/** What the examples import. */
public final class Target {}
