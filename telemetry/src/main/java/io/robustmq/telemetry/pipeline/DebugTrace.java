package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.TraceTarget;
import java.time.Instant;

/**
 * Somebody wants every event about one client, topic or address for a while.
 *
 * @param id for stopping it
 * @param target a client identifier, a topic filter, or an address with or without port
 * @param perSecond events that it adds per second at most
 */
public record DebugTrace(
        String id, TraceTarget kind, String target, Instant begun, Instant until, int perSecond) {}
