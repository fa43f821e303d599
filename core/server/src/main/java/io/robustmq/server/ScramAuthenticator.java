package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.EnhancedAuthenticator;
import io.robustmq.broker.Identity;
import io.robustmq.broker.Scram;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Offers the users of a password file SCRAM-SHA-512: what the file has of a password is what SCRAM
 * makes its keys of. Who does not ask for it is left to others. Any thread.
 */
final class ScramAuthenticator implements Authenticator {
    /** What somebody is told who asks while there are no users: those of RFC 5802. */
    private static final int USUAL_ITERATIONS = 4096;

    private final Scram scram;

    /**
     * @param passwords has the users, also those of a file that is read again
     * @param random a secure one
     */
    ScramAuthenticator(PasswordAuthenticator passwords, RandomGenerator random) {
        this.scram = new Scram(Scram.Hash.SHA_512, new FromHashes(passwords), random);
    }

    private record FromHashes(PasswordAuthenticator passwords) implements Scram.Users {
        @Override
        public Scram.@Nullable Keys keysOf(String userName) {
            PasswordHash hash = passwords.users().get(userName);
            return hash == null ? null : hash.scramKeys();
        }

        @Override
        public Identity identityOf(String userName) {
            return passwords.identity(Method.ENHANCED, userName);
        }

        @Override
        public int iterations() {
            int known = passwords.users().iterations();
            return known == 0 ? USUAL_ITERATIONS : known;
        }
    }

    @Override
    public @Nullable EnhancedAuthenticator enhanced(String method) {
        return method.equals(scram.method()) ? scram : null;
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        return new Passed();
    }
}
