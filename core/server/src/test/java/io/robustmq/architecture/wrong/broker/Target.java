package io.robustmq.architecture.wrong.broker;

/** What the examples import. */
public final class Target {}
