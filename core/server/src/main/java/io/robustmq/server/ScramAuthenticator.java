package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.EnhancedAuthenticator;
import io.robustmq.broker.Scram;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Offers the users of a password file SCRAM-SHA-512 beside their passwords: what the file has of a
 * password is what SCRAM makes its keys of. Any thread.
 */
final class ScramAuthenticator implements Authenticator {
    private final Authenticator passwords;
    private final Scram scram;

    /**
     * @param passwords decides about everybody who does not ask for SCRAM
     * @param random a secure one
     */
    ScramAuthenticator(
            Authenticator passwords, Map<String, PasswordHash> users, RandomGenerator random) {
        this.passwords = passwords;
        this.scram = new Scram(Scram.Hash.SHA_512, new FromHashes(users), random);
    }

    private record FromHashes(Map<String, PasswordHash> users) implements Scram.Users {
        @Override
        public Scram.@Nullable Keys keysOf(String userName) {
            PasswordHash hash = users.get(userName);
            return hash == null ? null : hash.scramKeys();
        }

        @Override
        public int iterations() {
            return users.values().stream().findFirst().map(PasswordHash::iterations).orElse(4096);
        }
    }

    @Override
    public @Nullable EnhancedAuthenticator enhanced(String method) {
        return method.equals(scram.method()) ? scram : passwords.enhanced(method);
    }

    @Override
    public Outcome authenticate(@Nullable String userName, byte @Nullable [] password) {
        return passwords.authenticate(userName, password);
    }

    @Override
    public boolean isSlow() {
        return passwords.isSlow();
    }

    @Override
    public boolean isAdmin(String userName) {
        return passwords.isAdmin(userName);
    }
}
