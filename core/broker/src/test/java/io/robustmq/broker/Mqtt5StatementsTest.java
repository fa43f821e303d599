package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only MQTT 5 has. */
@SuppressWarnings("NullAway.Init")
class Mqtt5StatementsTest {
    private static final int ALIAS = 0x23;

    private TestBroker broker;
    private RawClient client;
    private RawClient other;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
        client = broker.connected("client");
        other = broker.connected("other");
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        other.close();
        broker.close();
    }

    @Test
    @Mqtt5({"MQTT-3.1.3-6", "MQTT-3.2.2-16"})
    void each_client_without_an_identifier_gets_one_that_nobody_has() throws Exception {
        Set<String> given = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            try (RawClient nameless = broker.client()) {
                nameless.sendConnect("", new Options());
                assertThat(RawClient.connackProperties(nameless.expect(CONNACK)).get(0x12))
                        .singleElement()
                        .matches(given::add);
            }
        }
    }

    @Test
    @Mqtt5({"MQTT-3.1.3-10", "MQTT-3.3.2-18"})
    void a_will_has_its_properties_in_their_order() throws Exception {
        other.subscribe("will", 0);
        RawClient mortal = broker.client();
        Options options = new Options().will("will", 0);
        options.willProperties
                .u8(0x26)
                .text("b")
                .text("1")
                .u8(0x03)
                .text("text/plain")
                .u8(0x26)
                .text("a")
                .text("2")
                .u8(0x26)
                .text("b")
                .text("3");
        mortal.connect("mortal", options);
        mortal.close();
        Message will = other.message();
        assertThat(will.all(0x26)).containsExactly("b=1", "a=2", "b=3");
        assertThat(will.all(0x03)).containsExactly("text/plain");
    }

    @Test
    @Mqtt5({"MQTT-3.3.2-12", "MQTT-3.3.2-7", "MQTT-3.3.2-8"})
    void aliases_hold_up_to_the_maximum_and_on_their_connection_only() throws Exception {
        other.subscribe("#", 0);
        for (int alias = 1; alias <= 64; alias++) {
            client.publish("t/" + alias, "", 0, 0, new Bytes().u8(ALIAS).u16(alias));
        }
        client.publish("", "", 0, 0, new Bytes().u8(ALIAS).u16(64));
        for (int alias = 1; alias <= 64; alias++) {
            assertThat(other.message().topic()).isEqualTo("t/" + alias);
        }
        assertThat(other.message().topic()).isEqualTo("t/64");
        client.publish("t", "", 0, 0, new Bytes().u8(ALIAS).u16(65));
        assertThat(client.expectDisconnect()).isEqualTo(0x94);
        try (RawClient next = broker.connected("client")) {
            next.publish("", "", 0, 0, new Bytes().u8(ALIAS).u16(64));
            assertThat(next.expectDisconnect()).isEqualTo(0x82);
        }
    }

    @Test
    @Mqtt5({"MQTT-3.3.4-8", "MQTT-3.3.4-10", "MQTT-4.9.0-2", "MQTT-4.9.0-3"})
    void whoever_has_no_quota_left_is_served_in_all_but_publishing() throws Exception {
        try (RawClient narrow = broker.client()) {
            narrow.connect("narrow", new Options().receiveMaximum(1));
            narrow.subscribe("t", 1);
            other.published("t", "1", 1, 1);
            other.published("t", "2", 1, 1);
            Message first = narrow.message();
            assertThat(narrow.untilPong()).isEmpty();
            assertThat(narrow.subscribe("u", 1)).containsExactly(1);
            assertThat(narrow.published("v", "", 1, 5)).isEqualTo(0x10);
            other.publish("t", "qos 0", 0, 0);
            assertThat(narrow.message().payload()).isEqualTo("qos 0");
            assertThat(narrow.unsubscribe("u")).containsExactly(0);
            narrow.ack(PUBACK, first.packetId());
            assertThat(narrow.message().payload()).isEqualTo("2");
        }
    }

    @Test
    @Mqtt5("MQTT-4.3.3-9")
    void an_identifier_that_was_refused_is_free_for_another_message() throws Exception {
        other.subscribe("t", 0);
        client.publish("$SYS/x", "refused", 2, 7);
        assertThat(RawClient.reason(client.expect(PUBREC))).isEqualTo(0x87);
        client.publish("t", "new", 2, 7);
        assertThat(RawClient.reason(client.expect(PUBREC))).isZero();
        assertThat(other.message().payload()).isEqualTo("new");
    }

    @Test
    @Mqtt5({"MQTT-4.3.3-7", "MQTT-4.3.3-13"})
    void a_message_that_expires_on_its_way_is_still_brought_to_its_end() throws Exception {
        Options kept = new Options().keepSession().expiry(1000);
        RawClient first = broker.client();
        first.connect("kept", kept);
        first.subscribe("t", 2);
        other.publish("t", "x", 4, 1, new Bytes().u8(0x02).u32(5));
        int identifier = first.message().packetId();
        first.close();
        TestBroker.waitUntil(() -> broker.broker.measures().sessionsConnected() == 2);
        broker.advance(Duration.ofSeconds(60));
        try (RawClient second = broker.client()) {
            second.connect("kept", kept);
            Message again = second.message();
            assertThat(again.packetId()).isEqualTo(identifier);
            second.ack(PUBREC, identifier);
            assertThat(RawClient.reason(second.expect(PUBREL))).isZero();
        }
    }
}
