package io.robustmq.broker;

import io.robustmq.telemetry.event.AuthenticationEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * SCRAM (RFC 5802 and 7677) in the AUTH packets of MQTT 5: the client proves that it knows the
 * password and the broker that it knows the user, and neither sends what the other could use
 * elsewhere.
 *
 * <pre>
 *   CONNECT  n,,n=user,r=client nonce
 *   AUTH     r=client nonce + ours,s=salt,i=iterations
 *   AUTH     c=biws,r=both nonces,p=proof
 *   CONNACK  v=signature
 * </pre>
 *
 * <p>There is no channel binding: what carries the packets is not known here.
 */
public final class Scram implements EnhancedAuthenticator {
    private static final int SECRET_BYTES = 32;
    private static final int SALT_BYTES = 16;

    /** Which hash, and so which method. */
    public enum Hash {
        SHA_256("SCRAM-SHA-256", "SHA-256", "HmacSHA256"),
        SHA_512("SCRAM-SHA-512", "SHA-512", "HmacSHA512");

        private final String method;
        private final String digest;
        private final String mac;

        Hash(String method, String digest, String mac) {
            this.method = method;
            this.digest = digest;
            this.mac = mac;
        }

        byte[] digest(byte[] bytes) {
            try {
                return MessageDigest.getInstance(digest).digest(bytes);
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("the Java runtime has no " + digest, missing);
            }
        }

        byte[] mac(byte[] key, byte[] bytes) {
            try {
                Mac made = Mac.getInstance(mac);
                made.init(new SecretKeySpec(key, mac));
                return made.doFinal(bytes);
            } catch (GeneralSecurityException missing) {
                throw new IllegalStateException("the Java runtime has no " + mac, missing);
            }
        }
    }

    /** Those who can authenticate. Any thread. */
    public interface Users {
        /** Null if there is no such user, or none with keys of this hash. */
        @Nullable Keys keysOf(String userName);

        /** As {@link EnhancedAuthenticator#identity}. */
        default Identity identityOf(String userName) {
            return new Identity(AuthenticationEvent.Method.ENHANCED, userName, false, "");
        }

        /** Of most of them: what somebody who does not exist is told, so that it does not show. */
        int iterations();
    }

    /**
     * What is kept of a user's password.
     *
     * @param storedKey never logged
     * @param serverKey never logged
     */
    public record Keys(byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        /**
         * @param saltedPassword PBKDF2 with the hash's HMAC, as many bytes as that has
         */
        public static Keys of(Hash hash, byte[] saltedPassword, byte[] salt, int iterations) {
            byte[] clientKey = hash.mac(saltedPassword, ascii("Client Key"));
            return new Keys(
                    salt,
                    iterations,
                    hash.digest(clientKey),
                    hash.mac(saltedPassword, ascii("Server Key")));
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return "SCRAM keys of " + iterations + " iterations";
        }
    }

    private final Hash hash;
    private final Users users;
    private final RandomGenerator random;

    /** Makes the salts of those who do not exist, the same each time that somebody asks. */
    private final byte[] secret;

    /**
     * @param random a secure one
     */
    public Scram(Hash hash, Users users, RandomGenerator random) {
        this.hash = hash;
        this.users = users;
        this.random = random;
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        this.secret = bytes;
    }

    @Override
    public String method() {
        return hash.method;
    }

    @Override
    public Identity identity(String userName) {
        return users.identityOf(userName);
    }

    @Override
    public Exchange begin() {
        return new ScramExchange(this);
    }

    Hash hash() {
        return hash;
    }

    RandomGenerator random() {
        return random;
    }

    @Nullable Keys keysOf(String userName) {
        return users.keysOf(userName);
    }

    /** No proof fits them. */
    Keys keysOfNobody(String userName) {
        byte[] derived = hash.mac(secret, userName.getBytes(StandardCharsets.UTF_8));
        return new Keys(Arrays.copyOf(derived, SALT_BYTES), users.iterations(), derived, derived);
    }
}
