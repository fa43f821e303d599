package io.robustmq.architecture.wrong.testkit;

/** What the examples import. */
public final class Target {}
