package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PINGRESP;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** CONNECT, sessions, wills and DISCONNECT, in both versions. */
@ParameterizedClass
@EnumSource(names = {"V3_1_1", "V5"})
@SuppressWarnings("NullAway.Init")
class SessionStatementsTest {
    @Parameter MqttVersion version;
    private TestBroker broker;
    private RawClient other;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
        other = broker.connected("other");
    }

    @AfterEach
    void close() throws IOException {
        other.close();
        broker.close();
    }

    private boolean isV5() {
        return version == MqttVersion.V5;
    }

    private Options kept() {
        Options options = new Options().keepSession();
        return isV5() ? options.expiry(1000) : options;
    }

    private Packet connack(String clientId, Options options, RawClient client) throws IOException {
        client.sendConnect(clientId, options);
        return client.expect(CONNACK);
    }

    @Test
    @Mqtt3({"MQTT-3.1.3-3", "MQTT-3.1.3-4", "MQTT-3.1.3-5", "MQTT-3.1.4-4", "MQTT-3.2.0-1"})
    @Mqtt5({
        "MQTT-3.1.3-3",
        "MQTT-3.1.3-4",
        "MQTT-3.1.3-5",
        "MQTT-3.1.4-5",
        "MQTT-3.2.0-1",
        "MQTT-3.2.0-2",
        "MQTT-3.2.2-1",
        "MQTT-3.2.2-8"
    })
    void every_identifier_of_the_small_alphabet_is_let_in_and_answered_once() throws Exception {
        for (String id : List.of("0", "z", "0123456789abcdefghijklm", "ABCDEFGHIJKLMNOPQRSTUVW")) {
            try (RawClient client = broker.client(version)) {
                Packet connack = connack(id, new Options(), client);
                assertThat(connack.flags()).isZero();
                assertThat(connack.u8(0)).isZero();
                assertThat(connack.u8(1)).isZero();
                assertThat(client.untilPong()).isEmpty();
            }
        }
    }

    @Test
    @Mqtt3({
        "MQTT-3.1.2-4",
        "MQTT-3.1.2-5",
        "MQTT-3.1.2-6",
        "MQTT-3.1.3-2",
        "MQTT-3.1.4-3",
        "MQTT-3.2.2-1",
        "MQTT-3.2.2-2",
        "MQTT-3.2.2-3"
    })
    @Mqtt5({
        "MQTT-3.1.2-4",
        "MQTT-3.1.2-5",
        "MQTT-3.1.2-6",
        "MQTT-3.1.3-2",
        "MQTT-3.1.4-4",
        "MQTT-3.2.2-2",
        "MQTT-3.2.2-3",
        "MQTT-3.1.2-23"
    })
    void a_session_is_that_of_its_identifier_until_a_clean_start() throws Exception {
        try (RawClient first = broker.client(version)) {
            assertThat(first.connect("c", kept())).isFalse();
            first.subscribe("t", 0);
        }
        try (RawClient stranger = broker.client(version)) {
            assertThat(stranger.connect("d", kept())).isFalse();
        }
        try (RawClient second = broker.client(version)) {
            assertThat(second.connect("c", kept())).isTrue();
            other.publish("t", "x", 0, 0);
            assertThat(second.message().payload()).isEqualTo("x");
        }
        try (RawClient clean = broker.client(version)) {
            assertThat(clean.connect("c", new Options())).isFalse();
            other.publish("t", "x", 0, 0);
            assertThat(clean.untilPong()).isEmpty();
        }
        try (RawClient last = broker.client(version)) {
            assertThat(last.connect("c", kept())).as("nothing came of the clean one").isFalse();
        }
    }

    @Test
    @Mqtt3({"MQTT-4.1.0-1", "MQTT-4.1.0-2"})
    @Mqtt5("MQTT-4.1.0-1")
    void a_session_lasts_as_long_as_its_connection_whatever_the_clock_says() throws Exception {
        try (RawClient client = broker.client(version)) {
            client.connect("c", isV5() ? new Options().expiry(5) : new Options());
            client.subscribe("t", 1);
            broker.advance(Duration.ofDays(30));
            other.publish("t", "x", 0, 0);
            assertThat(client.message().payload()).isEqualTo("x");
        }
    }

    @Test
    @Mqtt3({"MQTT-3.1.4-2", "MQTT-3.1.0-1"})
    @Mqtt5({"MQTT-3.1.4-3", "MQTT-3.1.0-1"})
    void a_second_connection_of_an_identifier_closes_the_first() throws Exception {
        try (RawClient first = broker.client(version);
                RawClient second = broker.client(version)) {
            first.connect("c");
            second.connect("c");
            if (isV5()) {
                assertThat(first.expectDisconnect()).isEqualTo(0x8E);
            } else {
                first.expectEnd();
            }
            assertThat(second.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt3({"MQTT-3.1.4-1", "MQTT-3.2.2-6"})
    @Mqtt5({"MQTT-3.1.4-1", "MQTT-3.1.4-2", "MQTT-4.13.1-1"})
    void a_connect_that_is_wrong_closes_the_connection() throws Exception {
        try (RawClient client = broker.client(version)) {
            client.send(1, 0, new Bytes().text("MQTT").u8(version.level()).u8(3).u16(0));
            if (isV5()) {
                assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x81);
            }
            client.expectEnd();
        }
    }

    @Test
    @Mqtt3("MQTT-3.1.3-6")
    @Mqtt5("MQTT-3.1.3-6")
    void clients_without_an_identifier_do_not_meet() throws Exception {
        try (RawClient first = broker.client(version);
                RawClient second = broker.client(version)) {
            first.connect("", new Options());
            second.connect("", new Options());
            assertThat(first.untilPong()).isEmpty();
            assertThat(second.untilPong()).isEmpty();
        }
    }

    @Test
    @Mqtt3({"MQTT-3.1.4-5", "MQTT-3.2.2-4", "MQTT-3.2.2-5", "MQTT-3.1.3-9"})
    @Mqtt5({"MQTT-3.1.4-6", "MQTT-3.2.2-6", "MQTT-3.2.2-7", "MQTT-3.14.0-1"})
    void nothing_that_comes_behind_a_refused_connect_is_done() throws Exception {
        other.subscribe("#", 0);
        try (RawClient client = broker.client(version)) {
            Options refused = kept();
            if (isV5()) {
                refused.properties.u8(0x15).text("unknown");
            }
            client.sendConnect(isV5() ? "c" : "", refused);
            try {
                client.publish("t", "x", 0, 0);
            } catch (IOException closed) {
                // already
            }
            Packet connack = client.expect(CONNACK);
            assertThat(connack.u8(0)).isZero();
            assertThat(connack.u8(1)).isEqualTo(isV5() ? 0x8C : 2);
            client.expectEnd();
        }
        assertThat(other.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3("MQTT-3.12.4-1")
    @Mqtt5("MQTT-3.12.4-1")
    void a_ping_is_answered() throws Exception {
        try (RawClient client = broker.client(version)) {
            client.connect("c");
            client.send(12, 0, new Bytes());
            assertThat(client.expect(PINGRESP).body()).isEmpty();
        }
    }

    @Test
    @Mqtt3({
        "MQTT-3.1.2-7",
        "MQTT-3.1.2-8",
        "MQTT-3.1.2-9",
        "MQTT-3.1.2-10",
        "MQTT-3.1.2-14",
        "MQTT-3.1.2-16",
        "MQTT-3.1.2-17",
        "MQTT-3.1.3-1",
        "MQTT-3.1.3-10"
    })
    @Mqtt5({
        "MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-9", "MQTT-3.1.2-10", "MQTT-3.1.2-12",
        "MQTT-3.1.2-14", "MQTT-3.1.2-15", "MQTT-3.1.3-11", "MQTT-3.2.2-12", "MQTT-3.2.2-13"
    })
    void the_will_of_who_is_lost_is_published_once_as_it_asked_for() throws Exception {
        other.subscribe("will/#", 2 | 8);
        for (int qos = 0; qos <= 2; qos++) {
            for (int retain = 0; retain <= 1; retain++) {
                String topic = "will/" + qos + retain;
                RawClient client = broker.client(version);
                client.connect("c", new Options().will(topic, qos << 3 | retain << 5));
                client.close();
                Message will = other.message();
                assertThat(will.topic()).isEqualTo(topic);
                assertThat(will.payload()).isEqualTo("gone");
                assertThat(will.qos()).isEqualTo(qos);
                assertThat(will.retain()).isEqualTo(retain == 1);
                try (RawClient again = broker.client(version)) {
                    again.connect("c", new Options());
                    again.subscribe(topic, 0);
                    assertThat(again.untilPong()).hasSize(retain);
                }
            }
        }
        assertThat(other.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3({"MQTT-3.14.4-3", "MQTT-3.1.2-10", "MQTT-3.1.2-12", "MQTT-3.1.2-8"})
    @Mqtt5({"MQTT-3.14.4-3", "MQTT-3.1.2-10", "MQTT-3.1.2-8"})
    void who_says_goodbye_takes_its_will_back_and_who_has_none_leaves_none() throws Exception {
        other.subscribe("#", 0);
        try (RawClient polite = broker.client(version);
                RawClient without = broker.client(version)) {
            polite.connect("c", new Options().will("will", 0));
            polite.disconnect(0);
            polite.expectEnd();
            without.connect("d");
            without.reset();
        }
        TestBroker.waitUntil(() -> broker.broker.measures().sessionsConnected() == 1);
        assertThat(other.untilPong()).isEmpty();
    }

    @Test
    @Mqtt3("MQTT-3.1.2-24")
    @Mqtt5({"MQTT-3.1.2-22", "MQTT-3.2.2-22"})
    void who_is_silent_for_one_and_a_half_keep_alives_is_lost() throws Exception {
        other.subscribe("will", 0);
        try (RawClient client = broker.client(version)) {
            Options options = new Options().will("will", 0);
            options.keepAlive = 1;
            client.connect("c", options);
            assertThat(other.message().payload()).isEqualTo("gone");
            if (isV5()) {
                assertThat(client.expectDisconnect()).isEqualTo(0x8D);
            } else {
                client.expectEnd();
            }
        }
    }

    @Test
    @Mqtt3({"MQTT-3.1.0-2", "MQTT-4.8.0-1", "MQTT-2.2.2-2"})
    @Mqtt5({
        "MQTT-3.1.0-2",
        "MQTT-4.13.1-1",
        "MQTT-3.14.2-1",
        "MQTT-3.14.2-2",
        "MQTT-3.14.4-1",
        "MQTT-3.14.4-2",
        "MQTT-4.13.2-1",
        "MQTT-2.1.3-1"
    })
    void what_breaks_the_rules_ends_the_connection() throws Exception {
        Bytes none = new Bytes();
        int[][] broken = {{1, 0, 0x82}, {12, 1, 0x81}, {8, 2, 0x81}, {3, 6, 0x81}};
        for (int[] each : broken) {
            try (RawClient client = broker.client(version)) {
                client.connect("c");
                if (each[0] == 1) {
                    client.sendConnect("c", new Options());
                } else {
                    client.send(each[0], each[1], none);
                }
                if (isV5()) {
                    Packet disconnect = client.expect(RawClient.DISCONNECT);
                    assertThat(disconnect.u8(0)).isEqualTo(each[2]);
                    assertThat(RawClient.properties(disconnect, 1)).containsOnlyKeys(0x1F);
                }
                client.expectEnd();
            }
        }
    }
}
