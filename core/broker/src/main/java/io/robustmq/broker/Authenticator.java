package io.robustmq.broker;

import io.robustmq.telemetry.event.AuthenticationEvent;
import org.jspecify.annotations.Nullable;

/** Decides who may connect. Any thread. */
public interface Authenticator {
    Outcome authenticate(Credentials credentials);

    /**
     * True if {@link #authenticate} may take longer than some microseconds, as salted hashes are
     * meant to: the broker then calls it on a thread of its own, not on an event loop.
     */
    default boolean isSlow(Credentials credentials) {
        return false;
    }

    /**
     * Whether somebody who was let in would be again; asked when {@link Broker#accessChanged}. Of
     * those that somebody else let in, it knows nothing bad.
     */
    default boolean isStillGood(Identity identity) {
        return true;
    }

    /** A method of several steps that is offered under this name; null if none is. */
    default @Nullable EnhancedAuthenticator enhanced(String method) {
        return null;
    }

    /** The decision. */
    sealed interface Outcome {}

    record Granted(Identity identity) implements Outcome {}

    /**
     * @param reasonCode a CONNACK reason code of MQTT 5, 0x80 or more
     * @param rule what refuses: a configuration key, or file and line
     * @param detail why, for the operator; the client is not told
     */
    record Refused(int reasonCode, AuthenticationEvent.Method method, String rule, String detail)
            implements Outcome {}

    /** The next one decides. */
    record Passed() implements Outcome {}

    /** Lets everybody in, whatever they send. */
    Authenticator ANYBODY = credentials -> new Granted(Identity.ANONYMOUS);
}
