package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authenticator.Granted;
import io.robustmq.broker.Authenticator.Outcome;
import io.robustmq.broker.Authenticator.Passed;
import io.robustmq.broker.Authenticator.Refused;
import io.robustmq.broker.ClientOrigin;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PasswordAuthenticatorTest {
    private static final PasswordHash SECRET =
            Objects.requireNonNull(
                    PasswordHash.parse(PasswordFileTest.ANN.substring("ann:".length())));

    private final PasswordAuthenticator passwords = new PasswordAuthenticator(Set.of("boss"));

    PasswordAuthenticatorTest() {
        passwords.use(new Users(Map.of("ann", SECRET, "boss", SECRET)));
    }

    @Test
    void the_right_password_is_let_in_and_no_other() {
        assertThat(identity("ann").userName()).isEqualTo("ann");
        assertThat(identity("ann").method()).isEqualTo(Method.PASSWORD);
        assertThat(login("ann", "secret ")).isEqualTo(wrong("the password is wrong"));
        assertThat(login("ann", "")).isEqualTo(wrong("the password is wrong"));
        assertThat(login("ann", null)).isEqualTo(wrong("no password was sent"));
        assertThat(login("Ann", "secret")).isEqualTo(wrong("there is no such user"));
        assertThat(login("", "secret")).isEqualTo(wrong("there is no such user"));
    }

    @Test
    void who_gives_no_name_is_left_to_others() {
        assertThat(login(null, "secret")).isEqualTo(new Passed());
        assertThat(passwords.isSlow(credentials(null, null))).isFalse();
        assertThat(passwords.isSlow(credentials("ann", null))).isTrue();
    }

    @Test
    void without_users_nobody_with_a_name_is_let_in() {
        passwords.use(Users.NONE);
        assertThat(login("ann", "secret")).isEqualTo(wrong("there is no such user"));
    }

    @Test
    void admins_are_who_is_named_as_such() {
        assertThat(identity("boss").isAdmin()).isTrue();
        assertThat(identity("ann").isAdmin()).isFalse();
    }

    @Test
    void who_was_let_in_is_still_good_until_the_user_is_gone_or_has_another_password() {
        Identity ann = identity("ann");
        Identity boss = identity("boss");
        assertThat(passwords.isStillGood(ann)).isTrue();
        PasswordHash again =
                PasswordHash.of(
                        "secret".getBytes(StandardCharsets.UTF_8), 10, new SplittableRandom(1));
        passwords.use(new Users(Map.of("boss", again)));
        assertThat(passwords.isStillGood(ann)).isFalse();
        assertThat(passwords.isStillGood(boss)).isFalse();
        assertThat(passwords.isStillGood(identity("boss"))).isTrue();
        assertThat(passwords.isStillGood(Identity.ANONYMOUS)).isTrue();
    }

    @Test
    void an_unknown_user_costs_what_some_user_costs_and_the_same_each_time() {
        Users users = new Users(Map.of("ann", SECRET));
        assertThat(Objects.requireNonNull(users.instead("x")))
                .hasToString(SECRET.toString())
                .isSameAs(users.instead("x"));
        assertThat(users.instead("x")).matches(hash -> !hash.matches(utf8("secret")));
    }

    private Identity identity(String name) {
        return switch (login(name, "secret")) {
            case Granted(Identity identity) -> identity;
            case Outcome other -> throw new AssertionError(other.toString());
        };
    }

    private static Refused wrong(String detail) {
        return new Refused(
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                Method.PASSWORD,
                "mqtt.password-file",
                detail);
    }

    private Outcome login(@Nullable String name, @Nullable String password) {
        return passwords.authenticate(credentials(name, password));
    }

    static Credentials credentials(@Nullable String name, @Nullable String password) {
        ClientOrigin origin =
                new ClientOrigin("tcp", "tcp", new InetSocketAddress("127.0.0.1", 1), null);
        return new Credentials(origin, "c", name, password == null ? null : utf8(password));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
