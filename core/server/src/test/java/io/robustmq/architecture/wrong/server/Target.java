package io.robustmq.architecture.wrong.server;

/** What the examples import. */
public final class Target {}
