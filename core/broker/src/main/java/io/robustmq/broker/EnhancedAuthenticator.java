package io.robustmq.broker;

import io.robustmq.telemetry.event.AuthenticationEvent;

/**
 * A method of authentication that takes several steps (MQTT 5, 4.12), such as a challenge and its
 * answer. Any thread.
 */
public interface EnhancedAuthenticator {
    /** As the Authentication Method of CONNECT names it. */
    String method();

    /** Whom a client that succeeded is taken for. */
    default Identity identity(String userName) {
        return new Identity(AuthenticationEvent.Method.ENHANCED, userName, false, "");
    }

    /** For one client's authentication, at CONNECT or later on the same connection. */
    Exchange begin();

    /**
     * True if {@link Exchange#next} may take longer than some microseconds: the broker then calls
     * it on a thread of its own, not on an event loop.
     */
    default boolean isSlow() {
        return false;
    }

    /** One authentication, from its first step to its last. One thread at a time. */
    interface Exchange {
        /**
         * @param data the client's, empty if it sent none; not to be kept or changed
         */
        Step next(byte[] data);
    }

    /** The broker's answer to what the client sent. */
    sealed interface Step {}

    /** The client has something to answer. */
    record Continue(byte[] data) implements Step {}

    /**
     * The client is that user.
     *
     * @param data for the client, empty for none
     */
    record Success(String userName, byte[] data) implements Step {}

    /**
     * @param userName whom the client claimed to be, empty if it did not come to that
     * @param reasonCode a CONNACK reason code of MQTT 5, 0x80 or more
     * @param detail for the client and for events: no secret
     */
    record Failure(String userName, int reasonCode, String detail) implements Step {}
}
