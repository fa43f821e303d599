package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;

/** Whom nobody else decided about is anonymous, and let in or not by where it comes from. */
final class AnonymousAuthenticator implements Authenticator {
    private static final String RULE = "mqtt.allow-anonymous";

    /** From where. */
    enum Allowed {
        /** This machine. */
        LOOPBACK,
        ALWAYS,
        NEVER
    }

    private final Allowed allowed;

    AnonymousAuthenticator(Allowed allowed) {
        this.allowed = allowed;
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        return switch (allowed) {
            case ALWAYS -> new Granted(Identity.ANONYMOUS);
            case NEVER -> refused("anonymous clients are not let in: it is never");
            case LOOPBACK ->
                    credentials.origin().isLocal()
                            ? new Granted(Identity.ANONYMOUS)
                            : refused(
                                    "anonymous clients are let in from this machine only: it is loopback");
        };
    }

    private static Refused refused(String detail) {
        return new Refused(ReasonCode.NOT_AUTHORIZED, Method.ANONYMOUS, RULE, detail);
    }
}
