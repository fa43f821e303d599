package io.robustmq.broker;

import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;
import static io.robustmq.broker.TestBroker.settings;
import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a message when the member of a group that had it leaves. */
@ParameterizedClass
@ValueSource(ints = {1, 2})
@SuppressWarnings("NullAway.Init")
class SharePassingTest {
    private static final String FILTER = "$share/g/t";
    private static final int COUNT = 20;

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

    /** A member that is sent {@code window} messages and no more before it acknowledges. */
    private RawClient member(String clientId, long expiry, int window, int qos) throws IOException {
        RawClient client = broker.client();
        Options options = new Options().expiry(expiry).receiveMaximum(window);
        client.connect(clientId, options);
        assertThat(client.subscribe(FILTER, qos)).containsExactly(qos);
        return client;
    }

    private RawClient back(String clientId) throws IOException {
        RawClient client = broker.client();
        assertThat(client.connect(clientId, new Options().keepSession().expiry(1000))).isTrue();
        return client;
    }

    private void published(int from, int to, int qos) throws IOException {
        for (int i = from; i < to; i++) {
            assertThat(publisher.published("t", "" + i, qos, 1)).isLessThan(0x80);
        }
    }

    private void isGone(String clientId) throws InterruptedException {
        broker.events.await(
                SessionEvent.Suspended.class, e -> e.peer().clientId().equals(clientId));
    }

    /** Reads and acknowledges so many. */
    private static List<String> take(RawClient client, int count) throws IOException {
        List<String> payloads = new ArrayList<>();
        int releases = 0;
        while (payloads.size() < count || releases > 0) {
            Packet packet = client.read();
            if (packet.type() == PUBREL) {
                releases--;
                client.ack(PUBCOMP, packet.u16(0));
                continue;
            }
            Message message = client.message(packet);
            payloads.add(message.payload());
            client.ack(message.qos() == 1 ? PUBACK : PUBREC, message.packetId());
            releases += message.qos() - 1;
        }
        return payloads;
    }

    private static List<String> numbers(int from, int to) {
        return Stream.iterate(from, i -> i + 1).limit(to - from).map(i -> "" + i).toList();
    }

    @Test
    void what_waited_for_a_client_that_went_goes_to_one_that_is_there() throws Exception {
        for (int qos = 1; qos <= 2; qos++) {
            String gone = "gone" + qos;
            RawClient other;
            try (RawClient narrow = member(gone, 1000, 1, qos)) {
                published(0, COUNT, qos);
                assertThat(narrow.message().payload()).isEqualTo("0");
                other = member("other" + qos, 1000, 100, qos);
            }
            try (other) {
                assertThat(take(other, COUNT - 1)).isEqualTo(numbers(1, COUNT));
                assertThat(other.untilPong()).isEmpty();
            }
            isGone("other" + qos);
            // what was sent to it is its own [MQTT-4.8.2-4]
            try (RawClient again = back(gone)) {
                Message message = again.message();
                assertThat(message.payload()).isEqualTo("0");
                assertThat(message.dup()).isTrue();
                assertThat(again.untilPong()).isEmpty();
                again.unsubscribe(FILTER);
                again.disconnect(0);
            }
            try (RawClient again = back("other" + qos)) {
                again.unsubscribe(FILTER);
            }
        }
        assertThat(broker.broker.measures().sharedPassedOn()).isEqualTo(2 * (COUNT - 1));
        SubscriptionEvent.PassedOn event = broker.events.await(SubscriptionEvent.PassedOn.class);
        assertThat(event).isEqualTo(new SubscriptionEvent.PassedOn("gone1", COUNT - 1, 0));
        assertThat(broker.broker.measures().queuedBytes()).isZero();
    }

    @Test
    void what_waits_for_absent_members_goes_to_the_first_that_comes() throws Exception {
        for (String name : List.of("a", "b", "c")) {
            member(name, 1000, 100, 1).close();
            isGone(name);
        }
        published(0, COUNT, 1);
        assertThat(broker.broker.measures().queuedMessages()).isEqualTo(COUNT);
        try (RawClient b = back("b")) {
            assertThat(take(b, COUNT)).containsExactlyInAnyOrderElementsOf(numbers(0, COUNT));
            assertThat(b.untilPong()).isEmpty();
        }
    }

    @Test
    void what_waited_for_one_that_unsubscribes_goes_to_the_others() throws Exception {
        for (long expiry : List.of(0L, 1000L)) {
            try (RawClient leaving = member("leaving", expiry, 1, 1)) {
                published(0, COUNT, 1);
                Message first = leaving.message();
                try (RawClient staying = member("staying", expiry, 100, 1)) {
                    leaving.unsubscribe(FILTER);
                    assertThat(take(staying, COUNT - 1)).isEqualTo(numbers(1, COUNT));
                    leaving.ack(PUBACK, first.packetId());
                    assertThat(leaving.untilPong()).isEmpty();
                    staying.unsubscribe(FILTER);
                }
            }
        }
    }

    @Test
    void who_unsubscribes_as_the_last_gets_what_waited_for_it() throws Exception {
        for (long expiry : List.of(0L, 1000L)) {
            try (RawClient last = member("last", expiry, 1, 1)) {
                published(0, COUNT, 1);
                Message first = last.message();
                last.unsubscribe(FILTER);
                last.ack(PUBACK, first.packetId());
                assertThat(take(last, COUNT - 1)).isEqualTo(numbers(1, COUNT));
            }
        }
    }

    @Test
    void what_a_session_had_when_it_ended_goes_to_the_others_but_for_qos_2_that_was_sent()
            throws Exception {
        for (long expiry : List.of(0L, 1000L)) {
            for (int qos = 1; qos <= 2; qos++) {
                String name = "ends-" + expiry + "-" + qos;
                RawClient other;
                try (RawClient ends = member(name, expiry, 2, qos)) {
                    published(0, COUNT, qos);
                    assertThat(ends.message().payload()).isEqualTo("0");
                    assertThat(ends.message().payload()).isEqualTo("1");
                    other = member("other", expiry, 100, qos);
                    if (expiry > 0) {
                        // with an expiry of 0 now
                        ends.send(RawClient.DISCONNECT, 0, new Bytes().u8(0).sized(zeroExpiry()));
                    }
                }
                int first = qos == 1 ? 0 : 2;
                assertThat(take(other, COUNT - first))
                        .containsExactlyInAnyOrderElementsOf(numbers(first, COUNT));
                assertThat(other.untilPong()).isEmpty();
                other.send(RawClient.DISCONNECT, 0, new Bytes().u8(0).sized(zeroExpiry()));
                other.close();
                broker.events.await(
                        SessionEvent.Ended.class, e -> e.peer().clientId().equals("other"));
                waitUntil(() -> passedOnBy(name) == COUNT - first);
            }
        }
    }

    private int passedOnBy(String clientId) {
        return broker.events.of(SubscriptionEvent.PassedOn.class).stream()
                .filter(each -> each.clientId().equals(clientId))
                .mapToInt(SubscriptionEvent.PassedOn::messages)
                .sum();
    }

    private static Bytes zeroExpiry() {
        return new Bytes().u8(0x11).u32(0);
    }

    @Test
    void the_end_of_an_absent_session_frees_what_it_had() throws Exception {
        try (RawClient a = member("a", 100, 3, 1)) {
            published(0, 6, 1);
            assertThat(List.of(a.message(), a.message(), a.message())).hasSize(3);
        }
        isGone("a");
        member("b", 1000, 100, 1).close();
        isGone("b");
        broker.advance(Duration.ofSeconds(200));
        broker.events.await(SessionEvent.Expired.class);
        waitUntil(() -> broker.broker.measures().sharedPassedOn() == 6);
        try (RawClient b = back("b")) {
            assertThat(take(b, 6)).containsExactlyInAnyOrderElementsOf(numbers(0, 6));
        }
    }

    @Test
    void with_the_last_session_of_a_group_its_messages_are_dropped_and_counted() throws Exception {
        for (long expiry : List.of(0L, 1000L)) {
            long before = broker.broker.measures().dropped(DropReason.SESSION_ENDED);
            try (RawClient last = member("last", expiry, 1, 1)) {
                published(0, COUNT, 1);
                last.send(RawClient.DISCONNECT, 0, new Bytes().u8(0).sized(zeroExpiry()));
                waitUntil(() ->
                        broker.broker.measures().dropped(DropReason.SESSION_ENDED)
                                == before + COUNT);
            }
        }
        MessageEvent.Dropped event = broker.events.await(MessageEvent.Dropped.class);
        assertThat(event)
                .isEqualTo(new MessageEvent.Dropped("last", "t", 1, DropReason.SESSION_ENDED));
        assertThat(broker.broker.measures().queuedMessages()).isZero();
        assertThat(broker.broker.measures().queuedBytes()).isZero();
    }

    @Test
    void who_refuses_a_message_has_refused_it_for_all() throws Exception {
        try (RawClient a = member("a", 1000, 10, 1)) {
            published(0, 1, 1);
            Message message = a.message();
            try (RawClient b = member("b", 1000, 10, 1)) {
                a.send(PUBACK, 0, new Bytes().u16(message.packetId()).u8(0x80));
                a.untilPong();
                a.send(RawClient.DISCONNECT, 0, new Bytes().u8(0).sized(zeroExpiry()));
                broker.events.await(SessionEvent.Ended.class, e -> e.peer().clientId().equals("a"));
                assertThat(b.untilPong()).isEmpty(); // [MQTT-4.8.2-6]
            }
        }
    }

    @Test
    void nothing_is_for_nobody_while_only_absent_sessions_share_qos_0() throws Exception {
        member("a", 1000, 10, 1).close();
        isGone("a");
        publisher.publish("t", "x", 0, 0);
        publisher.untilPong();
        try (RawClient a = back("a")) {
            assertThat(a.untilPong()).isEmpty();
        }
    }

    @Test
    void a_member_that_is_there_is_preferred_to_one_that_is_away() throws Exception {
        member("a", 1000, 100, 2).close();
        isGone("a");
        try (RawClient b = member("b", 0, 100, 2)) {
            published(0, COUNT, 2);
            assertThat(take(b, COUNT)).isEqualTo(numbers(0, COUNT));
        }
        try (RawClient a = back("a")) {
            assertThat(a.untilPong()).isEmpty();
        }
    }

    @Test
    void what_is_passed_on_keeps_its_identifier_and_expiry() throws Exception {
        RawClient other;
        try (RawClient narrow = member("narrow", 1000, 1, 1)) {
            published(0, 1, 1);
            publisher.publish("t", "1", 2, 1, new Bytes().u8(2).u32(100));
            publisher.expect(PUBACK);
            publisher.publish("t", "2", 2, 1, new Bytes().u8(2).u32(10));
            publisher.expect(PUBACK);
            narrow.message();
            other = broker.client();
            other.connect("other", new Options().expiry(1000));
            broker.clock.advance(Duration.ofSeconds(20)); // without a sweep
            other.subscribe(FILTER, 1, 9);
        }
        try (other) {
            Message message = other.message();
            assertThat(message.payload()).isEqualTo("1");
            assertThat(message.all(0x0B)).containsExactly("9");
            assertThat(message.all(0x02)).containsExactly("80");
            List<Packet> more = other.untilPong();
            assertThat(more).isEmpty();
        }
    }
}
