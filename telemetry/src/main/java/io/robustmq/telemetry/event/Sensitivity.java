package io.robustmq.telemetry.event;

/** Who may read a field. Secrets and payloads have no class: they are never in an event. */
public enum Sensitivity {
    /** Anybody who may see the logs. */
    PUBLIC,
    /**
     * Names a person or device (client id, address, user name): hashed when {@code
     * telemetry.hash-identities} is on.
     */
    IDENTITY
}
