package io.robustmq.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.ClientOrigin;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.EnhancedAuthenticator;
import io.robustmq.broker.Identity;
import io.robustmq.broker.Scram;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Test;

class ScramAuthenticatorTest {
    private static final byte[] SALT = "a salt of a user".getBytes(UTF_8);
    private static final int ITERATIONS = 1000;

    private static byte[] pbkdf2(String password) throws Exception {
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), SALT, ITERATIONS, 512);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                .generateSecret(spec)
                .getEncoded();
    }

    private static PasswordHash hash(String password) throws Exception {
        Base64.Encoder base64 = Base64.getEncoder();
        String text =
                "$7$"
                        + ITERATIONS
                        + "$"
                        + base64.encodeToString(SALT)
                        + "$"
                        + base64.encodeToString(pbkdf2(password));
        return Objects.requireNonNull(PasswordHash.parse(text));
    }

    private static PasswordAuthenticator passwords() throws Exception {
        PasswordAuthenticator passwords = new PasswordAuthenticator(Set.of("ann"));
        passwords.use(new Users(Map.of("ann", hash("secret"))));
        return passwords;
    }

    private static ScramAuthenticator authenticator() throws Exception {
        return new ScramAuthenticator(passwords(), new Random(1));
    }

    @Test
    void what_the_password_file_has_makes_the_keys_that_the_password_makes() throws Exception {
        Scram.Keys made = hash("secret").scramKeys();
        Scram.Keys expected = Scram.Keys.of(Scram.Hash.SHA_512, pbkdf2("secret"), SALT, ITERATIONS);
        assertThat(hash("secret").matches("secret".getBytes(UTF_8))).isTrue();
        assertThat(Arrays.equals(made.storedKey(), expected.storedKey())).isTrue();
        assertThat(Arrays.equals(made.serverKey(), expected.serverKey())).isTrue();
        assertThat(made.toString()).isEqualTo("SCRAM keys of 1000 iterations");
    }

    @Test
    void users_are_asked_with_their_own_salt_and_nobody_shows() throws Exception {
        EnhancedAuthenticator scram =
                Objects.requireNonNull(authenticator().enhanced("SCRAM-SHA-512"));
        for (String user : new String[] {"ann", "nobody"}) {
            EnhancedAuthenticator.Continue asked =
                    (EnhancedAuthenticator.Continue)
                            scram.begin().next(("n,,n=" + user + ",r=x").getBytes(UTF_8));
            String text = new String(asked.data(), UTF_8);
            assertThat(text).endsWith(",i=1000");
            assertThat(text.contains(Base64.getEncoder().encodeToString(SALT)))
                    .isEqualTo(user.equals("ann"));
        }
    }

    @Test
    void who_does_not_ask_for_it_is_left_to_others() throws Exception {
        assertThat(authenticator().enhanced("SCRAM-SHA-256")).isNull();
        Credentials nobody =
                new Credentials(
                        new ClientOrigin(
                                "mqtt",
                                "tcp",
                                InetSocketAddress.createUnresolved("127.0.0.1", 1),
                                null),
                        "c",
                        null,
                        null);
        assertThat(authenticator().authenticate(nobody)).isInstanceOf(Authenticator.Passed.class);
    }

    @Test
    void a_user_is_as_good_as_with_a_password_until_removed_or_given_another() throws Exception {
        PasswordAuthenticator passwords = passwords();
        Scram scram =
                (Scram)
                        Objects.requireNonNull(
                                new ScramAuthenticator(passwords, new Random(1))
                                        .enhanced("SCRAM-SHA-512"));
        Identity ann = scram.identity("ann");
        assertThat(ann.isAdmin()).isTrue();
        assertThat(passwords.isStillGood(ann)).isTrue();
        passwords.use(Users.NONE);
        assertThat(passwords.isStillGood(ann)).isFalse();
        assertThat(passwords.isStillGood(scram.identity("ann"))).isFalse();
    }
}
