package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanCause;
import io.robustmq.telemetry.event.ConnectionEvent.BanEnd;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class FlappingTest {
    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(boolean byAddress) throws IOException {
        return broker(byAddress, Authenticator.ANYBODY);
    }

    private TestBroker broker(boolean byAddress, Authenticator authenticator) throws IOException {
        Protection.Flapping flapping =
                new Protection.Flapping(
                        true, 3, Duration.ofSeconds(10), Duration.ofSeconds(60), byAddress);
        BrokerSettings settings =
                TestBroker.with(settings(loops), Protection.defaults().with(flapping));
        TestBroker made = TestBroker.open(settings, authenticator, Tracing.OFF);
        opened = made;
        return made;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static int connect(TestBroker broker, String clientId) throws IOException {
        return connect(broker, clientId, MqttVersion.V5);
    }

    private static int connect(TestBroker broker, String clientId, MqttVersion version)
            throws IOException {
        try (RawClient client = broker.client(version)) {
            client.sendConnect(clientId, new Options());
            return client.expect(CONNACK).u8(1);
        }
    }

    @Test
    void a_client_that_connects_too_often_is_banned_until_the_time_is_over() throws Exception {
        TestBroker broker = broker(false);
        for (int i = 0; i < 3; i++) {
            assertThat(connect(broker, "nervous")).isZero();
        }
        assertThat(connect(broker, "nervous")).isEqualTo(ReasonCode.BANNED);
        assertThat(connect(broker, "nervous", MqttVersion.V3_1_1)).isEqualTo(5);
        assertThat(connect(broker, "calm")).isZero();

        ConnectionEvent.Banned banned = broker.events.await(ConnectionEvent.Banned.class);
        assertThat(banned)
                .isEqualTo(
                        new ConnectionEvent.Banned(
                                BanKind.CLIENT,
                                "nervous",
                                BanCause.FLAPPING,
                                "more than 3 connects within 10 s",
                                60,
                                "2026-01-01T00:01:00Z"));
        assertThat(broker.events.await(ConnectionEvent.Refused.class).detail())
                .isEqualTo(
                        "this client id is banned until 2026-01-01T00:01:00Z: more than 3 connects within 10 s");
        assertThat(broker.broker.measures().limitHits(Limit.BANNED)).isEqualTo(2);

        broker.advance(Duration.ofSeconds(59));
        assertThat(connect(broker, "nervous")).isEqualTo(ReasonCode.BANNED);
        broker.advance(Duration.ofSeconds(1));
        assertThat(connect(broker, "nervous")).isZero();
        assertThat(broker.events.await(ConnectionEvent.BanEnded.class).banEnd())
                .isEqualTo(BanEnd.EXPIRED);
        assertThat(broker.broker.bans().list()).isEmpty();
    }

    @Test
    void who_connects_now_and_then_is_not() throws Exception {
        TestBroker broker = broker(false);
        for (int i = 0; i < 12; i++) {
            assertThat(connect(broker, "sensor")).isZero();
            broker.advance(Duration.ofSeconds(4));
        }
        assertThat(broker.events.of(ConnectionEvent.Banned.class)).isEmpty();
    }

    @Test
    void nobody_is_banned_by_somebody_who_only_claims_to_be_them() throws Exception {
        Authenticator authenticator =
                credentials -> {
                    String userName = credentials.userName();
                    AuthenticationEvent.Method method = AuthenticationEvent.Method.PASSWORD;
                    return userName == null
                            ? new Authenticator.Refused(
                                    ReasonCode.NOT_AUTHORIZED, method, "test", "no user name")
                            : new Authenticator.Granted(new Identity(method, userName, false, ""));
                };
        TestBroker broker = broker(false, authenticator);
        for (int i = 0; i < 20; i++) {
            assertThat(connect(broker, "victim")).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        }
        try (RawClient victim = broker.client()) {
            Options options = new Options();
            options.userName = "victim";
            assertThat(victim.connect("victim", options)).isFalse();
        }
    }

    @Test
    void an_address_that_connects_too_often_is_closed_unread() throws Exception {
        TestBroker broker = broker(true);
        for (int i = 0; i < 3; i++) {
            assertThat(connect(broker, "c" + i)).isZero();
        }
        assertThat(connect(broker, "c3")).isEqualTo(ReasonCode.BANNED);
        try (RawClient next = broker.client()) {
            next.expectEnd();
        }
        assertThat(broker.events.await(ConnectionEvent.Banned.class).target())
                .isEqualTo("127.0.0.1");
        assertThat(broker.events.await(ConnectionEvent.BannedAddressClosed.class).until())
                .isEqualTo("2026-01-01T00:01:00Z");
        assertThat(broker.broker.bans().lift(BanKind.ADDRESS, "127.0.0.1")).isNotNull();
        assertThat(connect(broker, "c4")).isZero();
    }

    @Test
    void an_administrators_ban_ends_the_connection_that_there_is() throws Exception {
        TestBroker broker = broker(false);
        try (RawClient client = broker.connected("thief");
                RawClient other = broker.connected("other")) {
            broker.broker.bans().add(BanKind.CLIENT, "thief", "stolen device", Duration.ofHours(1));
            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.BANNED);
            assertThat(other.untilPong()).isEmpty();
            assertThat(connect(broker, "thief")).isEqualTo(ReasonCode.BANNED);
            assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                    .isEqualTo(ConnectionEvent.Ending.BANNED);

            broker.broker.bans().lift(BanKind.CLIENT, "thief");
            assertThat(connect(broker, "thief")).isZero();
            assertThat(broker.events.await(ConnectionEvent.BanEnded.class).banEnd())
                    .isEqualTo(BanEnd.LIFTED);
        }
    }

    @Test
    void bans_have_a_bound_in_number_and_in_memory() {
        RecordingEvents events = new RecordingEvents();
        Bans bans = new Bans(new SettableClock(Instant.EPOCH), events);
        for (int i = 0; i < Bans.MAX + 10; i++) {
            bans.add(BanKind.CLIENT, "c" + i, "", Duration.ofSeconds(60 + i));
        }
        assertThat(bans.list()).hasSize(Bans.MAX);
        assertThat(bans.of(BanKind.CLIENT, "c9")).as("would have ended first").isNull();
        assertThat(bans.of(BanKind.CLIENT, "c10")).isNotNull();
        assertThat(events.of(ConnectionEvent.BanEnded.class))
                .hasSize(10)
                .allMatch(event -> event.banEnd() == BanEnd.REPLACED);

        for (int i = 0; i < 100; i++) {
            bans.add(BanKind.CLIENT, i + "x".repeat(65_000), "", Duration.ofDays(1));
        }
        assertThat(bans.list().stream().mapToInt(ban -> ban.target().length()).sum())
                .isLessThanOrEqualTo(4 << 20);
    }
}
