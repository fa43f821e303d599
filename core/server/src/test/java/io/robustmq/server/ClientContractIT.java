package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.ClientUnderTest.Kind;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every client relies on, whoever wrote it and whichever version it speaks. */
class ClientContractIT {
    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir private static Path folder;
    private static ClientBroker broker;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** Where this test publishes; no other does. */
    private final String root = "t" + NAMES.incrementAndGet();

    @BeforeAll
    static void start() throws Exception {
        broker = ClientBroker.start(folder);
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @AfterEach
    void close_what_was_opened() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    static Stream<Arguments> pairs() {
        return Stream.of(Kind.values())
                .flatMap(from -> Stream.of(Kind.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void every_client_reaches_every_other_at_each_qos(Kind from, Kind to) throws Exception {
        ClientUnderTest subscriber = connected(to, ClientSession.clean(name()));
        ClientUnderTest publisher = connected(from, ClientSession.clean(name()));
        List<ClientMessage> expected = new ArrayList<>();
        for (int subscribed = 0; subscribed <= 2; subscribed++) {
            subscriber.subscribe(root + "/" + subscribed, subscribed);
        }
        for (int subscribed = 0; subscribed <= 2; subscribed++) {
            for (int published = 0; published <= 2; published++) {
                String topic = root + "/" + subscribed;
                String text = "from " + from + " at " + published;
                publish(publisher, new ClientMessage(topic, text, published, false));
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
        ClientUnderTest subscriber = connected(kind, ClientSession.clean(name()));
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        subscriber.subscribe(root, 2);
        Semaphore inFlight = new Semaphore(100);
        List<CompletableFuture<Void>> published = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (!inFlight.tryAcquire(ClientInbox.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("message " + i + " waits for the ones before");
            }
            published.add(
                    publisher
                            .publish(new ClientMessage(root, "" + i, 2, false))
                            .whenComplete((done, failed) -> inFlight.release()));
        }
        ClientInbox.get(CompletableFuture.allOf(published.toArray(CompletableFuture[]::new)));
        publish(publisher, new ClientMessage(root, "end", 2, false));

        assertThat(subscriber.inbox().awaitUpTo("end"))
                .extracting(ClientMessage::text)
                .containsExactlyElementsOf(
                        Stream.concat(
                                        IntStream.range(0, 1000).mapToObj(i -> "" + i),
                                        Stream.of("end"))
                                .toList());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void payloads_arrive_as_they_were_sent_whatever_their_size(Kind kind) throws Exception {
        ClientUnderTest subscriber = connected(kind, ClientSession.clean(name()));
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        subscriber.subscribe(root, 1);
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<ClientMessage> sent = new ArrayList<>();
        // both sides of where the length field grows, and nearly mqtt.max-packet-size
        for (int size : new int[] {0, 1, 100, 127, 128, 16_370, 16_400, 1_000_000}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            sent.add(ClientMessage.of(root, payload, 1, false));
            publish(publisher, sent.getLast());
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
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
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
            ClientUnderTest subscriber = connected(kind, ClientSession.clean(name()));
            subscriber.subscribe(root + "/" + one.filter, 1);
            subscriber.subscribe(root + "-end", 1);
            subscribers.add(subscriber);
        }
        for (String topic : topics) {
            publish(publisher, new ClientMessage(root + "/" + topic, topic, 1, false));
        }
        publish(publisher, new ClientMessage(root + "-end", "end", 1, false));

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
        ClientUnderTest client = connected(kind, ClientSession.clean(name()));
        client.subscribe(root + "/a", 1);
        client.subscribe(root + "/b", 1);
        publish(client, new ClientMessage(root + "/a", "1", 1, false));
        client.inbox().await(1);
        client.unsubscribe(root + "/a");
        publish(client, new ClientMessage(root + "/a", "2", 1, false));
        publish(client, new ClientMessage(root + "/b", "3", 1, false));

        assertThat(client.inbox().awaitUpTo("3"))
                .extracting(ClientMessage::text)
                .containsExactly("1", "3");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_retained_message_awaits_who_subscribes_later(Kind kind) throws Exception {
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        ClientUnderTest early = connected(kind, ClientSession.clean(name()));
        early.subscribe(root + "/#", 2);
        publish(publisher, new ClientMessage(root + "/kept", "old", 1, true));
        publish(publisher, new ClientMessage(root + "/kept", "new", 1, true));
        publish(publisher, new ClientMessage(root + "/plain", "passing", 1, false));
        publish(publisher, new ClientMessage(root + "/cleared", "for a while", 1, true));
        publish(publisher, new ClientMessage(root + "/cleared", "", 1, true));
        ClientUnderTest late = connected(kind, ClientSession.clean(name()));
        late.subscribe(root + "/#", 2);
        publish(publisher, new ClientMessage(root + "/kept", "end", 0, false));

        // to those who were there already nothing is marked as retained (MQTT-3.3.1-9)
        assertThat(early.inbox().awaitUpTo("end"))
                .noneMatch(ClientMessage::retained)
                .extracting(ClientMessage::text)
                .containsExactly("old", "new", "passing", "for a while", "", "end");
        assertThat(late.inbox().awaitUpTo("end"))
                .containsExactly(
                        new ClientMessage(root + "/kept", "new", 1, true),
                        new ClientMessage(root + "/kept", "end", 0, false));
        publish(publisher, new ClientMessage(root + "/kept", "", 1, true));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_kept_session_gets_what_came_while_it_was_away(Kind kind) throws Exception {
        ClientSession session = ClientSession.kept(name());
        ClientUnderTest before = open(kind);
        assertThat(before.connect(session)).isFalse();
        before.subscribe(root + "/#", 2);
        before.disconnect();
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        publish(publisher, new ClientMessage(root + "/1", "first", 1, false));
        publish(publisher, new ClientMessage(root + "/2", "second", 2, false));
        publish(publisher, new ClientMessage(root + "/1", "third", 1, false));
        ClientUnderTest after = open(kind);

        assertThat(after.connect(session)).isTrue();
        publish(publisher, new ClientMessage(root + "/1", "live", 2, false));

        // Paho 3 hands QoS 2 on at PUBREL, so order is only within a QoS
        List<ClientMessage> received = after.inbox().awaitUpTo("live");
        assertThat(received.stream().filter(m -> m.qos() == 1))
                .containsExactly(
                        new ClientMessage(root + "/1", "first", 1, false),
                        new ClientMessage(root + "/1", "third", 1, false));
        assertThat(received.stream().filter(m -> m.qos() == 2))
                .containsExactly(
                        new ClientMessage(root + "/2", "second", 2, false),
                        new ClientMessage(root + "/1", "live", 2, false));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_clean_start_forgets_the_session_before(Kind kind) throws Exception {
        String clientId = name();
        ClientUnderTest before = connected(kind, ClientSession.kept(clientId));
        before.subscribe(root + "/#", 1);
        before.disconnect();
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        publish(publisher, new ClientMessage(root + "/1", "missed", 1, false));
        ClientUnderTest clean = open(kind);

        assertThat(clean.connect(ClientSession.clean(clientId))).isFalse();
        clean.subscribe(root + "-end", 1);
        publish(publisher, new ClientMessage(root + "/1", "nobody's", 1, false));
        publish(publisher, new ClientMessage(root + "-end", "end", 1, false));
        assertThat(clean.inbox().awaitUpTo("end")).hasSize(1);
        clean.disconnect();
        ClientUnderTest again = open(kind);
        assertThat(again.connect(ClientSession.kept(clientId))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void what_was_not_acknowledged_comes_again_on_the_next_connection(Kind kind) throws Exception {
        ClientWire wire = wire();
        ClientSession session = ClientSession.kept(name());
        ClientUnderTest before = opened(kind.open(wire.port()));
        before.connect(session);
        before.subscribe(root, 2);
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        wire.holdBack();
        publish(publisher, new ClientMessage(root, "one", 1, false));
        before.inbox().await(1);
        publish(publisher, new ClientMessage(root, "two", 2, false));
        wire.cut();
        ClientInbox.get(before.lost());
        ClientUnderTest after = opened(kind.open(wire.port()));

        assertThat(after.connect(session)).isTrue();
        publish(publisher, new ClientMessage(root, "three", 2, false));

        assertThat(after.inbox().awaitUpTo("three"))
                .extracting(ClientMessage::text)
                .containsExactlyInAnyOrder("one", "two", "three");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_second_connection_of_an_identifier_ends_the_first(Kind kind) throws Exception {
        ClientSession session = ClientSession.kept(name());
        ClientUnderTest first = connected(kind, session);
        first.subscribe(root, 1);
        ClientUnderTest second = open(kind);

        assertThat(second.connect(session)).isTrue();

        ClientInbox.get(first.lost());
        ClientUnderTest publisher = connected(kind, ClientSession.clean(name()));
        publish(publisher, new ClientMessage(root, "to the second", 1, false));
        second.inbox().await(1);
        assertThat(first.inbox().all()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_will_of_a_client_that_vanishes_is_published(Kind kind) throws Exception {
        ClientUnderTest watcher = connected(kind, ClientSession.clean(name()));
        watcher.subscribe(root + "/#", 2);
        ClientWire wire = wire();
        ClientUnderTest vanishing = opened(kind.open(wire.port()));
        ClientMessage will = new ClientMessage(root + "/will", "gone", 2, true);
        vanishing.connect(ClientSession.clean(name()).withWill(will));

        wire.cut();

        assertThat(watcher.inbox().await(1))
                .containsExactly(new ClientMessage(root + "/will", "gone", 2, false));
        ClientUnderTest late = connected(kind, ClientSession.clean(name()));
        late.subscribe(root + "/#", 2);
        assertThat(late.inbox().await(1)).containsExactly(will);
        publish(late, new ClientMessage(root + "/will", "", 1, true));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_will_of_a_client_that_says_goodbye_is_not(Kind kind) throws Exception {
        ClientUnderTest watcher = connected(kind, ClientSession.clean(name()));
        watcher.subscribe(root + "/#", 2);
        ClientMessage will = new ClientMessage(root + "/will", "gone", 1, false);
        ClientUnderTest leaving = connected(kind, ClientSession.clean(name()).withWill(will));

        leaving.disconnect();

        // its identifier is free again only when the broker is done with it
        ClientUnderTest next = connected(kind, ClientSession.clean(name()));
        publish(next, new ClientMessage(root + "/end", "end", 1, false));
        assertThat(watcher.inbox().awaitUpTo("end")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_client_that_falls_silent_is_given_up(Kind kind) throws Exception {
        ClientUnderTest watcher = connected(kind, ClientSession.clean(name()));
        watcher.subscribe(root + "/#", 1);
        ClientWire wire = wire();
        ClientUnderTest silent = opened(kind.open(wire.port()));
        ClientMessage will = new ClientMessage(root + "/will", "silent", 1, false);
        silent.connect(ClientSession.clean(name()).withKeepAlive(2).withWill(will));
        long began = System.nanoTime();

        wire.holdBack();

        assertThat(watcher.inbox().await(1)).containsExactly(will);
        // MQTT-3.1.2-22: one and a half times, so not before its keep alive has passed
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.SECONDS.toNanos(2));
    }

    private ClientWire wire() throws Exception {
        ClientWire wire = ClientWire.to(broker.port());
        opened.push(wire);
        return wire;
    }

    private ClientUnderTest open(Kind kind) {
        return opened(kind.open(broker.port()));
    }

    private ClientUnderTest opened(ClientUnderTest client) {
        opened.push(client);
        return client;
    }

    private ClientUnderTest connected(Kind kind, ClientSession session) throws Exception {
        ClientUnderTest client = open(kind);
        client.connect(session);
        return client;
    }

    private String name() {
        return "client-" + NAMES.incrementAndGet();
    }

    private static void publish(ClientUnderTest client, ClientMessage message) throws Exception {
        ClientInbox.get(client.publish(message));
    }
}
