package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.ClientUnderTest.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every client relies on of its session, whoever wrote it and whichever version it speaks. */
class ClientSessionsIT {
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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_kept_session_gets_what_came_while_it_was_away(Kind kind) throws Exception {
        ClientSession session = ClientSession.kept(steps.name());
        ClientUnderTest before = steps.open(kind);
        assertThat(before.connect(session)).isFalse();
        before.subscribe(steps.root() + "/#", 2);
        before.disconnect();
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publish(publisher, new ClientMessage(steps.root() + "/1", "first", 1, false));
        steps.publish(publisher, new ClientMessage(steps.root() + "/2", "second", 2, false));
        steps.publish(publisher, new ClientMessage(steps.root() + "/1", "third", 1, false));
        ClientUnderTest after = steps.open(kind);

        assertThat(after.connect(session)).isEqualTo(kind.tellsSession());
        steps.publish(publisher, new ClientMessage(steps.root() + "/1", "live", 2, false));

        // Paho 3 hands QoS 2 on at PUBREL, so order is only within a QoS
        List<ClientMessage> received = after.inbox().awaitUpTo("live");
        assertThat(received.stream().filter(m -> m.qos() == 1))
                .containsExactly(
                        new ClientMessage(steps.root() + "/1", "first", 1, false),
                        new ClientMessage(steps.root() + "/1", "third", 1, false));
        assertThat(received.stream().filter(m -> m.qos() == 2))
                .containsExactly(
                        new ClientMessage(steps.root() + "/2", "second", 2, false),
                        new ClientMessage(steps.root() + "/1", "live", 2, false));
    }

    /** More than fits into flight at once, so it comes as the client acknowledges. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_long_queue_comes_whole_and_in_order(Kind kind) throws Exception {
        ClientSession session = ClientSession.kept(steps.name());
        ClientUnderTest before = steps.connected(kind, session);
        before.subscribe(steps.root(), 1);
        before.disconnect();
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publishAll(publisher, 1, 3000);
        ClientUnderTest after = steps.open(kind);

        assertThat(after.connect(session)).isEqualTo(kind.tellsSession());

        after.inbox().await(3000);
        assertThat(after.inbox().all())
                .extracting(ClientMessage::text)
                .containsExactlyElementsOf(steps.numbers(3000));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_clean_start_forgets_the_session_before(Kind kind) throws Exception {
        String clientId = steps.name();
        ClientUnderTest before = steps.connected(kind, ClientSession.kept(clientId));
        before.subscribe(steps.root() + "/#", 1);
        before.disconnect();
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publish(publisher, new ClientMessage(steps.root() + "/1", "missed", 1, false));
        ClientUnderTest clean = steps.open(kind);

        assertThat(clean.connect(ClientSession.clean(clientId))).isFalse();
        clean.subscribe(steps.root() + "-end", 1);
        steps.publish(publisher, new ClientMessage(steps.root() + "/1", "nobody's", 1, false));
        steps.publish(publisher, new ClientMessage(steps.root() + "-end", "end", 1, false));
        assertThat(clean.inbox().awaitUpTo("end")).hasSize(1);
        clean.disconnect();
        ClientUnderTest again = steps.open(kind);
        assertThat(again.connect(ClientSession.kept(clientId))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void what_was_not_acknowledged_comes_again_on_the_next_connection(Kind kind) throws Exception {
        ClientWire wire = steps.wire();
        ClientSession session = ClientSession.kept(steps.name());
        ClientUnderTest before = steps.opened(kind.open(wire.port()));
        before.connect(session);
        before.subscribe(steps.root(), 2);
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        wire.holdBack();
        steps.publish(publisher, new ClientMessage(steps.root(), "one", 1, false));
        before.inbox().await(1);
        steps.publish(publisher, new ClientMessage(steps.root(), "two", 2, false));
        wire.cut();
        ClientInbox.get(before.lost());
        ClientUnderTest after = steps.opened(kind.open(wire.port()));

        assertThat(after.connect(session)).isEqualTo(kind.tellsSession());
        steps.publish(publisher, new ClientMessage(steps.root(), "three", 2, false));

        assertThat(after.inbox().awaitUpTo("three"))
                .extracting(ClientMessage::text)
                .containsExactlyInAnyOrder("one", "two", "three");
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_second_connection_of_an_identifier_ends_the_first(Kind kind) throws Exception {
        ClientSession session = ClientSession.kept(steps.name());
        ClientUnderTest first = steps.connected(kind, session);
        first.subscribe(steps.root(), 1);
        ClientUnderTest second = steps.open(kind);

        assertThat(second.connect(session)).isEqualTo(kind.tellsSession());

        ClientInbox.get(first.lost());
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publish(publisher, new ClientMessage(steps.root(), "to the second", 1, false));
        second.inbox().await(1);
        assertThat(first.inbox().all()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_will_of_a_client_that_vanishes_is_published(Kind kind) throws Exception {
        ClientUnderTest watcher = steps.connected(kind, ClientSession.clean(steps.name()));
        watcher.subscribe(steps.root() + "/#", 2);
        ClientWire wire = steps.wire();
        ClientUnderTest vanishing = steps.opened(kind.open(wire.port()));
        ClientMessage will = new ClientMessage(steps.root() + "/will", "gone", 2, true);
        vanishing.connect(ClientSession.clean(steps.name()).withWill(will));

        wire.cut();

        assertThat(watcher.inbox().await(1))
                .containsExactly(new ClientMessage(steps.root() + "/will", "gone", 2, false));
        ClientUnderTest late = steps.connected(kind, ClientSession.clean(steps.name()));
        late.subscribe(steps.root() + "/#", 2);
        assertThat(late.inbox().await(1)).containsExactly(will);
        steps.publish(late, new ClientMessage(steps.root() + "/will", "", 1, true));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void the_will_of_a_client_that_says_goodbye_is_not(Kind kind) throws Exception {
        ClientUnderTest watcher = steps.connected(kind, ClientSession.clean(steps.name()));
        watcher.subscribe(steps.root() + "/#", 2);
        ClientMessage will = new ClientMessage(steps.root() + "/will", "gone", 1, false);
        ClientUnderTest leaving =
                steps.connected(kind, ClientSession.clean(steps.name()).withWill(will));

        leaving.disconnect();

        // its identifier is free again only when the broker is done with it
        ClientUnderTest next = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publish(next, new ClientMessage(steps.root() + "/end", "end", 1, false));
        assertThat(watcher.inbox().awaitUpTo("end")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void a_client_that_falls_silent_is_given_up(Kind kind) throws Exception {
        ClientUnderTest watcher = steps.connected(kind, ClientSession.clean(steps.name()));
        watcher.subscribe(steps.root() + "/#", 1);
        ClientWire wire = steps.wire();
        ClientUnderTest silent = steps.opened(kind.open(wire.port()));
        ClientMessage will = new ClientMessage(steps.root() + "/will", "silent", 1, false);
        silent.connect(ClientSession.clean(steps.name()).withKeepAlive(2).withWill(will));
        long began = System.nanoTime();

        wire.holdBack();

        assertThat(watcher.inbox().await(1)).containsExactly(will);
        // MQTT-3.1.2-22: one and a half times, so not before its keep alive has passed
        assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.SECONDS.toNanos(2));
    }
}
