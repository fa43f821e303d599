package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authenticator.Granted;
import io.robustmq.broker.Authenticator.Outcome;
import io.robustmq.broker.Authenticator.Refused;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PasswordAuthenticatorTest {
    private static final Refused WRONG = new Refused(ReasonCode.BAD_USER_NAME_OR_PASSWORD);

    private final Map<String, PasswordHash> users =
            Map.of(
                    "ann",
                    Objects.requireNonNull(
                            PasswordHash.parse(PasswordFileTest.ANN.substring("ann:".length()))));

    @Test
    void the_right_password_is_let_in_and_no_other() {
        assertThat(login("ann", "secret")).isEqualTo(new Granted(Method.PASSWORD, "ann"));
        assertThat(login("ann", "secret ")).isEqualTo(WRONG);
        assertThat(login("ann", "")).isEqualTo(WRONG);
        assertThat(login("ann", null)).isEqualTo(WRONG);
        assertThat(login("Ann", "secret")).isEqualTo(WRONG);
        assertThat(login("", "secret")).isEqualTo(WRONG);
    }

    @Test
    void who_gives_no_name_is_let_in_only_if_anonymous_clients_are() {
        assertThat(new PasswordAuthenticator(users, true).authenticate(null, null))
                .isEqualTo(new Granted(Method.ANONYMOUS, ""));
        assertThat(new PasswordAuthenticator(users, false).authenticate(null, null))
                .isEqualTo(new Refused(ReasonCode.NOT_AUTHORIZED));
    }

    @Test
    void who_gives_a_name_must_prove_it_even_if_anonymous_clients_are_let_in() {
        assertThat(new PasswordAuthenticator(users, true).authenticate("ann", utf8("wrong")))
                .isEqualTo(WRONG);
    }

    @Test
    void without_users_nobody_with_a_name_is_let_in() {
        assertThat(new PasswordAuthenticator(Map.of(), true).authenticate("ann", utf8("secret")))
                .isEqualTo(WRONG);
    }

    @Test
    void it_is_slow_so_it_runs_off_the_event_loops() {
        assertThat(new PasswordAuthenticator(users, true).isSlow()).isTrue();
    }

    private Outcome login(String name, @Nullable String password) {
        return new PasswordAuthenticator(users, false)
                .authenticate(name, password == null ? null : utf8(password));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
