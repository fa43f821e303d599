package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * What a client shows when it connects.
 *
 * @param clientId empty if it leaves the choice to the broker
 * @param userName null if CONNECT had none
 * @param password null if CONNECT had none; not to be kept or changed
 */
public record Credentials(
        ClientOrigin origin,
        String clientId,
        @Nullable String userName,
        byte @Nullable [] password) {

    /** Without the password: this may be printed. */
    @Override
    public String toString() {
        return clientId + " from " + origin.remoteAddress();
    }
}
