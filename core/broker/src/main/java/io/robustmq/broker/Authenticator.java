package io.robustmq.broker;

import io.robustmq.telemetry.event.AuthenticationEvent;
import org.jspecify.annotations.Nullable;

/** Decides who may connect. Any thread. */
public interface Authenticator {
    /**
     * @param userName null if CONNECT had none
     * @param password null if CONNECT had none; not to be kept or changed
     */
    Outcome authenticate(@Nullable String userName, byte @Nullable [] password);

    /**
     * True if {@link #authenticate} may take longer than some microseconds, as salted hashes are
     * meant to: the broker then calls it on a thread of its own, not on an event loop.
     */
    default boolean isSlow() {
        return false;
    }

    /**
     * Whether a user, who has proved to be this one with a password, is told what happens on the
     * node ({@code $SYS/events/}).
     */
    default boolean isAdmin(String userName) {
        return false;
    }

    /** A method of several steps that is offered under this name; null if none is. */
    default @Nullable EnhancedAuthenticator enhanced(String method) {
        return null;
    }

    /** The decision. */
    sealed interface Outcome {}

    /**
     * @param userName whom the client is taken for, {@code ""} if anonymous
     */
    record Granted(AuthenticationEvent.Method method, String userName) implements Outcome {}

    /**
     * @param reasonCode a CONNACK reason code of MQTT 5, 0x80 or more
     */
    record Refused(int reasonCode) implements Outcome {}

    /** Lets everybody in, whatever they send. */
    Authenticator ANYBODY =
            (userName, password) ->
                    new Granted(
                            AuthenticationEvent.Method.ANONYMOUS, userName == null ? "" : userName);
}
