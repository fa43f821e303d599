package io.robustmq.replication;

/** A document of the metadata; each change gives it a higher version, the first at least 1. */
public record Versioned<T>(T value, long version) {}
