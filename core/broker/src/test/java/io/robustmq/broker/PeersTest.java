package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A client of one home gets what is published at another, as if there were one. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class PeersTest {
    @Parameter int loops;

    private TestHomes homes;
    private TestBroker a;
    private TestBroker b;
    private RawClient publisher;

    @BeforeEach
    void open() throws Exception {
        homes = TestHomes.open(loops, "a", "b");
        a = homes.at("a");
        b = homes.at("b");
        publisher = a.connected("publisher");
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
        homes.close();
    }

    /** With its answer given. */
    static Message next(RawClient client) throws IOException {
        Packet packet = client.read();
        while (packet.type() == RawClient.PUBREL) {
            client.ack(RawClient.PUBCOMP, packet.u16(0));
            packet = client.read();
        }
        assertThat(packet.type()).isEqualTo(RawClient.PUBLISH);
        Message message = client.message(packet);
        if (message.qos() == 1) {
            client.ack(RawClient.PUBACK, message.packetId());
        } else if (message.qos() == 2) {
            client.ack(RawClient.PUBREC, message.packetId());
        }
        return message;
    }

    static void publish(RawClient by, String topic, String payload, int qos, int packetId)
            throws IOException {
        if (qos == 0) {
            by.publish(topic, payload, 0, 0);
        } else {
            assertThat(by.published(topic, payload, qos, packetId)).isLessThan(0x80);
        }
    }

    private RawClient subscribed(String clientId, String filter, int qos) throws Exception {
        RawClient client = b.connected(clientId);
        client.subscribe(filter, qos);
        return client;
    }

    @Test
    void what_is_published_at_one_home_reaches_subscribers_of_another_with_each_qos()
            throws Exception {
        RawClient subscriber = subscribed("subscriber", "t/+", 2);
        homes.routed("a", "t/1", "b");
        for (int qos = 0; qos <= 2; qos++) {
            publish(publisher, "t/1", "with " + qos, qos, qos);
            Message message = next(subscriber);
            assertThat(message.payload()).isEqualTo("with " + qos);
            assertThat(message.topic()).isEqualTo("t/1");
            assertThat(message.qos()).isEqualTo(qos);
            assertThat(message.retain()).isFalse();
            assertThat(message.all(0x0B)).isEmpty();
        }
        subscriber.close();
    }

    @Test
    void a_message_goes_once_to_a_home_however_many_subscribe_there() throws Exception {
        List<RawClient> subscribers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RawClient each = subscribed("s" + i, i % 2 == 0 ? "t/#" : "t/+", i % 3);
            each.subscribe("t/1", 1);
            subscribers.add(each);
        }
        homes.routed("a", "t/1", "b");
        b.settled();
        a.settled();
        long before = homes.forwarded("a");
        for (int i = 1; i <= 20; i++) {
            publish(publisher, "t/1", "m" + i, i % 3, i);
        }
        for (RawClient each : subscribers) {
            List<String> got = new ArrayList<>();
            for (int i = 1; i <= 20; i++) {
                got.add(next(each).payload());
            }
            assertThat(got).doesNotHaveDuplicates();
            each.close();
        }
        assertThat(homes.forwarded("a") - before).isEqualTo(20);
        assertThat(homes.forwarded("b")).isZero();
        assertThat(b.broker.measures().publishReceived(1)).isZero();
        assertThat(a.broker.measures().delivered(1)).isZero();
        assertThat(a.broker.measures().sessionsConnected()).isEqualTo(1);
    }

    @Test
    void properties_and_user_properties_come_as_they_were_published() throws Exception {
        RawClient subscriber = b.connected("subscriber");
        subscriber.subscribe("t", 1, 77);
        homes.routed("a", "t", "b");
        Bytes properties =
                new Bytes()
                        .u8(0x03)
                        .text("text/plain")
                        .u8(0x26)
                        .text("k")
                        .text("v")
                        .u8(0x02)
                        .u32(60);
        publisher.send(
                RawClient.PUBLISH,
                2,
                new Bytes()
                        .text("t")
                        .u16(1)
                        .sized(properties)
                        .raw("hello".getBytes(StandardCharsets.UTF_8)));
        Message message = next(subscriber);
        assertThat(message.payload()).isEqualTo("hello");
        assertThat(message.all(0x03)).containsExactly("text/plain");
        assertThat(message.all(0x26)).containsExactly("k=v");
        assertThat(message.all(0x02)).containsExactly("60");
        assertThat(message.all(0x0B)).containsExactly("77");
        subscriber.close();
    }

    @Test
    void nothing_is_forwarded_when_nobody_subscribes_any_more() throws Exception {
        RawClient one = subscribed("one", "t/1", 1);
        RawClient other = subscribed("other", "t/1", 2);
        homes.routed("a", "t/1", "b");
        one.unsubscribe("t/1");
        publisher.published("t/1", "x", 1, 1);
        assertThat(next(other).payload()).isEqualTo("x");
        other.close();
        homes.routed("a", "t/1");
        long before = homes.forwarded("a");
        publisher.published("t/1", "y", 1, 1);
        assertThat(one.untilPong()).isEmpty();
        assertThat(homes.forwarded("a")).isEqualTo(before);
        one.close();
    }

    @Test
    void a_kept_session_that_is_away_gets_it_and_ends_the_forwarding_when_it_ends()
            throws Exception {
        RawClient away = b.client();
        away.connect("away", new Options().keepSession().expiry(100));
        away.subscribe("t/#", 2);
        away.close();
        homes.routed("a", "t/1", "b");
        for (int i = 1; i <= 30; i++) {
            publisher.published("t/1", "m" + i, 1 + i % 2, i);
        }
        RawClient back = b.client();
        assertThat(back.connect("away", new Options().keepSession().expiry(100))).isTrue();
        for (int i = 1; i <= 30; i++) {
            Message message = next(back);
            assertThat(message.payload()).isEqualTo("m" + i);
        }
        back.close();
        waitUntil(() -> b.broker.measures().sessionsConnected() == 0);
        b.advance(Duration.ofSeconds(200));
        homes.routed("a", "t/1");
    }

    @Test
    void a_retained_message_is_at_all_homes_and_a_cleared_one_at_none() throws Exception {
        for (int qos = 0; qos <= 2; qos++) {
            retain(publisher, "r/" + qos, "kept " + qos, qos);
        }
        waitUntil(() -> b.broker.measures().retainedMessages() == 3);
        RawClient subscriber = subscribed("subscriber", "r/#", 2);
        List<String> got = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Message message = next(subscriber);
            assertThat(message.retain()).isTrue();
            assertThat(message.topic()).isEqualTo("r/" + message.qos());
            assertThat(message.all(0x26)).isEmpty();
            got.add(message.payload());
        }
        assertThat(got).containsExactlyInAnyOrder("kept 0", "kept 1", "kept 2");
        for (int qos = 0; qos <= 2; qos++) {
            retain(publisher, "r/" + qos, "", qos);
        }
        waitUntil(() -> b.broker.measures().retainedMessages() == 0);
        subscriber.close();
    }

    @Test
    void a_retained_message_of_each_qos_comes_once_to_who_subscribes_elsewhere() throws Exception {
        RawClient subscriber = subscribed("subscriber", "r/#", 2 | 8);
        homes.routed("a", "r/1", "b");
        for (int qos = 0; qos <= 2; qos++) {
            retain(publisher, "r/1", "m" + qos, qos);
            Message message = next(subscriber);
            assertThat(message.payload()).isEqualTo("m" + qos);
            assertThat(message.qos()).isEqualTo(qos);
            assertThat(message.retain()).isTrue();
        }
        publisher.published("r/1", "last", 1, 9);
        assertThat(next(subscriber).payload()).isEqualTo("last");
        subscriber.close();
    }

    static void retain(RawClient by, String topic, String payload, int qos) throws IOException {
        Bytes body = new Bytes().text(topic);
        if (qos > 0) {
            body.u16(7);
        }
        by.send(
                RawClient.PUBLISH,
                qos << 1 | 1,
                body.sized(new Bytes()).raw(payload.getBytes(StandardCharsets.UTF_8)));
        if (qos == 1) {
            by.expect(RawClient.PUBACK);
        } else if (qos == 2) {
            by.expect(RawClient.PUBREC);
            by.send(RawClient.PUBREL, 2, new Bytes().u16(7));
            by.expect(RawClient.PUBCOMP);
        }
    }

    @Test
    void wills_and_delayed_messages_come_from_their_home() throws Exception {
        RawClient subscriber = subscribed("subscriber", "#", 1);
        homes.routed("a", "w", "b");
        RawClient mortal = a.client();
        mortal.connect("mortal", new Options().will("w", 1 << 3));
        mortal.close();
        assertThat(next(subscriber).payload()).isEqualTo("gone");
        publisher.published("$delayed/5/d", "later", 1, 1);
        assertThat(subscriber.untilPong()).isEmpty();
        a.advance(Duration.ofSeconds(6));
        assertThat(next(subscriber).payload()).isEqualTo("later");
        subscriber.close();
    }

    @Test
    void no_client_may_be_a_peer() throws Exception {
        RawClient client = b.client();
        client.sendConnect("$peer/a", new Options());
        assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(0x85);
        client.close();
    }
}
