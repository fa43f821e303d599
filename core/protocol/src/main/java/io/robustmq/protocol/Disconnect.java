package io.robustmq.protocol;

/**
 * A client's DISCONNECT.
 *
 * @param sessionExpirySeconds -1 if absent
 */
public record Disconnect(int reasonCode, long sessionExpirySeconds) {}
