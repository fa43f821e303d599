package io.robustmq.placement;

import io.robustmq.telemetry.event.TraceTarget;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * That every node takes every event about one client, topic or address for a while.
 *
 * @param id 1 to {@value #MAX_ID} characters, for ending it
 * @param target at most {@value #MAX_TARGET_BYTES} bytes in UTF-8
 * @param perSecond events that a node adds per second at most
 */
public record TraceOrder(
        String id,
        TraceTarget kind,
        String target,
        Instant begun,
        Instant until,
        int perSecond,
        Author by) {
    /** At once. */
    public static final int MAX = 16;

    static final int MAX_ID = 64;
    static final int MAX_TARGET_BYTES = 65_535;

    public TraceOrder {
        checkId(id);
        int bytes = target.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_TARGET_BYTES) {
            throw new IllegalArgumentException(
                    "what is traced has at most " + MAX_TARGET_BYTES + " bytes, was " + bytes);
        }
    }

    static void checkId(String id) {
        if (id.isEmpty() || id.length() > MAX_ID) {
            throw new IllegalArgumentException(
                    "a trace's id has 1 to " + MAX_ID + " characters, was " + id.length());
        }
    }
}
