package io.robustmq.architecture.wrong.telemetry.event;

/** What the examples import. */
public final class Target {}
