package io.robustmq.broker;

import io.robustmq.telemetry.event.AuthenticationEvent;

/**
 * Whom a client is taken for.
 *
 * @param userName empty if it is anonymous
 * @param isAdmin whether it is told what happens on the node ({@code $SYS/events/})
 * @param proof by which its authenticator sees whether what was shown is still good; nothing that
 *     is secret
 */
public record Identity(
        AuthenticationEvent.Method method, String userName, boolean isAdmin, String proof) {

    public static final Identity ANONYMOUS =
            new Identity(AuthenticationEvent.Method.ANONYMOUS, "", false, "");
}
