package io.robustmq.server;

import io.robustmq.broker.Scram;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One salted password hash as mosquitto_passwd writes it.
 *
 * <pre>
 *   $7$101$salt in base64$hash in base64
 *      `- iterations of PBKDF2-HMAC-SHA512 (RFC 8018, 5.2), 64 bytes of it
 * </pre>
 */
final class PasswordHash {
    private static final String ALGORITHM = "HmacSHA512";
    private static final int HASH_BYTES = 64;

    /** HMAC-SHA512 pads shorter keys with zeros to this; a key of no bytes at all it refuses. */
    private static final int BLOCK_BYTES = 128;

    /** A hash that asks for more would keep a processor busy for seconds per login. */
    static final int MAX_ITERATIONS = 5_000_000;

    /** mosquitto's. */
    private static final int SALT_BYTES = 12;

    private final int iterations;
    private final byte[] salt;
    private final byte[] hash;

    private PasswordHash(int iterations, byte[] salt, byte[] hash) {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
    }

    /** Null if it is not of that form. */
    static @Nullable PasswordHash parse(String text) {
        String[] parts = text.split("\\$", -1);
        if (parts.length != 5 || !parts[0].isEmpty() || !parts[1].equals("7")) {
            return null;
        }
        try {
            int iterations = Integer.parseInt(parts[2]);
            byte[] salt = Base64.getDecoder().decode(parts[3]);
            byte[] hash = Base64.getDecoder().decode(parts[4]);
            boolean usable =
                    iterations >= 1
                            && iterations <= MAX_ITERATIONS
                            && salt.length > 0
                            && hash.length == HASH_BYTES;
            return usable ? new PasswordHash(iterations, salt, hash) : null;
        } catch (IllegalArgumentException notANumberOrBase64) {
            return null;
        }
    }

    /** A new one of that password, with a salt of its own. */
    static PasswordHash of(byte[] password, int iterations, RandomGenerator random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        PasswordHash made = new PasswordHash(iterations, salt, new byte[HASH_BYTES]);
        return new PasswordHash(iterations, salt, made.derive(password));
    }

    /** A hash that no password has, of the same cost: what to compare with for unknown users. */
    PasswordHash unmatchable() {
        return new PasswordHash(iterations, salt, new byte[HASH_BYTES]);
    }

    /** As it stands in the file. */
    String text() {
        Base64.Encoder base64 = Base64.getEncoder();
        return "$7$"
                + iterations
                + "$"
                + base64.encodeToString(salt)
                + "$"
                + base64.encodeToString(hash);
    }

    /** Another one for each password that is set; it tells nothing of the password. */
    String name() {
        return Base64.getEncoder().encodeToString(salt);
    }

    int iterations() {
        return iterations;
    }

    /** The hash is SCRAM-SHA-512's salted password. */
    Scram.Keys scramKeys() {
        return Scram.Keys.of(Scram.Hash.SHA_512, hash, salt, iterations);
    }

    /** Takes as long whether it matches or not. */
    boolean matches(byte[] password) {
        return MessageDigest.isEqual(hash, derive(password));
    }

    /** The first block of PBKDF2, which is all of it at this length. */
    private byte[] derive(byte[] password) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            byte[] key =
                    password.length < BLOCK_BYTES ? Arrays.copyOf(password, BLOCK_BYTES) : password;
            mac.init(new SecretKeySpec(key, ALGORITHM));
            mac.update(salt);
            byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
            byte[] derived = round.clone();
            for (int i = 1; i < iterations; i++) {
                round = mac.doFinal(round);
                for (int at = 0; at < derived.length; at++) {
                    derived[at] ^= round[at];
                }
            }
            return derived;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("the Java runtime has no " + ALGORITHM, missing);
        }
    }

    /** Without the hash: this may be printed. */
    @Override
    public String toString() {
        return "$7$" + iterations + "$…";
    }
}
