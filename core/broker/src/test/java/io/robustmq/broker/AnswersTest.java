package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBLISH;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.RawClient.SUBACK;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.testkit.Mqtt5;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** PUBLISH packets are answered in their order, whether they wait for the log or not. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class AnswersTest {
    @Parameter int loops;
    private final FaultyDisk disk = new FaultyDisk();
    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops), disk);
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        disk.release();
        publisher.close();
        broker.close();
    }

    private static Options kept() {
        return new Options().keepSession().expiry(1000);
    }

    private RawClient subscribed(String clientId, Options options, String filter, int qos)
            throws IOException {
        RawClient client = broker.client();
        client.connect(clientId, options);
        client.subscribe(filter, qos);
        return client;
    }

    @Test
    void what_is_kept_and_what_is_not_are_answered_and_delivered_in_order() throws Exception {
        try (RawClient kept = subscribed("kept", kept(), "kept", 1);
                RawClient live = subscribed("live", new Options(), "#", 1)) {
            for (int i = 1; i <= 300; i++) {
                String topic = List.of("live", "kept", "live").get(i % 3);
                publisher.publish(topic, "" + i, 1, i);
            }
            for (int i = 1; i <= 300; i++) {
                Packet answer = publisher.expect(PUBACK);
                assertThat(answer.u16(0)).isEqualTo(i);
                assertThat(RawClient.reason(answer)).isZero();
            }
            int last = 0;
            int lastKept = 0;
            for (int i = 1; i <= 300; i++) {
                Message message = live.message();
                live.ack(PUBACK, message.packetId());
                int number = Integer.parseInt(message.payload());
                if (message.topic().equals("kept")) {
                    assertThat(number).isEqualTo(lastKept == 0 ? 1 : lastKept + 3);
                    lastKept = number;
                } else {
                    assertThat(number).isEqualTo(last + (last % 3 == 0 ? 2 : 1));
                    last = number;
                }
            }
            for (int i = 1; i <= 300; i += 3) {
                assertThat(kept.message().payload()).isEqualTo("" + i);
            }
        }
    }

    @Test
    @Mqtt5({"MQTT-4.3.2-4", "MQTT-4.5.0-1"})
    void nobody_is_answered_before_the_log_has_it() throws Exception {
        try (RawClient kept = subscribed("kept", kept(), "kept", 2)) {
            disk.hold();
            publisher.publish("kept", "1", 1, 1);
            publisher.publish("nobody", "2", 1, 2);
            publisher.publish("kept", "3", 2, 3);
            publisher.publish("nobody", "4", 2, 4);
            assertThat(publisher.untilPong()).isEmpty();
            assertThat(kept.untilPong()).isEmpty();
            disk.release();
            assertThat(answer(PUBACK, 1)).isZero();
            assertThat(answer(PUBACK, 2)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(answer(PUBREC, 3)).isZero();
            assertThat(answer(PUBREC, 4)).isEqualTo(ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(kept.message().payload()).isEqualTo("1");
            assertThat(kept.message().payload()).isEqualTo("3");
        }
    }

    private int answer(int type, int packetId) throws IOException {
        Packet packet = publisher.expect(type);
        assertThat(packet.u16(0)).isEqualTo(packetId);
        return RawClient.reason(packet);
    }

    @Test
    void a_qos_2_message_repeated_while_the_first_waits_is_delivered_once() throws Exception {
        try (RawClient kept = subscribed("kept", kept(), "kept", 2)) {
            disk.hold();
            publisher.publish("kept", "1", 2, 1);
            publisher.publish("kept", "1", 2 << 1 | 8, 1, new Bytes());
            publisher.publish("kept", "2", 2, 2);
            assertThat(publisher.untilPong()).isEmpty();
            disk.release();
            assertThat(answer(PUBREC, 1)).isZero();
            assertThat(answer(PUBREC, 1)).isZero();
            assertThat(answer(PUBREC, 2)).isZero();
            publisher.publish("kept", "1", 2 << 1 | 8, 1, new Bytes());
            assertThat(answer(PUBREC, 1)).isZero();
            publisher.ack(PUBREL, 1);
            assertThat(answer(PUBCOMP, 1)).isZero();
            assertThat(kept.message().payload()).isEqualTo("1");
            assertThat(kept.message().payload()).isEqualTo("2");
            assertThat(kept.untilPong()).isEmpty();
        }
    }

    @Test
    void who_subscribes_while_a_message_waits_for_its_turn_upsets_nothing() throws Exception {
        try (RawClient kept = subscribed("kept", kept(), "kept", 1);
                RawClient late = broker.client()) {
            late.connect("late", kept());
            disk.hold();
            publisher.publish("kept", "1", 1, 1);
            publisher.publish("other", "2", 1, 2);
            publisher.publish("kept", "3", 1, 3);
            assertThat(publisher.untilPong()).isEmpty();
            late.sendSubscribe("other", 1, 0);
            late.untilPong();
            disk.release();
            late.expect(SUBACK);
            assertThat(answer(PUBACK, 1)).isZero();
            assertThat(answer(PUBACK, 2)).isIn(0, ReasonCode.NO_MATCHING_SUBSCRIBERS);
            assertThat(answer(PUBACK, 3)).isZero();
            assertThat(kept.message().payload()).isEqualTo("1");
            assertThat(kept.message().payload()).isEqualTo("3");
            publisher.published("other", "4", 1, 4);
            List<String> payloads = new ArrayList<>();
            while (!payloads.contains("4")) {
                payloads.add(late.message().payload());
            }
            assertThat(payloads).isSubsetOf("2", "4");
        }
        assertThat(broker.events.of(ConnectionEvent.Failed.class)).isEmpty();
    }

    @Test
    void what_was_handed_over_is_kept_though_its_publisher_has_gone() throws Exception {
        try (RawClient kept = subscribed("kept", kept(), "kept", 2)) {
            RawClient gone = broker.client();
            gone.connect("gone", kept());
            disk.hold();
            gone.publish("kept", "1", 2, 1);
            gone.publish("kept", "2", 1, 2);
            gone.untilPong();
            gone.close();
            broker.events.await(SessionEvent.Suspended.class);
            try (RawClient back = broker.client()) {
                back.sendConnect("gone", kept());
                disk.release();
                assertThat(back.expect(RawClient.CONNACK).u8(0)).isEqualTo(1);
                back.publish("kept", "1", 2 << 1 | 8, 1, new Bytes());
                assertThat(RawClient.reason(back.expect(PUBREC))).isZero();
                back.ack(PUBREL, 1);
                back.expect(PUBCOMP);
            }
            assertThat(kept.message().payload()).isEqualTo("1");
            assertThat(kept.message().payload()).isEqualTo("2");
            assertThat(kept.untilPong()).isEmpty();
        }
    }

    @Test
    void a_subscription_is_answered_when_the_log_has_it() throws Exception {
        try (RawClient client = broker.client()) {
            client.connect("c", kept());
            disk.hold();
            client.sendSubscribe("t", 1, 0);
            assertThat(client.untilPong()).isEmpty();
            disk.release();
            client.expect(SUBACK);
            publisher.published("t", "1", 1, 1);
            assertThat(client.expect(PUBLISH)).isNotNull();
        }
    }

    @Test
    void a_session_is_granted_when_the_log_has_it() throws Exception {
        disk.hold();
        try (RawClient client = broker.client();
                RawClient clean = broker.connected("clean")) {
            client.sendConnect("c", kept());
            assertThat(clean.untilPong()).isEmpty();
            assertThat(broker.events.of(SessionEvent.Created.class))
                    .noneMatch(e -> e.peer().clientId().equals("c"));
            disk.release();
            client.expect(RawClient.CONNACK);
        }
    }
}
