package io.robustmq.broker;

import static io.robustmq.broker.RawClient.DISCONNECT;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What a shared subscription is and is not (MQTT 5, 4.8.2). */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class ShareTest {
    @Parameter int loops;

    private TestBroker broker;
    private RawClient publisher;

    @BeforeEach
    void open() throws IOException {
        broker = TestBroker.open(settings(loops));
        publisher = broker.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        broker.close();
    }

    private static List<Message> messages(RawClient client) throws IOException {
        List<Message> all = new ArrayList<>();
        for (Packet packet : client.untilPong()) {
            all.add(client.message(packet));
        }
        return all;
    }

    private static List<String> payloads(RawClient client) throws IOException {
        return messages(client).stream().map(Message::payload).toList();
    }

    private void published(String topic, String payload, int qos) throws IOException {
        assertThat(publisher.published(topic, payload, qos, 1)).isLessThan(0x80);
    }

    @Test
    void one_message_goes_to_one_member_of_each_group_and_to_everybody_else() throws Exception {
        try (RawClient a = broker.connected("a");
                RawClient b = broker.connected("b");
                RawClient c = broker.connected("c")) {
            a.subscribe("$share/one/t", 1);
            b.subscribe("$share/one/t", 1);
            a.subscribe("$share/two/+", 1);
            b.subscribe("$share/two/+", 1);
            c.subscribe("t", 1);
            for (int i = 0; i < 10; i++) {
                published("t", "" + i, 1);
            }
            waitUntil(() -> broker.broker.measures().delivered(1) == 30);
            List<String> shared = new ArrayList<>(payloads(a));
            shared.addAll(payloads(b));
            assertThat(shared).hasSize(20);
            for (int i = 0; i < 10; i++) {
                String payload = "" + i;
                assertThat(shared).filteredOn(payload::equals).hasSize(2);
            }
            assertThat(payloads(c)).hasSize(10);
        }
    }

    @Test
    void groups_of_one_name_with_other_filters_are_other_groups() throws Exception {
        try (RawClient a = broker.connected("a")) {
            a.subscribe("$share/g/t", 0);
            a.subscribe("$share/g/#", 0);
            a.subscribe("$share/h//t", 0);
            published("t", "x", 1);
            published("/t", "y", 1);
            waitUntil(() -> broker.broker.measures().delivered(0) == 4);
            assertThat(payloads(a)).containsExactlyInAnyOrder("x", "x", "y", "y");
        }
    }

    @Test
    void a_session_with_both_subscriptions_gets_a_delivery_for_each() throws Exception {
        for (long expiry : List.of(0L, 1000L)) {
            try (RawClient both = broker.client()) {
                both.connect("both", new Options().expiry(expiry));
                both.subscribe("t", 1, 1);
                both.subscribe("$share/g/t", 2, 2);
                both.subscribe("$share/h/t", 2, 3);
                published("t", "x", 2);
                List<Message> all = List.of(both.message(), both.message(), both.message());
                assertThat(all.stream().flatMap(each -> each.all(0x0B).stream()))
                        .containsExactlyInAnyOrder("1", "2", "3");
                assertThat(all).extracting(Message::qos).containsExactlyInAnyOrder(1, 2, 2);
                assertThat(all).extracting(Message::packetId).doesNotHaveDuplicates();
                assertThat(both.untilPong()).isEmpty();
                both.disconnect(0);
            }
        }
    }

    @Test
    void subscribing_again_changes_the_options_and_adds_no_member() throws Exception {
        try (RawClient a = broker.connected("a")) {
            a.subscribe("$share/g/t", 0, 1);
            a.subscribe("$share/g/t", 1, 2);
            published("t", "x", 1);
            Message message = a.message();
            assertThat(message.qos()).isEqualTo(1);
            assertThat(message.all(0x0B)).containsExactly("2");
            assertThat(a.untilPong()).isEmpty();
        }
        assertThat(broker.events.await(SubscriptionEvent.Replaced.class).shareName())
                .isEqualTo("g");
    }

    @Test
    void retained_messages_are_not_sent_because_of_it() throws Exception {
        publisher.publish("t", "kept", 3, 1, new Bytes());
        publisher.expect(RawClient.PUBACK);
        try (RawClient a = broker.connected("a")) {
            a.subscribe("$share/g/t", 1);
            assertThat(a.untilPong()).isEmpty();
        }
    }

    @Test
    void each_member_has_the_quality_of_service_that_it_asked_for() throws Exception {
        try (RawClient a = broker.connected("a");
                RawClient b = broker.connected("b")) {
            a.subscribe("$share/g/t", 0);
            b.subscribe("$share/g/t", 1);
            for (int i = 0; i < 4; i++) {
                published("t", "" + i, 2);
            }
            waitUntil(() -> broker.broker.measures().delivered(1) == 2);
            waitUntil(() -> broker.broker.measures().delivered(0) == 2);
            assertThat(messages(a)).hasSize(2).allMatch(each -> each.qos() == 0);
            assertThat(messages(b)).hasSize(2).allMatch(each -> each.qos() == 1);
        }
    }

    @Test
    void older_clients_share_too() throws Exception {
        try (RawClient a = broker.client(MqttVersion.V3_1_1);
                RawClient b = broker.client(MqttVersion.V5)) {
            a.connect("a");
            b.connect("b");
            assertThat(a.subscribe("$share/g/t", 1)).containsExactly(1);
            assertThat(b.subscribe("$share/g/t", 1)).containsExactly(1);
            published("t", "1", 1);
            published("t", "2", 1);
            assertThat(a.message().payload()).isEqualTo("1");
            assertThat(b.message().payload()).isEqualTo("2");
            assertThat(a.unsubscribe("$share/g/t")).isEmpty();
            published("t", "3", 1);
            assertThat(b.message().payload()).isEqualTo("3");
        }
    }

    @Test
    void a_wrong_share_name_is_refused_with_what_is_wrong() throws Exception {
        try (RawClient a = broker.connected("a")) {
            for (String filter :
                    List.of(
                            "$share/",
                            "$share/g",
                            "$share/g/",
                            "$share//t",
                            "$share/g+/t",
                            "$share/#/t",
                            "$share/g/a#",
                            "$share/g/$share/h/t",
                            "$share/g/$exclusive/t",
                            "$exclusive/",
                            "$exclusive/$share/g/t")) {
                assertThat(a.subscribe(filter, 0)).as(filter).containsExactly(0x8F);
            }
        }
        List<String> details =
                broker.events.of(SubscriptionEvent.Refused.class).stream()
                        .map(SubscriptionEvent.Refused::detail)
                        .toList();
        assertThat(details)
                .containsExactly(
                        "the share name after $share/ is empty",
                        "after the share name g there is no /",
                        "no topic filter follows $share/",
                        "the share name after $share/ is empty",
                        "a share name has no wildcards, this is g+",
                        "a share name has no wildcards, this is #",
                        "a wildcard stands where none may",
                        "after $share/ comes a filter of topics, this is $share/h/t",
                        "after $share/ comes a filter of topics, this is $exclusive/t",
                        "no topic filter follows $exclusive/",
                        "after $exclusive/ comes a filter of topics, this is $share/g/t");
    }

    @Test
    void no_local_on_it_is_a_protocol_error() throws Exception {
        try (RawClient a = broker.connected("a")) {
            a.sendSubscribe("$share/g/t", 4, 0);
            Packet packet = a.expect(DISCONNECT);
            assertThat(packet.u8(0)).isEqualTo(0x82);
        }
    }

    @Test
    void the_events_of_a_node_are_not_shared() throws Exception {
        try (RawClient a = broker.connected("a")) {
            assertThat(a.subscribe("$share/g/$SYS/events/#", 0)).containsExactly(0x87);
        }
    }

    @Test
    void a_member_gets_its_own_messages() throws Exception {
        publisher.subscribe("$share/g/t", 0);
        publisher.publish("t", "x", 0, 0);
        assertThat(publisher.message().payload()).isEqualTo("x");
    }

    @Test
    void the_events_say_the_group() throws Exception {
        try (RawClient a = broker.connected("a")) {
            a.subscribe("$share/g/t", 0);
            a.unsubscribe("$share/g/t");
            a.unsubscribe("$share/g/t");
        }
        SubscriptionEvent.Created created = broker.events.await(SubscriptionEvent.Created.class);
        assertThat(created.topicFilter()).isEqualTo("$share/g/t");
        assertThat(created.shareName()).isEqualTo("g");
        assertThat(broker.events.await(SubscriptionEvent.Removed.class).shareName()).isEqualTo("g");
        assertThat(broker.events.await(SubscriptionEvent.NotFound.class).shareName())
                .isEqualTo("g");
    }
}
