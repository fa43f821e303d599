package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks user names and passwords against a fixed set of users. Any thread; slow, as the hashes are
 * meant to be.
 */
final class PasswordAuthenticator implements Authenticator {
    private static final byte[] NO_PASSWORD = {};

    private final Map<String, PasswordHash> users;
    private final boolean anonymousAllowed;
    private final Set<String> admins;
    private final @Nullable PasswordHash forUnknownUsers;

    /**
     * @param anonymousAllowed whether a client without user name may connect
     */
    PasswordAuthenticator(Map<String, PasswordHash> users, boolean anonymousAllowed) {
        this(users, anonymousAllowed, Set.of());
    }

    /**
     * @param admins those of the users who are told what happens on the node
     */
    PasswordAuthenticator(
            Map<String, PasswordHash> users, boolean anonymousAllowed, Set<String> admins) {
        this.users = users;
        this.anonymousAllowed = anonymousAllowed;
        this.admins = admins;
        this.forUnknownUsers =
                users.values().stream().findFirst().map(PasswordHash::unmatchable).orElse(null);
    }

    @Override
    public boolean isSlow() {
        return true;
    }

    @Override
    public boolean isAdmin(String userName) {
        return admins.contains(userName);
    }

    @Override
    public Outcome authenticate(@Nullable String userName, byte @Nullable [] password) {
        if (userName == null) {
            return anonymousAllowed
                    ? new Granted(Method.ANONYMOUS, "")
                    : new Refused(ReasonCode.NOT_AUTHORIZED);
        }
        // an unknown user costs as much as a known one, so the time does not tell who exists
        PasswordHash expected = users.getOrDefault(userName, forUnknownUsers);
        boolean right =
                expected != null && expected.matches(password == null ? NO_PASSWORD : password);
        return right && password != null
                ? new Granted(Method.PASSWORD, userName)
                : new Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
}
