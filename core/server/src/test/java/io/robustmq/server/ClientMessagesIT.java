package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.ClientUnderTest.Kind;
import io.robustmq.testkit.Mqtt3;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every client relies on of messages, whoever wrote it and whichever version it speaks. */
class ClientMessagesIT {
    @TempDir private static Path folder;
    private static ClientBroker broker;

    private ClientSteps steps;

    @BeforeAll
    static void start() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void begin() {
        steps = new ClientSteps(broker.port());
    }

    @AfterEach
    void close_what_was_opened() throws Exception {
        steps.close();
    }

    static Stream<Arguments> pairs() {
        return Stream.of(Kind.values())
                .flatMap(from -> Stream.of(Kind.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    @Mqtt3("MQTT-7.0.0-2")
    void every_client_reaches_every_other_at_each_qos(Kind from, Kind to) throws Exception {
        ClientUnderTest subscriber = steps.connected(to, ClientSession.clean(steps.name()));
        ClientUnderTest publisher = steps.connected(from, ClientSession.clean(steps.name()));
        List<ClientMessage> expected = new ArrayList<>();
        for (int subscribed = 0; subscribed <= 2; subscribed++) {
            subscriber.subscribe(steps.root() + "/" + subscribed, subscribed);
        }
        for (int subscribed = 0; subscribed <= 2; subscribed++) {
            for (int published = 0; published <= 2; published++) {
                String topic = steps.root() + "/" + subscribed;
                String text = "from " + from + " at " + published;
                steps.publish(publisher, new ClientMessage(topic, text, published, false));
                // MQTT-3.8.4-8: the lower of both
                expected.add(
                        new ClientMessage(topic, text, Math.min(published, subscribed), false));
            }
        }

        assertThat(subscriber.inbox().await(9)).containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_thousand_messages_of_qos_2_arrive_in_order_and_once(Kind kind) throws Exception {
        ClientUnderTest subscriber = steps.connected(kind, ClientSession.clean(steps.name()));
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        subscriber.subscribe(steps.root(), 2);
        steps.publishAll(publisher, 2, 1000);
        steps.publish(publisher, new ClientMessage(steps.root(), "end", 2, false));

        assertThat(subscriber.inbox().awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .startsWith(steps.numbers(1000).toArray(String[]::new))
                .hasSize(1001);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void payloads_arrive_as_they_were_sent_whatever_their_size(Kind kind) throws Exception {
        ClientUnderTest subscriber = steps.connected(kind, ClientSession.clean(steps.name()));
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        subscriber.subscribe(steps.root(), 1);
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<ClientMessage> sent = new ArrayList<>();
        // both sides of where the length field grows, and nearly mqtt.max-packet-size
        for (int size : new int[] {0, 1, 100, 127, 128, 16_370, 16_400, 1_000_000}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            sent.add(ClientMessage.of(steps.root(), payload, 1, false));
            steps.publish(publisher, sent.getLast());
        }

        List<ClientMessage> received = subscriber.inbox().await(sent.size());

        assertThat(received).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            assertThat(received.get(i).text().equals(sent.get(i).text()))
                    .as("payload of %d bytes", sent.get(i).text().length())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_filter_gets_its_topics_and_no_others(Kind kind) throws Exception {
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        List<String> topics =
                List.of("a", "a/b", "a/b/c", "a/", "/a", "a//c", "b", "A/b", "a/ b", "ä/b/c");
        record Case(String filter, List<String> expected) {}
        List<Case> cases =
                List.of(
                        new Case("a/#", List.of("a", "a/b", "a/b/c", "a/", "a//c", "a/ b")),
                        new Case("a/+", List.of("a/b", "a/", "a/ b")),
                        new Case("+/b", List.of("a/b", "A/b")),
                        new Case("+/+/c", List.of("a/b/c", "a//c", "ä/b/c")),
                        new Case("+/+", List.of("a/b", "a/", "/a", "A/b", "a/ b")),
                        new Case("+", List.of("a", "b")),
                        new Case("a/b/c", List.of("a/b/c")),
                        new Case("#", topics));
        List<ClientUnderTest> subscribers = new ArrayList<>();
        for (Case one : cases) {
            ClientUnderTest subscriber = steps.connected(kind, ClientSession.clean(steps.name()));
            subscriber.subscribe(steps.root() + "/" + one.filter, 1);
            subscriber.subscribe(steps.root() + "-end", 1);
            subscribers.add(subscriber);
        }
        for (String topic : topics) {
            steps.publish(
                    publisher, new ClientMessage(steps.root() + "/" + topic, topic, 1, false));
        }
        steps.publish(publisher, new ClientMessage(steps.root() + "-end", "end", 1, false));

        for (int i = 0; i < cases.size(); i++) {
            List<ClientMessage> received = subscribers.get(i).inbox().awaitUpTo("end");
            assertThat(received.subList(0, received.size() - 1))
                    .as(cases.get(i).filter)
                    .extracting(ClientMessage::text)
                    .containsExactlyElementsOf(cases.get(i).expected);
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nothing_comes_after_unsubscribing(Kind kind) throws Exception {
        ClientUnderTest client = steps.connected(kind, ClientSession.clean(steps.name()));
        client.subscribe(steps.root() + "/a", 1);
        client.subscribe(steps.root() + "/b", 1);
        steps.publish(client, new ClientMessage(steps.root() + "/a", "1", 1, false));
        client.inbox().await(1);
        client.unsubscribe(steps.root() + "/a");
        steps.publish(client, new ClientMessage(steps.root() + "/a", "2", 1, false));
        steps.publish(client, new ClientMessage(steps.root() + "/b", "3", 1, false));

        assertThat(client.inbox().awaitUpTo("3"))
                .extracting(ClientMessage::text)
                .containsExactly("1", "3");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_retained_message_awaits_who_subscribes_later(Kind kind) throws Exception {
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        ClientUnderTest early = steps.connected(kind, ClientSession.clean(steps.name()));
        early.subscribe(steps.root() + "/#", 2);
        steps.publish(publisher, new ClientMessage(steps.root() + "/kept", "old", 1, true));
        steps.publish(publisher, new ClientMessage(steps.root() + "/kept", "new", 1, true));
        steps.publish(publisher, new ClientMessage(steps.root() + "/plain", "passing", 1, false));
        steps.publish(
                publisher, new ClientMessage(steps.root() + "/cleared", "for a while", 1, true));
        steps.publish(publisher, new ClientMessage(steps.root() + "/cleared", "", 1, true));
        ClientUnderTest late = steps.connected(kind, ClientSession.clean(steps.name()));
        late.subscribe(steps.root() + "/#", 2);
        steps.publish(publisher, new ClientMessage(steps.root() + "/kept", "end", 0, false));

        // to those who were there already nothing is marked as retained (MQTT-3.3.1-9)
        assertThat(early.inbox().awaitUpTo("end"))
                .noneMatch(ClientMessage::retained)
                .extracting(ClientMessage::text)
                .containsExactly("old", "new", "passing", "for a while", "", "end");
        assertThat(late.inbox().awaitUpTo("end"))
                .containsExactly(
                        new ClientMessage(steps.root() + "/kept", "new", 1, true),
                        new ClientMessage(steps.root() + "/kept", "end", 0, false));
        steps.publish(publisher, new ClientMessage(steps.root() + "/kept", "", 1, true));
    }
}
