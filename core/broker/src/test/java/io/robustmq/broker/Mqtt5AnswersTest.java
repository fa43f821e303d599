package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an MQTT 5 client is told, and what it may forbid. */
@SuppressWarnings("NullAway.Init")
class Mqtt5AnswersTest {
    private static final int REASON_STRING = 0x1F;
    private static final int RESPONSE_INFORMATION = 0x1A;

    private TestBroker broker;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
    }

    @AfterEach
    void close() {
        broker.close();
    }

    private RawClient connected(Options options) throws IOException {
        RawClient client = broker.client();
        client.connect("c", options);
        return client;
    }

    private static Options silent() {
        Options options = new Options();
        options.properties.u8(0x17).u8(0);
        return options;
    }

    private static List<String> reason(Packet packet, int from) {
        return RawClient.properties(packet, from).getOrDefault(REASON_STRING, List.of());
    }

    /** SUBACK, PUBACK, PUBREC, PUBREL and PUBCOMP that each say no. */
    private static List<List<String>> refusals(RawClient client) throws IOException {
        client.sendSubscribe("a/#/b", 0, 0);
        List<String> suback = reason(client.expect(SUBACK), 2);
        client.publish("$SYS/x", "", 1, 1);
        List<String> puback = reason(client.expect(PUBACK), 3);
        client.publish("$SYS/x", "", 2, 2);
        List<String> pubrec = reason(client.expect(PUBREC), 3);
        client.ack(PUBREL, 9);
        List<String> pubcomp = reason(client.expect(PUBCOMP), 3);
        client.ack(PUBREC, 9);
        List<String> pubrel = reason(client.expect(PUBREL), 3);
        return List.of(suback, puback, pubrec, pubcomp, pubrel);
    }

    @Test
    void every_refusal_says_why() throws Exception {
        try (RawClient client = connected(new Options())) {
            assertThat(refusals(client)).allMatch(reason -> reason.size() == 1);
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-29")
    void who_asks_for_no_problem_information_gets_it_in_connack_and_disconnect_only()
            throws Exception {
        try (RawClient client = connected(silent())) {
            assertThat(refusals(client)).allMatch(List::isEmpty);
            client.send(8, 0, new Bytes().u16(1));
            Packet disconnect = client.expect(RawClient.DISCONNECT);
            assertThat(disconnect.u8(0)).isEqualTo(0x81);
            assertThat(reason(disconnect, 1)).hasSize(1);
        }
    }

    @Test
    @Mqtt5({
        "MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.5.2-2", "MQTT-3.5.2-3", "MQTT-3.6.2-2",
        "MQTT-3.6.2-3", "MQTT-3.7.2-2", "MQTT-3.7.2-3", "MQTT-3.9.2-1", "MQTT-3.9.2-2",
        "MQTT-3.14.2-3", "MQTT-3.14.2-4", "MQTT-3.1.2-24"
    })
    void a_reason_string_that_would_make_the_packet_too_large_is_left_out() throws Exception {
        try (RawClient client = connected(new Options().maximumPacketSize(20))) {
            assertThat(refusals(client)).allMatch(List::isEmpty);
            client.send(8, 0, new Bytes().u16(1));
            Packet disconnect = client.expect(RawClient.DISCONNECT);
            assertThat(disconnect.body().length).isLessThanOrEqualTo(18);
            assertThat(reason(disconnect, 1)).isEmpty();
        }
    }

    @Test
    @Mqtt5({"MQTT-3.2.2-19", "MQTT-3.2.2-20", "MQTT-3.1.2-24"})
    void a_connack_that_the_client_does_not_take_is_not_sent() throws Exception {
        try (RawClient little = broker.client();
                RawClient tiny = broker.client()) {
            little.sendConnect("c", new Options().maximumPacketSize(6));
            Packet refusal = little.expect(CONNACK);
            assertThat(refusal.u8(1)).isEqualTo(0x95);
            assertThat(reason(refusal, 2)).isEmpty();
            little.expectEnd();

            tiny.sendConnect("c", new Options().maximumPacketSize(3));
            tiny.expectEnd();
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-24")
    void an_answer_that_the_client_does_not_take_ends_the_connection() throws Exception {
        try (RawClient client = connected(new Options().maximumPacketSize(30))) {
            Bytes many = new Bytes().u16(1).u8(0);
            for (int i = 0; i < 30; i++) {
                many.text("t" + i).u8(0);
            }
            client.send(8, 2, many);
            assertThat(client.expectDisconnect()).isEqualTo(0x95);
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-28")
    void response_information_is_for_those_who_ask_for_it() throws Exception {
        assertThat(responseInformation("c", true)).containsExactly("response/c");
        assertThat(responseInformation("c", false)).isEmpty();
        assertThat(responseInformation("c+", true)).as("no part of a topic's name").isEmpty();
        close();
        broker = TestBroker.open(with(settings(1), new BrokerSettings.Mqtt5(0, true, "")));
        assertThat(responseInformation("c", true)).isEmpty();
    }

    private List<String> responseInformation(String clientId, boolean wanted) throws IOException {
        Options options = new Options();
        options.properties.u8(0x19).u8(wanted ? 1 : 0);
        try (RawClient client = broker.client()) {
            client.sendConnect(clientId, options);
            return RawClient.connackProperties(client.expect(CONNACK))
                    .getOrDefault(RESPONSE_INFORMATION, List.of());
        }
    }

    @Test
    void a_payload_that_is_not_what_its_format_says_is_refused() throws Exception {
        Bytes text = new Bytes().u8(1).u8(1);
        try (RawClient client = connected(new Options())) {
            client.subscribe("t", 0);
            for (int qos = 0; qos <= 2; qos++) {
                Bytes body = new Bytes().text("t");
                if (qos > 0) {
                    body.u16(qos);
                }
                client.send(RawClient.PUBLISH, qos << 1, body.sized(text).u8(0xC0).u8(0xAF));
            }
            Packet puback = client.expect(PUBACK);
            assertThat(RawClient.reason(puback)).isEqualTo(0x99);
            assertThat(reason(puback, 3)).hasSize(1);
            assertThat(RawClient.reason(client.expect(PUBREC))).isEqualTo(0x99);
            client.publish("t", "é\0ok", 0, 0, text);
            assertThat(client.message().payload()).isEqualTo("é\0ok");
            assertThat(broker.events.of(MessageEvent.Rejected.class)).hasSize(3);
        }
    }

    @Test
    void a_will_that_is_not_what_its_format_says_is_refused() throws Exception {
        try (RawClient client = broker.client()) {
            Bytes body = new Bytes().text("MQTT").u8(5).u8(6).u16(0).u8(0).text("c");
            body.sized(new Bytes().u8(1).u8(1)).text("t").u16(1).u8(0xFF);
            client.send(1, 0, body);
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(0x99);
            client.expectEnd();
        }
    }

    @Test
    void the_format_of_payloads_is_only_checked_where_that_is_wanted() throws Exception {
        close();
        broker = TestBroker.open(with(settings(1), new BrokerSettings.Mqtt5(0, false, "")));
        try (RawClient client = connected(new Options())) {
            Bytes body = new Bytes().text("t").u16(1).sized(new Bytes().u8(1).u8(1)).u8(0xFF);
            client.send(RawClient.PUBLISH, 2, body);
            assertThat(RawClient.reason(client.expect(PUBACK))).isEqualTo(0x10);
        }
    }

    @Test
    void user_properties_of_a_connect_are_let_in() throws Exception {
        Options options = new Options();
        options.properties.u8(0x26).text("k").text("v").u8(0x26).text("k").text("w");
        try (RawClient client = broker.client()) {
            client.sendConnect("c", options);
            Map<Integer, List<String>> properties =
                    RawClient.connackProperties(client.expect(CONNACK));
            assertThat(properties).doesNotContainKey(0x26);
        }
    }
}
