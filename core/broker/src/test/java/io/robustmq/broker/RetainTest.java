package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class RetainTest {
    @Parameter int loops;
    private TestBroker broker;
    private RawClient publisher;
    private RawClient subscriber;

    @BeforeEach
    void open() throws IOException {
        open(settings(loops));
    }

    private void open(BrokerSettings settings) throws IOException {
        broker = TestBroker.open(settings);
        publisher = broker.connected("publisher");
        subscriber = broker.connected("subscriber-1");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    @Test
    @Mqtt3("MQTT-3.1.2-7")
    @Mqtt5({"MQTT-3.3.1-9", "MQTT-3.3.1-10", "MQTT-3.3.1-11"})
    void retained_messages_come_with_new_subscriptions_as_handling_says() throws Exception {
        publisher.publish("r/1", "one", 3, 1, new Bytes());
        publisher.expect(PUBACK);

        subscriber.subscribe("r/+", 1);
        Message message = subscriber.message();
        assertThat(message.retain()).isTrue();
        assertThat(message.qos()).isEqualTo(1);
        subscriber.ack(PUBACK, message.packetId());

        subscriber.subscribe("r/+", 1 | 1 << 4);
        assertThat(subscriber.untilPong()).as("handling 1, not new").isEmpty();
        subscriber.subscribe("r/1", 1 | 2 << 4);
        assertThat(subscriber.untilPong()).as("handling 2").isEmpty();
        subscriber.subscribe("r/+", 0);
        assertThat(subscriber.message().payload()).as("handling 0").isEqualTo("one");
        subscriber.subscribe("r/#", 1 << 4);
        assertThat(subscriber.message().payload()).as("handling 1, new").isEqualTo("one");
        assertThat(broker.events.await(SubscriptionEvent.Created.class).retainedMessages())
                .isEqualTo(1);
        broker.events.await(SubscriptionEvent.Replaced.class);
        assertThat(broker.broker.measures().retainedMessages()).isEqualTo(1);
    }

    @Test
    @Mqtt5({"MQTT-3.3.1-12", "MQTT-3.3.1-13"})
    void the_retain_flag_is_cleared_for_those_subscribed_unless_they_want_it() throws Exception {
        subscriber.subscribe("plain/+", 0);
        subscriber.subscribe("as/+", 8);
        publisher.publish("plain/1", "x", 1, 0, new Bytes());
        publisher.publish("as/1", "x", 1, 0, new Bytes());

        assertThat(subscriber.message().retain()).isFalse();
        assertThat(subscriber.message().retain()).isTrue();
        broker.events.await(MessageEvent.RetainedStored.class);
    }

    @Test
    @Mqtt5({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    void an_empty_payload_clears_what_is_retained() throws Exception {
        publisher.publish("r", "x", 3, 1, new Bytes());
        publisher.publish("r", "", 3, 2, new Bytes());
        publisher.expect(PUBACK);
        publisher.expect(PUBACK);

        subscriber.subscribe("r", 0);
        assertThat(subscriber.untilPong()).isEmpty();
        broker.events.await(MessageEvent.RetainedCleared.class);
    }

    @Test
    void retained_messages_expire_and_say_how_long_they_have() throws Exception {
        publisher.publish("r", "x", 3, 1, new Bytes().u8(0x02).u32(60));
        publisher.expect(PUBACK);
        broker.advance(Duration.ofSeconds(20));
        subscriber.subscribe("r", 0);
        assertThat(subscriber.message().all(0x02)).containsExactly("40");

        broker.advance(Duration.ofSeconds(40));
        subscriber.subscribe("r", 0);
        assertThat(subscriber.untilPong()).isEmpty();
        assertThat(broker.broker.measures().retainedMessages()).isZero();
    }

    @Test
    void a_full_retained_store_refuses_and_says_so() throws Exception {
        close();
        open(with(settings(loops), new BrokerSettings.Retained(1, 1000)));
        publisher.publish("r/1", "x", 3, 1, new Bytes());
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(0x10);
        publisher.publish("r/2", "x", 3, 2, new Bytes());
        assertThat(RawClient.reason(publisher.expect(PUBACK))).isEqualTo(0x97);
        broker.events.await(MessageEvent.RetainedRefused.class);
        assertThat(broker.events.await(MessageEvent.Rejected.class).reasonCode()).isEqualTo(0x97);
    }
}
