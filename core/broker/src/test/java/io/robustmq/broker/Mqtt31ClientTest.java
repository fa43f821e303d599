package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients of MQTT 3.1, which calls itself MQIsdp. */
@SuppressWarnings("NullAway.Init")
class Mqtt31ClientTest {
    private TestBroker broker;
    private RawClient client;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(1));
        client = broker.client(MqttVersion.V3_1);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        broker.close();
    }

    @Test
    void messages_come_and_go_at_every_qos() throws Exception {
        client.connect("c");
        assertThat(client.subscribe("t", 2)).containsExactly(2);
        try (RawClient publisher = broker.client(MqttVersion.V3_1)) {
            publisher.connect("publisher");
            publisher.publish("t", "x0", 0, 0);
            publisher.published("t", "x1", 1, 1);
            publisher.published("t", "x2", 2, 2);
        }
        for (int qos = 0; qos <= 2; qos++) {
            Message message = client.message();
            assertThat(message.payload()).isEqualTo("x" + qos);
            assertThat(message.qos()).isEqualTo(qos);
        }
        assertThat(broker.broker.measures().connectionsAccepted(MqttVersion.V3_1)).isEqualTo(2);
    }

    @Test
    void a_session_is_kept_but_the_connack_does_not_say_so() throws Exception {
        client.connect("c", new Options().keepSession());
        client.subscribe("t", 1);
        client.close();
        try (RawClient publisher = broker.connected("publisher");
                RawClient back = broker.client(MqttVersion.V3_1)) {
            publisher.published("t", "x", 1, 1);
            back.sendConnect("c", new Options().keepSession());
            assertThat(back.expect(CONNACK).body()).containsExactly(0, 0);
            assertThat(back.message().payload()).isEqualTo("x");
        }
    }

    @Test
    void an_identifier_is_needed_and_may_be_long() throws Exception {
        client.connect("longer-than-the-23-characters-that-3.1-has");
        try (RawClient nameless = broker.client(MqttVersion.V3_1)) {
            nameless.sendConnect("", new Options());
            assertThat(nameless.expect(CONNACK).body()).containsExactly(0, 2);
            nameless.expectEnd();
        }
    }

    @Test
    void a_refused_subscription_is_acknowledged_as_3_1_wants_it() throws Exception {
        client.connect("c");
        assertThat(client.subscribe("a/#/b", 1)).containsExactly(0);
        assertThat(broker.broker.measures().subscriptions()).isZero();
        assertThat(client.unsubscribe("a/#/b")).isEmpty();
    }

    @Test
    void a_wrong_level_under_that_name_is_answered_with_return_code_1() throws Exception {
        client.send(1, 0, new Bytes().text("MQIsdp").u8(4).u8(2).u16(0).text("c"));
        assertThat(client.expect(CONNACK).body()).containsExactly(0, 1);
        client.expectEnd();
    }
}
