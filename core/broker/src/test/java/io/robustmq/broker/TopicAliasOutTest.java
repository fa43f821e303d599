package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Aliases that the broker sends instead of topic names. */
@SuppressWarnings("NullAway.Init")
class TopicAliasOutTest {
    private static final int ALIAS = 0x23;

    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        open(settings(1));
    }

    private void open(BrokerSettings settings) throws IOException {
        broker = TestBroker.open(settings);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        broker.close();
    }

    private static Options aliases(int most) {
        Options options = new Options();
        options.properties.u8(0x22).u16(most);
        return options;
    }

    private RawClient subscriber(Options options, int qos) throws IOException {
        RawClient client = broker.client();
        client.connect("subscriber", options);
        client.subscribe("topic/#", qos);
        return client;
    }

    private Message next(RawClient subscriber, String topic, int qos) throws IOException {
        if (qos == 0) {
            publisher.publish(topic, "x", 0, 0);
        } else {
            publisher.published(topic, "x", qos, 1);
        }
        Message message = subscriber.message();
        if (qos == 1) {
            subscriber.ack(RawClient.PUBACK, message.packetId());
        }
        return message;
    }

    private static void is(Message message, String topic, String... alias) {
        assertThat(message.topic()).isEqualTo(topic);
        assertThat(message.all(ALIAS)).containsExactly(alias);
    }

    @Test
    @Mqtt5({"MQTT-3.1.2-26", "MQTT-3.3.2-8", "MQTT-3.3.2-10", "MQTT-3.3.2-11", "MQTT-3.3.2-3"})
    void a_topic_goes_out_with_its_name_once_and_then_by_its_alias() throws Exception {
        for (int qos = 0; qos <= 1; qos++) {
            try (RawClient subscriber = subscriber(aliases(2), qos)) {
                is(next(subscriber, "topic/1", qos), "topic/1", "1");
                is(next(subscriber, "topic/1", qos), "", "1");
                is(next(subscriber, "topic/2", qos), "topic/2", "2");
                is(next(subscriber, "topic/1", qos), "", "1");
                is(next(subscriber, "topic/3", qos), "topic/3");
                is(next(subscriber, "topic/2", qos), "", "2");
                is(next(subscriber, "topic/3", qos), "topic/3");
            }
        }
    }

    @Test
    @Mqtt5("MQTT-3.1.2-27")
    void a_client_that_allows_none_gets_none() throws Exception {
        try (RawClient subscriber = subscriber(new Options(), 0)) {
            is(next(subscriber, "topic/1", 0), "topic/1");
            is(next(subscriber, "topic/1", 0), "topic/1");
        }
    }

    @Test
    void an_operator_can_forbid_them() throws Exception {
        close();
        open(with(settings(1), new BrokerSettings.Mqtt5(0, true, "")));
        try (RawClient subscriber = subscriber(aliases(10), 0)) {
            is(next(subscriber, "topic/1", 0), "topic/1");
            is(next(subscriber, "topic/1", 0), "topic/1");
        }
    }

    @Test
    @Mqtt5("MQTT-3.3.2-7")
    void they_end_with_the_connection_and_what_is_sent_again_has_its_name() throws Exception {
        Options first = aliases(10).expiry(1000);
        try (RawClient subscriber = subscriber(first, 1)) {
            is(next(subscriber, "topic/1", 1), "topic/1", "1");
            publisher.published("topic/1", "x", 1, 1);
            is(subscriber.message(), "", "1");
        }
        Options second = aliases(0).expiry(1000).keepSession();
        try (RawClient subscriber = broker.client()) {
            assertThat(subscriber.connect("subscriber", second)).isTrue();
            Message again = subscriber.message();
            is(again, "topic/1");
            assertThat(again.dup()).isTrue();
        }
    }

    @Test
    void no_packet_becomes_larger_than_the_client_takes() throws Exception {
        Options options = aliases(10).maximumPacketSize(40);
        try (RawClient subscriber = subscriber(options, 0)) {
            // 2 + 2 + 7 + 1 + 27 bytes, and so one too many with an alias
            publisher.publish("topic/1", "x".repeat(27), 0, 0);
            is(subscriber.message(), "topic/1");
            is(next(subscriber, "topic/1", 0), "topic/1", "1");
            publisher.publish("topic/1", "x".repeat(27), 0, 0);
            is(subscriber.message(), "", "1");
        }
    }

    @Test
    void a_message_that_is_encoded_once_for_several_clients_has_none() throws Exception {
        try (RawClient subscriber = subscriber(aliases(10), 0);
                RawClient other = broker.connected("other")) {
            is(next(subscriber, "topic/1", 0), "topic/1", "1");
            other.subscribe("topic/1", 0);
            is(next(subscriber, "topic/1", 0), "topic/1");
            is(other.message(), "topic/1");
            other.unsubscribe("topic/1");
            is(next(subscriber, "topic/1", 0), "", "1");
            assertThat(List.of(other.untilPong(), subscriber.untilPong())).allMatch(List::isEmpty);
        }
    }
}
