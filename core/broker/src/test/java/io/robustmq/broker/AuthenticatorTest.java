package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.Mqtt5;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class AuthenticatorTest {
    @Parameter int loops;

    /** Lets in whoever says the password that is its name backwards, after some thought. */
    private record Backwards(boolean slow) implements Authenticator {
        @Override
        public boolean isSlow(Credentials credentials) {
            return slow;
        }

        @Override
        public Outcome authenticate(Credentials credentials) {
            String userName = credentials.userName();
            byte[] password = credentials.password();
            String expected = new StringBuilder("" + userName).reverse().toString();
            boolean right =
                    password != null
                            && Arrays.equals(password, expected.getBytes(StandardCharsets.UTF_8));
            return right && userName != null
                    ? new Granted(
                            new Identity(AuthenticationEvent.Method.PASSWORD, userName, false, ""))
                    : new Refused(
                            ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                            AuthenticationEvent.Method.PASSWORD,
                            "backwards",
                            "that is not the name backwards");
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.4-2")
    void who_is_let_in_is_the_authenticators_choice_on_the_loop_or_beside_it() throws Exception {
        for (boolean slow : new boolean[] {false, true}) {
            try (TestBroker broker =
                            TestBroker.open(settings(loops), new Backwards(slow), Tracing.OFF);
                    RawClient right = broker.client();
                    RawClient wrong = broker.client();
                    RawClient old = broker.client(MqttVersion.V3_1_1)) {
                Options options = new Options();
                options.userName = "anna";
                options.password = "anna".substring(0, 3) + "x";
                wrong.sendConnect("w", options);
                assertThat(wrong.expect(CONNACK).u8(1)).isEqualTo(0x86);
                wrong.expectEnd();
                old.sendConnect("o", options);
                assertThat(old.expect(CONNACK).u8(1)).isEqualTo(4);

                options.password = "anna";
                right.connect("r", options);
                assertThat(right.untilPong()).isEmpty();

                broker.events.await(
                        AuthenticationEvent.Succeeded.class, e -> e.userName().equals("anna"));
                assertThat(broker.events.of(AuthenticationEvent.Failed.class))
                        .hasSize(2)
                        .allMatch(e -> e.rule().equals("backwards"))
                        .allMatch(e -> e.detail().equals("that is not the name backwards"))
                        .as("attempts of one machine are throttled together")
                        .allMatch(e -> e.throttleKey().equals("127.0.0.1"));
                assertThat(broker.events.of(AuthenticationEvent.AnonymousAllowed.class)).isEmpty();
                assertThat(broker.broker.measures().authenticationsFailed()).isEqualTo(2);
                assertThat(broker.broker.measures().authenticationsSucceeded()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_defect_ends_that_connection_and_no_other() throws Exception {
        for (boolean slow : new boolean[] {false, true}) {
            Authenticator broken =
                    new Authenticator() {
                        @Override
                        public Outcome authenticate(Credentials credentials) {
                            if (credentials.userName() != null) {
                                throw new IllegalStateException("broken");
                            }
                            return new Granted(Identity.ANONYMOUS);
                        }

                        @Override
                        public boolean isSlow(Credentials credentials) {
                            return slow;
                        }
                    };
            try (TestBroker broker = TestBroker.open(settings(loops), broken, Tracing.OFF);
                    RawClient good = broker.connected("good");
                    RawClient bad = broker.client()) {
                Options options = new Options();
                options.userName = "x";
                bad.sendConnect("bad", options);
                bad.expectEnd();
                assertThat(broker.events.await(ConnectionEvent.Failed.class).failure().errorMsg())
                        .isEqualTo("broken");
                assertThat(good.untilPong()).isEmpty();
            }
        }
    }
}
