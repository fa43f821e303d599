package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks user names and passwords against those of a file, which may change. Who gives no name is
 * left to others. Any thread; slow, as the hashes are meant to be.
 */
final class PasswordAuthenticator implements Authenticator {
    private static final String RULE = "mqtt.password-file";
    private static final byte[] NO_PASSWORD = {};

    /** The proof of whom was removed meanwhile: no salt is that. */
    private static final String GONE = "gone";

    private final Set<String> admins;
    private volatile Users users = Users.NONE;

    /**
     * @param admins those of the users who are told what happens on the node
     */
    PasswordAuthenticator(Set<String> admins) {
        this.admins = admins;
    }

    /** From now on. */
    void use(Users now) {
        users = now;
    }

    @Override
    public boolean isSlow(Credentials credentials) {
        return credentials.userName() != null;
    }

    @Override
    public boolean isStillGood(Identity identity) {
        if (identity.proof().isEmpty()) {
            return true; // no password was asked for
        }
        PasswordHash now = users.get(identity.userName());
        return now != null && now.name().equals(identity.proof());
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        String userName = credentials.userName();
        return userName == null
                ? new Passed()
                : authenticate(Method.PASSWORD, userName, credentials.password());
    }

    /**
     * @param method as which it counts
     */
    Outcome authenticate(Method method, String userName, byte @Nullable [] password) {
        Users known = users;
        PasswordHash own = known.get(userName);
        PasswordHash compared = own == null ? known.instead(userName) : own;
        boolean same =
                compared != null && compared.matches(password == null ? NO_PASSWORD : password);
        if (own != null && same && password != null) {
            return new Granted(identity(method, userName, own));
        }
        return new Refused(
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                method,
                RULE,
                own == null
                        ? "there is no such user"
                        : password == null ? "no password was sent" : "the password is wrong");
    }

    /** Of one who has proved to be that user, in whatever way. */
    Identity identity(Method method, String userName) {
        PasswordHash own = users.get(userName);
        return own == null
                ? new Identity(method, userName, false, GONE)
                : identity(method, userName, own);
    }

    private Identity identity(Method method, String userName, PasswordHash own) {
        return new Identity(method, userName, admins.contains(userName), own.name());
    }

    Users users() {
        return users;
    }
}
