package io.robustmq.broker;

import static io.robustmq.broker.RawClient.AUTH;
import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** Authentication step by step, on a loop or beside it. */
@ParameterizedClass
@CsvSource({"1,false", "2,false", "2,true"})
@SuppressWarnings("NullAway.Init")
class AuthExchangeTest {
    private static final Scram.Hash HASH = Scram.Hash.SHA_256;
    private static final String METHOD = "SCRAM-SHA-256";
    private static final byte[] NONE = {};

    @Parameter(0)
    int loops;

    @Parameter(1)
    boolean slow;

    private TestBroker broker;

    /** Anonymous clients, and those who can do SCRAM. */
    private record Both(EnhancedAuthenticator scram) implements Authenticator {
        @Override
        public Outcome authenticate(Credentials credentials) {
            return new Granted(Identity.ANONYMOUS);
        }

        @Override
        public @Nullable EnhancedAuthenticator enhanced(String method) {
            return method.equals(scram.method()) ? scram : null;
        }
    }

    private record Slow(EnhancedAuthenticator fast) implements EnhancedAuthenticator {
        @Override
        public String method() {
            return fast.method();
        }

        @Override
        public Exchange begin() {
            return fast.begin();
        }

        @Override
        public boolean isSlow() {
            return true;
        }
    }

    @BeforeEach
    void open() throws Exception {
        open(settings(loops));
    }

    private void open(BrokerSettings settings) throws Exception {
        Map<String, Scram.Keys> users =
                Map.of(
                        "anna", ScramClient.keys(HASH, "secret", "c2FsdA==", 4096),
                        "otto", ScramClient.keys(HASH, "secret", "c2FsdA==", 4096));
        Scram scram = new Scram(HASH, new ScramTest.Known(users), new Random(1));
        broker = TestBroker.open(settings, new Both(slow ? new Slow(scram) : scram), Tracing.OFF);
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private static ScramClient scram(String userName, String password) {
        return new ScramClient(HASH, "n,,", userName, password, "nonce");
    }

    private static void sendConnect(RawClient client, String method, byte[] data)
            throws IOException {
        Options options = new Options();
        options.properties.u8(0x15).text(method).u8(0x16).binary(data);
        client.sendConnect("c", options);
    }

    private static void auth(RawClient client, int reasonCode, byte[] data) throws IOException {
        Bytes properties = new Bytes().u8(0x15).text(METHOD).u8(0x16).binary(data);
        client.send(AUTH, 0, new Bytes().u8(reasonCode).sized(properties));
    }

    private static byte[] step(RawClient client, int reasonCode) throws IOException {
        Packet auth = client.expect(AUTH);
        assertThat(auth.u8(0)).isEqualTo(reasonCode);
        assertThat(RawClient.properties(auth, 1)).containsOnlyKeys(0x15, 0x16);
        assertThat(RawClient.properties(auth, 1).get(0x15)).containsExactly(METHOD);
        return Objects.requireNonNull(RawClient.properties(auth, 1).get(0x16))
                .getFirst()
                .getBytes(UTF_8);
    }

    private static Packet answered(RawClient client, ScramClient scram) throws Exception {
        sendConnect(client, METHOD, scram.first());
        auth(client, 0x18, scram.last(step(client, 0x18)));
        return client.expect(CONNACK);
    }

    private void connected(RawClient client) throws Exception {
        assertThat(answered(client, scram("anna", "secret")).u8(1)).isZero();
    }

    @Test
    @Mqtt5({
        "MQTT-4.12.0-2",
        "MQTT-4.12.0-3",
        "MQTT-4.12.0-5",
        "MQTT-3.2.0-1",
        "MQTT-3.1.4-5",
        "MQTT-3.15.2-2",
        "MQTT-3.15.2-3"
    })
    void steps_go_back_and_forth_until_the_connack_which_has_the_last() throws Exception {
        try (RawClient client = broker.client()) {
            ScramClient scram = scram("anna", "secret");
            Packet connack = answered(client, scram);

            assertThat(connack.u8(1)).isZero();
            Map<Integer, List<String>> properties = RawClient.connackProperties(connack);
            assertThat(properties.get(0x15)).containsExactly(METHOD);
            assertThat(properties.get(0x16)).containsExactly(scram.serverSignature());
            AuthenticationEvent.Succeeded event =
                    broker.events.await(AuthenticationEvent.Succeeded.class);
            assertThat(event.userName()).isEqualTo("anna");
            assertThat(event.method()).isEqualTo(AuthenticationEvent.Method.ENHANCED);
            assertThat(client.subscribe("t", 1)).containsExactly(1);
        }
    }

    @Test
    @Mqtt5({"MQTT-4.12.0-4", "MQTT-4.13.2-1", "MQTT-3.2.2-7"})
    void who_fails_is_refused_and_closed() throws Exception {
        try (RawClient client = broker.client()) {
            assertThat(answered(client, scram("anna", "wrong")).u8(1)).isEqualTo(0x87);
            client.expectEnd();
            AuthenticationEvent.Failed event =
                    broker.events.await(AuthenticationEvent.Failed.class);
            assertThat(event.userName()).isEqualTo("anna");
            assertThat(broker.broker.measures().authenticationsFailed()).isEqualTo(1);
        }
    }

    @Test
    @Mqtt5("MQTT-4.12.0-1")
    void a_method_that_is_not_offered_is_refused_and_closed() throws Exception {
        try (RawClient client = broker.client()) {
            sendConnect(client, "GS2-KRB5", NONE);
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x8C);
            client.expectEnd();
        }
    }

    @Test
    @Mqtt5({"MQTT-4.12.0-6", "MQTT-4.12.0-7"})
    void without_a_method_there_is_no_auth_in_either_direction() throws Exception {
        try (RawClient client = broker.client()) {
            client.sendConnect("c", new Options());
            assertThat(RawClient.connackProperties(client.expect(CONNACK))).doesNotContainKey(0x15);
            auth(client, 0x19, NONE);
            assertThat(client.expectDisconnect()).isEqualTo(0x82);
        }
    }

    @Test
    @Mqtt5({"MQTT-3.1.4-6", "MQTT-3.14.0-1"})
    void nothing_but_auth_and_disconnect_is_taken_meanwhile() throws Exception {
        try (RawClient client = broker.client();
                RawClient other = broker.client()) {
            sendConnect(client, METHOD, scram("anna", "secret").first());
            step(client, 0x18);
            client.publish("t", "x", 0, 0);
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x82);
            client.expectEnd();
            assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).rule())
                    .isEqualTo("MQTT-3.1.2-30");

            sendConnect(other, METHOD, scram("anna", "secret").first());
            step(other, 0x18);
            other.disconnect(0);
            other.expectEnd();
        }
    }

    @Test
    @Mqtt5({"MQTT-4.12.0-5", "MQTT-3.15.1-1", "MQTT-3.1.4-1"})
    void an_auth_of_another_method_or_with_flags_ends_it() throws Exception {
        try (RawClient other = broker.client();
                RawClient flags = broker.client()) {
            sendConnect(other, METHOD, scram("anna", "secret").first());
            step(other, 0x18);
            Bytes properties = new Bytes().u8(0x15).text("OTHER");
            other.send(AUTH, 0, new Bytes().u8(0x18).sized(properties));
            assertThat(other.expect(CONNACK).u8(1)).isEqualTo(0x82);
            other.expectEnd();

            sendConnect(flags, METHOD, scram("anna", "secret").first());
            step(flags, 0x18);
            flags.send(AUTH, 1, new Bytes().u8(0x18));
            assertThat(flags.expect(CONNACK).u8(1)).isEqualTo(0x81);
            flags.expectEnd();
        }
    }

    @Test
    @Mqtt5("MQTT-4.12.0-5")
    void a_client_may_authenticate_again_while_everything_goes_on() throws Exception {
        try (RawClient client = broker.client()) {
            connected(client);
            client.subscribe("t", 0);
            ScramClient again = scram("anna", "secret");
            auth(client, 0x19, again.first());
            byte[] challenge = step(client, 0x18);
            client.publish("t", "meanwhile", 0, 0);
            assertThat(client.message().payload()).isEqualTo("meanwhile");
            auth(client, 0x18, again.last(challenge));
            assertThat(new String(step(client, 0), UTF_8)).isEqualTo(again.serverSignature());
            assertThat(broker.broker.measures().authenticationsSucceeded()).isEqualTo(2);
        }
    }

    @Test
    @Mqtt5({"MQTT-4.12.1-2", "MQTT-4.13.2-1"})
    void who_fails_to_authenticate_again_or_as_another_is_told_and_closed() throws Exception {
        for (ScramClient again : new ScramClient[] {scram("anna", "x"), scram("otto", "secret")}) {
            try (RawClient client = broker.client()) {
                connected(client);
                auth(client, 0x19, again.first());
                auth(client, 0x18, again.last(step(client, 0x18)));
                assertThat(client.expectDisconnect()).isEqualTo(0x87);
            }
        }
    }

    @Test
    void steps_that_nobody_asked_for_are_protocol_errors() throws Exception {
        try (RawClient none = broker.client();
                RawClient twice = broker.client()) {
            connected(none);
            auth(none, 0x18, NONE);
            assertThat(none.expectDisconnect()).isEqualTo(0x82);

            connected(twice);
            auth(twice, 0x19, scram("anna", "secret").first());
            step(twice, 0x18);
            auth(twice, 0x19, scram("anna", "secret").first());
            assertThat(twice.expectDisconnect()).isEqualTo(0x82);
        }
    }

    @Test
    void who_does_not_answer_is_closed() throws Exception {
        broker.close();
        BrokerSettings settings = settings(loops);
        open(
                with(
                        settings,
                        new BrokerSettings.Listener(
                                new InetSocketAddress("127.0.0.1", 0),
                                loops,
                                10,
                                Duration.ofMillis(300))));
        try (RawClient client = broker.client()) {
            sendConnect(client, METHOD, scram("anna", "secret").first());
            step(client, 0x18);
            client.expectEnd();
            broker.events.await(ConnectionEvent.HandshakeTimedOut.class);
        }
    }
}
