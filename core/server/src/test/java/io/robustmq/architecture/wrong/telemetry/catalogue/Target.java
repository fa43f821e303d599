package io.robustmq.architecture.wrong.telemetry.catalogue;

/** What the examples import. */
public final class Target {}
