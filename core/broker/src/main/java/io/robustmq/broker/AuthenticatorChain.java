package io.robustmq.broker;

import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks one after the other until one decides; whom nobody decides about is refused. Any thread. */
public final class AuthenticatorChain implements Authenticator {
    private static final Refused NOBODY_KNOWS =
            new Refused(
                    ReasonCode.NOT_AUTHORIZED,
                    AuthenticationEvent.Method.ANONYMOUS,
                    "mqtt",
                    "no way to authenticate that is configured takes what the client sent");

    private final List<Authenticator> links;

    public AuthenticatorChain(List<Authenticator> links) {
        this.links = List.copyOf(links);
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        for (Authenticator link : links) {
            Outcome outcome = link.authenticate(credentials);
            if (!(outcome instanceof Passed)) {
                return outcome;
            }
        }
        return NOBODY_KNOWS;
    }

    @Override
    public boolean isSlow(Credentials credentials) {
        return links.stream().anyMatch(link -> link.isSlow(credentials));
    }

    @Override
    public boolean isStillGood(Identity identity) {
        return links.stream().allMatch(link -> link.isStillGood(identity));
    }

    @Override
    public @Nullable EnhancedAuthenticator enhanced(String method) {
        for (Authenticator link : links) {
            EnhancedAuthenticator offered = link.enhanced(method);
            if (offered != null) {
                return offered;
            }
        }
        return null;
    }
}
