package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.ClientUnderTest.Kind;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.MosquittoClients.Received;
import io.robustmq.testkit.MosquittoClients.Subscriber;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared and exclusive subscriptions, as clients that we did not write use them. */
class ClientSharedIT {
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

    private String filter() {
        return "$share/workers/" + steps.root();
    }

    private static void await(int count, List<ClientUnderTest> members) throws Exception {
        Await.untilTrue(
                count + " messages",
                ClientInbox.LIMIT,
                () -> members.stream().mapToInt(each -> each.inbox().all().size()).sum() >= count);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void clients_of_every_kind_share_the_work(int qos) throws Exception {
        List<ClientUnderTest> members = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            ClientUnderTest member = steps.connected(kind, ClientSession.kept(steps.name()));
            member.subscribe(filter(), qos);
            members.add(member);
        }
        ClientUnderTest publisher =
                steps.connected(Kind.HIVEMQ_5, ClientSession.clean(steps.name()));
        steps.publishAll(publisher, qos, 200);
        await(200, members);

        List<String> all =
                members.stream()
                        .flatMap(each -> each.inbox().all().stream())
                        .map(ClientMessage::text)
                        .toList();
        assertThat(all).containsExactlyInAnyOrderElementsOf(steps.numbers(200));
        assertThat(members).allMatch(each -> each.inbox().all().size() >= 20);
        for (ClientUnderTest member : members) {
            member.unsubscribe(filter());
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void what_absent_members_were_given_goes_to_the_first_that_is_back(Kind kind) throws Exception {
        List<ClientSession> sessions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            sessions.add(ClientSession.kept(steps.name()));
            ClientUnderTest member = steps.connected(kind, sessions.getLast());
            member.subscribe(filter(), 2);
            member.disconnect();
        }
        ClientUnderTest publisher = steps.connected(kind, ClientSession.clean(steps.name()));
        steps.publishAll(publisher, 2, 60);

        ClientUnderTest first = steps.open(kind);
        assertThat(first.connect(sessions.getFirst())).isEqualTo(kind.tellsSession());
        await(60, List.of(first));
        assertThat(first.inbox().all())
                .extracting(ClientMessage::text)
                .containsExactlyInAnyOrderElementsOf(steps.numbers(60));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void an_exclusive_subscription_is_one_clients(Kind kind) throws Exception {
        String filter = "$exclusive/" + steps.root() + "/#";
        ClientUnderTest holder = steps.connected(kind, ClientSession.clean(steps.name()));
        holder.subscribe(filter, 1);
        steps.publish(holder, new ClientMessage(steps.root() + "/a", "x", 1, false));
        assertThat(holder.inbox().await(1).getFirst().text()).isEqualTo("x");
        holder.unsubscribe(filter);
        ClientUnderTest next = steps.connected(kind, ClientSession.clean(steps.name()));
        next.subscribe(filter, 1);
        steps.publish(holder, new ClientMessage(steps.root() + "/a", "y", 1, false));
        assertThat(next.inbox().await(1).getFirst().text()).isEqualTo("y");
        assertThat(holder.inbox().all()).hasSize(1);
    }

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void mosquitto_sub_shares_with_mosquitto_sub() throws Exception {
        MosquittoClients clients = new MosquittoClients(broker.port());
        try (Subscriber one = clients.subscribe("-V", "5", "-q", "1", "-t", filter());
                Subscriber other = clients.subscribe("-V", "311", "-q", "1", "-t", filter())) {
            ClientUnderTest publisher =
                    steps.connected(Kind.PAHO_5, ClientSession.clean(steps.name()));
            steps.publishAll(publisher, 1, 10);
            List<String> all = new ArrayList<>();
            one.await(5).stream().map(Received::payload).forEach(all::add);
            other.await(5).stream().map(Received::payload).forEach(all::add);
            assertThat(all).containsExactlyInAnyOrderElementsOf(steps.numbers(10));
        }
    }
}
