package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.ConnectionEvent.Rate;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients do that mean harm, or know no better. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
class LimitsTest {
    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(Protection protection) throws IOException {
        TestBroker made = TestBroker.open(TestBroker.with(settings(loops), protection));
        opened = made;
        return made;
    }

    private TestBroker broker() throws IOException {
        return broker(Protection.defaults());
    }

    private static Protection with(Protection.Rate rate) {
        return Protection.defaults().with(rate);
    }

    private static Protection with(Protection.Arrivals arrivals) {
        return Protection.defaults().with(arrivals);
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private static void violates(
            TestBroker broker, RawClient client, int code, String rule, String detail, Limit limit)
            throws Exception {
        assertThat(client.expectDisconnect()).isEqualTo(code);
        ConnectionEvent.ProtocolViolated event =
                broker.events.await(ConnectionEvent.ProtocolViolated.class);
        assertThat(event.rule()).isEqualTo(rule);
        assertThat(event.detail()).isEqualTo(detail);
        assertThat(broker.broker.measures().limitHits(limit)).isEqualTo(1);
    }

    // packets

    @Test
    void a_topic_with_too_many_levels_ends_the_connection() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("deep")) {
            client.publish("a" + "/".repeat(127), "x", 0, 0);
            assertThat(client.untilPong()).isEmpty();
            client.publish("a" + "/".repeat(128), "x", 0, 0);
            violates(
                    broker,
                    client,
                    ReasonCode.TOPIC_NAME_INVALID,
                    "max-topic-levels",
                    "topic name has 129 levels, the limit is 128",
                    Limit.TOPIC_LEVELS);
        }
    }

    @Test
    void a_topic_that_is_too_long_ends_the_connection() throws Exception {
        Protection defaults = Protection.defaults();
        TestBroker broker = broker(defaults.with(new Protection.Topics(128, 10, 100)));
        try (RawClient client = broker.connected("long")) {
            assertThat(client.subscribe("12345678901", 0))
                    .containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
            client.publish("1234567890", "x", 0, 0);
            client.publish("12345678901", "x", 1, 1);
            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).detail())
                    .isEqualTo("topic name has 11 bytes, the limit is 10");
            assertThat(broker.broker.measures().limitHits(Limit.TOPIC_LENGTH)).isEqualTo(2);
        }
    }

    @Test
    void a_will_keeps_to_the_limits_of_topics() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            client.sendConnect("will", new Options().will("a" + "/".repeat(200), 0));
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.TOPIC_NAME_INVALID);
            client.expectEnd();
            assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).detail())
                    .isEqualTo("will topic has 201 levels, the limit is 128");
        }
    }

    @Test
    void a_packet_with_too_many_user_properties_ends_the_connection() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("many")) {
            client.publish("t", "x", 0, 0, userProperties(256, "v"));
            client.publish("t", "x", 0, 0, userProperties(256, "v"));
            assertThat(client.untilPong()).isEmpty();
            client.publish("t", "x", 0, 0, userProperties(20_000, "v"));
            violates(
                    broker,
                    client,
                    ReasonCode.QUOTA_EXCEEDED,
                    "max-user-properties",
                    "packet has 257 or more user properties, the limit is 256",
                    Limit.USER_PROPERTIES);
        }
    }

    @Test
    void user_properties_that_are_too_large_end_the_connection() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            Options options = new Options();
            options.properties = userProperties(3, "v".repeat(30_000));
            client.sendConnect("large", options);
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            client.expectEnd();
            ConnectionEvent.ProtocolViolated event =
                    broker.events.await(ConnectionEvent.ProtocolViolated.class);
            assertThat(event.rule()).isEqualTo("max-user-property-bytes");
            assertThat(event.detail())
                    .isEqualTo("user properties have 90003 bytes or more, the limit is 65536");
        }
    }

    private static Bytes userProperties(int howMany, String value) {
        Bytes properties = new Bytes();
        for (int i = 0; i < howMany; i++) {
            properties.u8(0x26).text("k").text(value);
        }
        return properties;
    }

    @Test
    void a_packet_that_claims_to_be_too_large_ends_the_connection_before_it_comes()
            throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("huge")) {
            client.send(new Bytes().u8(0x30).varint(200_000_000).array());
            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.PACKET_TOO_LARGE);
            assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).detail())
                    .isEqualTo("packet has 200000005 bytes, the limit is 1048576");
            assertThat(broker.broker.measures().limitHits(Limit.PACKET_SIZE)).isEqualTo(1);
        }
    }

    // subscriptions

    @Test
    void a_session_has_so_many_subscriptions_and_no_more() throws Exception {
        Protection defaults = Protection.defaults();
        TestBroker broker = broker(defaults.with(new Protection.Topics(3, 100, 2)));
        try (RawClient client = broker.connected("collector")) {
            client.subscribe("a", 0);
            client.subscribe("b", 0);
            assertThat(client.subscribe("c", 0)).containsExactly(ReasonCode.QUOTA_EXCEEDED);
            assertThat(client.subscribe("b", 1)).as("replaced").containsExactly(1);
            assertThat(client.subscribe("a/b/c/d", 0))
                    .containsExactly(ReasonCode.TOPIC_FILTER_INVALID);
            assertThat(broker.events.of(SubscriptionEvent.Refused.class))
                    .extracting(SubscriptionEvent.Refused::detail)
                    .containsExactly(
                            "at most 2 subscriptions per session", "at most 3 levels, this has 4");
            assertThat(broker.broker.measures().limitHits(Limit.SUBSCRIPTIONS)).isEqualTo(1);
        }
    }

    // rates

    @Test
    void packets_over_the_rate_wait_and_none_is_lost() throws Exception {
        TestBroker broker = broker(with(new Protection.Rate(100, 0, Protection.WhenOver.WAIT)));
        try (RawClient subscriber = broker.connected("subscriber");
                RawClient flood = broker.connected("flood")) {
            subscriber.subscribe("t", 0);
            Bytes all = new Bytes();
            for (int i = 0; i < 250; i++) {
                all.raw(publish("m" + (100 + i)));
            }
            long began = System.nanoTime();
            flood.send(all.array());
            for (int i = 0; i < 250; i++) {
                assertThat(subscriber.message().payload()).isEqualTo("m" + (100 + i));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThan(Duration.ofMillis(1400));
            assertThat(flood.untilPong()).isEmpty();
            ConnectionEvent.RateLimited event =
                    broker.events.await(ConnectionEvent.RateLimited.class);
            assertThat(event.rate()).isEqualTo(Rate.PACKETS);
            assertThat(event.limitPerSecond()).isEqualTo(100);
            assertThat(event.heldMillis()).isPositive();
            assertThat(event.peer().clientId()).isEqualTo("flood");
            assertThat(broker.broker.measures().limitHits(Limit.PACKETS_PER_SECOND)).isPositive();
        }
    }

    private static byte[] publish(String payload) {
        byte[] body =
                new Bytes().text("t").u8(0).raw(payload.getBytes(StandardCharsets.UTF_8)).array();
        return new Bytes().u8(0x30).varint(body.length).raw(body).array();
    }

    @Test
    void bytes_over_the_rate_wait_and_the_keep_alive_with_them() throws Exception {
        TestBroker broker = broker(with(new Protection.Rate(0, 2048, Protection.WhenOver.WAIT)));
        try (RawClient client = broker.client()) {
            Options options = new Options();
            options.keepAlive = 1;
            client.connect("heavy", options);
            long began = System.nanoTime();
            client.publish("t", "x".repeat(8000), 0, 0);
            assertThat(client.untilPong()).isEmpty();
            // not read for more than two seconds; that is the broker's doing, not silence
            client.publish("t", "x", 0, 0);
            assertThat(client.untilPong()).isEmpty();
            ConnectionEvent.RateLimited event =
                    broker.events.await(ConnectionEvent.RateLimited.class);
            assertThat(event.rate()).isEqualTo(Rate.BYTES);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThan(Duration.ofMillis(1800));
            assertThat(broker.events.of(ConnectionEvent.KeepAliveExpired.class)).isEmpty();
        }
    }

    @Test
    void a_flood_is_left_in_the_clients_own_socket() throws Exception {
        TestBroker broker = broker(with(new Protection.Rate(10, 0, Protection.WhenOver.WAIT)));
        try (RawClient flood = broker.connected("flood");
                RawClient other = broker.connected("other")) {
            Bytes all = new Bytes();
            for (int i = 0; i < 100_000; i++) {
                all.raw(publish("flood"));
            }
            byte[] bytes = all.array();
            Thread sending =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    flood.send(bytes);
                                } catch (IOException closed) {
                                    // the end of the test
                                }
                            });
            broker.events.await(ConnectionEvent.RateLimited.class);
            for (int i = 0; i < 8; i++) {
                assertThat(other.untilPong()).isEmpty();
            }
            assertThat(bytes.length).isGreaterThan(1_000_000);
            assertThat(broker.broker.measures().receivedBytes()).isLessThan(200_000);
            flood.close();
            sending.join();
        }
    }

    @Test
    void who_sends_too_much_is_disconnected_if_that_is_configured() throws Exception {
        TestBroker broker =
                broker(with(new Protection.Rate(10, 0, Protection.WhenOver.DISCONNECT)));
        try (RawClient flood = broker.connected("flood")) {
            Bytes all = new Bytes();
            for (int i = 0; i < 50; i++) {
                all.raw(publish("flood"));
            }
            flood.send(all.array());
            assertThat(flood.expectDisconnect()).isEqualTo(ReasonCode.MESSAGE_RATE_TOO_HIGH);
            assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                    .isEqualTo(Ending.RATE_EXCEEDED);
            assertThat(broker.events.await(ConnectionEvent.RateLimited.class).heldMillis())
                    .isZero();
        }
    }

    // connections

    @Test
    void connects_over_the_rate_are_refused_and_a_storm_is_closed_unread() throws Exception {
        TestBroker broker = broker(with(new Protection.Arrivals(5, Duration.ZERO, 0, 1000)));
        List<RawClient> clients = new ArrayList<>();
        int accepted = 0;
        int refused = 0;
        int closed = 0;
        try {
            for (int i = 0; i < 40; i++) {
                RawClient client = broker.client();
                clients.add(client);
                int code = codeOrEnd(client, "c" + i);
                accepted += code == 0 ? 1 : 0;
                refused += code == ReasonCode.CONNECTION_RATE_EXCEEDED ? 1 : 0;
                closed += code < 0 ? 1 : 0;
            }
        } finally {
            for (RawClient each : clients) {
                each.close();
            }
        }
        assertThat(accepted).isGreaterThanOrEqualTo(5);
        assertThat(refused).isPositive();
        assertThat(closed).isPositive();
        assertThat(accepted + refused + closed).isEqualTo(40);
        assertThat(broker.events.of(ConnectionEvent.ConnectRateExceeded.class)).hasSize(closed);
        assertThat(broker.events.await(ConnectionEvent.Refused.class).detail())
                .isEqualTo("more than 5 connects per second, try later");
        assertThat(broker.broker.measures().limitHits(Limit.CONNECTS_PER_SECOND))
                .isEqualTo(refused + closed);
    }

    @Test
    void clients_that_come_all_at_once_are_let_in_one_after_the_other() throws Exception {
        TestBroker broker =
                broker(with(new Protection.Arrivals(20, Duration.ofSeconds(5), 0, 1000)));
        List<RawClient> clients = new ArrayList<>();
        try {
            long began = System.nanoTime();
            for (int i = 0; i < 39; i++) {
                RawClient client = broker.client();
                clients.add(client);
                client.sendConnect("c" + i, new Options());
            }
            for (RawClient each : clients) {
                assertThat(each.expect(CONNACK).u8(1)).isZero();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isGreaterThan(Duration.ofMillis(800));
            assertThat(broker.events.await(ConnectionEvent.ConnectDelayed.class).delayMillis())
                    .isBetween(0L, 1250L);
        } finally {
            for (RawClient each : clients) {
                each.close();
            }
        }
    }

    @Test
    void who_goes_while_it_waits_is_let_go() throws Exception {
        TestBroker broker =
                broker(with(new Protection.Arrivals(3, Duration.ofSeconds(5), 0, 1000)));
        for (int i = 0; i < 4; i++) {
            try (RawClient client = broker.client()) {
                client.sendConnect("c" + i, new Options());
                client.reset();
            }
        }
        TestBroker.waitUntil(() -> broker.broker.measures().connections() == 0);
        try (RawClient next = broker.connected("next")) {
            assertThat(next.untilPong()).isEmpty();
        }
    }

    private static int codeOrEnd(RawClient client, String clientId) {
        try {
            client.sendConnect(clientId, new Options());
            return client.expect(CONNACK).u8(1);
        } catch (IOException closed) {
            return -1;
        }
    }

    @Test
    void one_address_has_so_many_connections_and_no_more() throws Exception {
        TestBroker broker = broker(with(new Protection.Arrivals(0, Duration.ZERO, 2, 1000)));
        try (RawClient first = broker.connected("1");
                RawClient second = broker.connected("2")) {
            try (RawClient third = broker.client()) {
                third.expectEnd();
            }
            ConnectionEvent.AddressLimitReached event =
                    broker.events.await(ConnectionEvent.AddressLimitReached.class);
            assertThat(event.limit()).isEqualTo(2);
            assertThat(event.remoteAddr()).startsWith("127.0.0.1:");
            first.close();
            TestBroker.waitUntil(() -> broker.broker.measures().connections() < 2);
            try (RawClient next = broker.connected("4")) {
                assertThat(next.untilPong()).isEmpty();
            }
            assertThat(second.untilPong()).isEmpty();
        }
    }

    @Test
    void silent_connections_make_room_for_new_ones() throws Exception {
        TestBroker broker = broker(with(new Protection.Arrivals(0, Duration.ZERO, 0, 4)));
        List<RawClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                RawClient each = broker.client(MqttVersion.V5);
                silent.add(each);
                each.send(new byte[] {0x10, 0x20});
            }
            TestBroker.waitUntil(() -> broker.broker.measures().connections() <= 4);
            try (RawClient honest = broker.connected("honest")) {
                assertThat(honest.untilPong()).isEmpty();
            }
            assertThat(broker.broker.measures().limitHits(Limit.HALF_OPEN))
                    .isGreaterThanOrEqualTo(96);
            assertThat(broker.events.await(ConnectionEvent.HalfOpenDropped.class).limit())
                    .isEqualTo(4);
        } finally {
            for (RawClient each : silent) {
                each.close();
            }
        }
    }
}
