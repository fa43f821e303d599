package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import org.jspecify.annotations.Nullable;

/** Says whether a payload is what it is to be. On event loops, so it must be quick. Any thread. */
@FunctionalInterface
public interface PayloadCheck {
    /**
     * What is wrong with a payload, without anything of its contents.
     *
     * @param location where in the payload
     * @param rule where in the schema it is said, empty if the payload did not get so far
     */
    record Mismatch(SchemaViolation violation, String location, String rule) {}

    /**
     * Never throws, whatever the payload is.
     *
     * @param payload not to be changed
     * @return null if nothing is wrong
     */
    @Nullable Mismatch check(byte[] payload);
}
