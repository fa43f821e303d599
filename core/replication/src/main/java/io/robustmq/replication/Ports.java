package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What a writer, and a repair, know of the world.
 *
 * @param nanoTime never goes back; only differences count
 */
public record Ports(
        Metadata metadata,
        Transport transport,
        Nodes nodes,
        LongSupplier nanoTime,
        RandomGenerator random,
        Events events) {}
