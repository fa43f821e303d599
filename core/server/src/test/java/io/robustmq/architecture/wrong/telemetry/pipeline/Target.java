package io.robustmq.architecture.wrong.telemetry.pipeline;

/** What the examples import. */
public final class Target {}
