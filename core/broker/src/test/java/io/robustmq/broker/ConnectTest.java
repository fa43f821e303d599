package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
class ConnectTest {
    @Parameter int loops;
    private @Nullable TestBroker opened;

    private TestBroker broker(BrokerSettings settings) throws IOException {
        TestBroker made = TestBroker.open(settings);
        opened = made;
        return made;
    }

    private TestBroker broker() throws IOException {
        return broker(settings(loops));
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    @Test
    @Mqtt5({"MQTT-3.1.3-6", "MQTT-3.2.2-9"})
    void connack_says_what_the_broker_offers() throws Exception {
        try (RawClient client = broker().client()) {
            client.sendConnect("", new Options());
            RawClient.Packet connack = client.expect(CONNACK);
            Map<Integer, List<String>> properties = RawClient.connackProperties(connack);

            assertThat(connack.u16(0)).isZero();
            assertThat(properties.get(0x12)).singleElement().asString().startsWith("auto-");
            assertThat(properties.get(0x21)).containsExactly("1024");
            assertThat(properties.get(0x22)).containsExactly("64");
            assertThat(properties.get(0x27)).containsExactly("1048576");
            assertThat(properties.get(0x2A)).as("shared subscriptions, offered if absent").isNull();
            assertThat(properties).doesNotContainKeys(0x11, 0x13, 0x24, 0x25, 0x28, 0x29);
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-21")
    void limits_on_keep_alive_and_session_expiry_are_told() throws Exception {
        BrokerSettings settings = settings(loops);
        BrokerSettings.Limits limits = new BrokerSettings.Limits(1 << 20, 10, 0, 60, 30);
        TestBroker broker = broker(with(settings, limits));
        try (RawClient client = broker.client()) {
            client.sendConnect("c", new Options().expiry(3600));
            Map<Integer, List<String>> properties =
                    RawClient.connackProperties(client.expect(CONNACK));

            assertThat(properties.get(0x13)).containsExactly("30");
            assertThat(properties.get(0x11)).containsExactly("60");
            assertThat(broker.events.await(ConnectionEvent.Accepted.class).keepAliveSeconds())
                    .isEqualTo(30);
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.4-4")
    void a_3_1_1_client_gets_a_plain_connack() throws Exception {
        try (RawClient client = broker().client(MqttVersion.V3_1_1)) {
            client.sendConnect("c", new Options());
            assertThat(client.expect(CONNACK).body()).containsExactly(0, 0);
            assertThat(client.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt5("MQTT-4.12.0-1")
    void enhanced_authentication_is_refused() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            Options options = new Options();
            options.properties.u8(0x15).text("SCRAM-SHA-1");
            client.sendConnect("c", options);

            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x8C);
            client.expectEnd();
            assertThat(broker.events.await(ConnectionEvent.Refused.class).reasonCode())
                    .isEqualTo(0x8C);
            assertThat(broker.broker.measures().connectionsRefused(0x8C)).isEqualTo(1);
        }
    }

    @Test
    @Mqtt3({"MQTT-3.1.3-8", "MQTT-3.1.3-9"})
    @Mqtt5("MQTT-3.1.3-8")
    void a_3_1_1_client_without_an_identifier_needs_a_clean_session() throws Exception {
        try (RawClient client = broker().client(MqttVersion.V3_1_1)) {
            client.sendConnect("", new Options().keepSession());
            assertThat(client.expect(CONNACK).body()).containsExactly(0, 2);
            client.expectEnd();
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.2-2")
    @Mqtt5("MQTT-3.1.2-2")
    void an_unknown_protocol_level_is_answered_and_the_connection_closed() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            client.send(1, 0, new Bytes().text("MQTT").u8(9).u8(2).u16(0).text("c"));

            assertThat(client.expect(CONNACK).u8(1)).isIn(0x01, 0x84);
            client.expectEnd();
            ConnectionEvent.ProtocolViolated event =
                    broker.events.await(ConnectionEvent.ProtocolViolated.class);
            assertThat(event.reasonCode()).isEqualTo(ReasonCode.UNSUPPORTED_PROTOCOL_VERSION);
            assertThat(event.peer().remoteAddr()).startsWith("127.0.0.1:");
        }
    }

    @Test
    @Mqtt5("MQTT-4.13.1-1")
    void a_malformed_packet_ends_the_connection_with_its_reason() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("c")) {
            client.send(8, 0, new Bytes().u16(1).u8(0).text("t").u8(0));

            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.MALFORMED_PACKET);
            ConnectionEvent.ProtocolViolated event =
                    broker.events.await(ConnectionEvent.ProtocolViolated.class);
            assertThat(event.packetType()).isEqualTo("SUBSCRIBE");
            assertThat(event.peer().clientId()).isEqualTo("c");
            assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                    .isEqualTo(Ending.PROTOCOL_ERROR);
            assertThat(broker.events.of(ConnectionEvent.ProtocolViolated.class)).hasSize(1);
        }
    }

    @Test
    @Mqtt3("MQTT-3.8.1-1")
    void a_malformed_packet_of_a_3_1_1_client_ends_the_connection_without_a_word()
            throws Exception {
        try (RawClient client = broker().client(MqttVersion.V3_1_1)) {
            client.connect("c");
            client.send(8, 0, new Bytes().u16(1).text("t").u8(0));
            client.expectEnd();
        }
    }

    @Test
    @Mqtt5("MQTT-4.12.0-7")
    void auth_is_a_protocol_error() throws Exception {
        try (RawClient client = broker().connected("c")) {
            client.send(15, 0, new Bytes());
            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.0-1")
    @Mqtt5("MQTT-3.1.0-1")
    void anything_but_connect_first_is_not_answered() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            client.send(12, 0, new Bytes());
            client.expectEnd();
            assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).packetType())
                    .isEqualTo("PINGREQ");
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.4-3")
    void a_second_connection_takes_over_and_the_first_is_told() throws Exception {
        TestBroker broker = broker();
        try (RawClient first = broker.connected("same");
                RawClient second = broker.connected("same")) {
            assertThat(first.expectDisconnect()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(second.untilPong()).isEmpty();
            ConnectionEvent.TakenOver event = broker.events.await(ConnectionEvent.TakenOver.class);
            ConnectionEvent.Accepted accepted =
                    broker.events.await(
                            ConnectionEvent.Accepted.class,
                            e -> e.peer().connectionId() == event.newConnectionId());
            assertThat(accepted.peer().connectionId()).isNotEqualTo(event.peer().connectionId());
            assertThat(broker.broker.measures().sessionsConnected()).isEqualTo(1);
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-22")
    void silence_for_one_and_a_half_keep_alives_ends_the_connection() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.client()) {
            Options options = new Options();
            options.keepAlive = 1;
            client.connect("c", options);
            long began = System.nanoTime();

            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(1400), Duration.ofMillis(4000));
            ConnectionEvent.KeepAliveExpired event =
                    broker.events.await(ConnectionEvent.KeepAliveExpired.class);
            assertThat(event.idleMillis()).isGreaterThanOrEqualTo(1500);
        }
    }

    @Test
    void a_connection_that_sends_no_connect_is_closed() throws Exception {
        BrokerSettings settings = settings(loops);
        TestBroker broker =
                broker(
                        with(
                                settings,
                                new BrokerSettings.Listener(
                                        settings.listener().address(),
                                        loops,
                                        10,
                                        Duration.ofMillis(100))));
        try (RawClient client = broker.client()) {
            client.send(new byte[] {0x10, 0x20});
            client.expectEnd();
            assertThat(broker.events.await(ConnectionEvent.HandshakeTimedOut.class).timeoutMillis())
                    .isEqualTo(100);
        }
    }

    @Test
    void more_connections_than_allowed_are_closed() throws Exception {
        BrokerSettings settings = settings(loops);
        TestBroker broker =
                broker(
                        with(
                                settings,
                                new BrokerSettings.Listener(
                                        settings.listener().address(),
                                        loops,
                                        2,
                                        Duration.ofSeconds(10))));
        try (RawClient first = broker.connected("1");
                RawClient second = broker.connected("2")) {
            try (RawClient third = broker.client()) {
                third.expectEnd();
            }
            assertThat(broker.events.await(ConnectionEvent.LimitReached.class).limit())
                    .isEqualTo(2);
            first.close();
            TestBroker.waitUntil(() -> broker.broker.measures().connections() < 2);
            try (RawClient next = broker.connected("3")) {
                assertThat(next.untilPong()).isEmpty();
            }
            assertThat(second.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt5("MQTT-3.14.2-1")
    void closing_the_broker_tells_its_clients() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("c");
                RawClient old = broker.client(MqttVersion.V3_1_1)) {
            old.connect("d");
            broker.close();
            broker.close();

            assertThat(client.expectDisconnect()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            old.expectEnd();
            assertThat(broker.events.of(ConnectionEvent.Closed.class))
                    .extracting(ConnectionEvent.Closed::ending)
                    .containsExactly(Ending.SERVER_SHUTDOWN, Ending.SERVER_SHUTDOWN);
            assertThat(broker.events.of(ConnectionEvent.ListenerStopped.class)).hasSize(1);
        }
    }

    @Test
    void a_port_in_use_is_an_io_error() throws Exception {
        TestBroker broker = broker();
        BrokerSettings settings = settings(loops);
        InetSocketAddress taken = broker.broker.localAddress();
        BrokerSettings same =
                with(
                        settings,
                        new BrokerSettings.Listener(taken, loops, 10, Duration.ofSeconds(1)));

        org.assertj.core.api.Assertions.assertThatThrownBy(() -> TestBroker.open(same))
                .isInstanceOf(BindException.class);
    }

    @Test
    void a_reset_connection_is_reported_as_such() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("c")) {
            client.reset();
            broker.events.await(ConnectionEvent.IoFailed.class);
            assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                    .isEqualTo(Ending.IO_ERROR);
        }
    }

    @Test
    @Mqtt5("MQTT-3.2.0-1")
    void packets_sent_together_with_connect_are_handled_after_it() throws Exception {
        try (RawClient client = broker().client()) {
            Bytes connect = new Bytes().text("MQTT").u8(5).u8(2).u16(0).u8(0).text("early");
            byte[] body = connect.array();
            client.send(
                    new Bytes()
                            .u8(0x10)
                            .varint(body.length)
                            .raw(body)
                            .raw(new byte[] {(byte) 0xC0, 0})
                            .array());
            client.expect(CONNACK);
            client.expect(RawClient.PINGRESP);
        }
    }

    @Test
    @Mqtt3("MQTT-7.1.1-1")
    @Mqtt5("MQTT-4.2-1")
    void a_packet_may_come_a_byte_at_a_time() throws Exception {
        try (RawClient client = broker().connected("slow")) {
            client.subscribe("t", 1);
            byte[] publish =
                    new Bytes().u8(0x32).u8(8).text("t").u16(1).u8(0).u8('x').u8('y').array();
            for (byte each : publish) {
                client.send(new byte[] {each});
            }
            assertThat(List.of(client.read().type(), client.read().type()))
                    .containsExactlyInAnyOrder(RawClient.PUBLISH, RawClient.PUBACK);
        }
    }

    @Test
    void the_events_of_a_connection_come_in_order() throws Exception {
        TestBroker broker = broker();
        try (RawClient client = broker.connected("c")) {
            client.disconnect(0);
            client.expectEnd();
        }
        broker.events.await(io.robustmq.telemetry.event.SessionEvent.Ended.class);
        assertThat(broker.events.all())
                .filteredOn(event -> !(event instanceof JournalEvent))
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "StateRestored",
                        "ListenerStarted",
                        "AnonymousAllowed",
                        "Created",
                        "Accepted",
                        "Closed",
                        "Ended");
    }
}
