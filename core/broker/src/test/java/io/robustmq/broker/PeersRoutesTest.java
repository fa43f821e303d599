package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.waitUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What homes know of each other's subscriptions, and who may be one. */
@SuppressWarnings("NullAway.Init")
class PeersRoutesTest {
    private TestHomes homes;
    private TestBroker a;
    private TestBroker b;

    @BeforeEach
    void open() throws Exception {
        homes = TestHomes.open(2, "a", "b");
        a = homes.at("a");
        b = homes.at("b");
    }

    @AfterEach
    void close() {
        homes.close();
    }

    private @Nullable Session peer(String at, String other) {
        String clientId = Cluster.clientId(other);
        return Loop.homeOf(clientId, homes.at(at).broker.loops()).sessions().find(clientId);
    }

    private static Session known(@Nullable Session session) {
        return Objects.requireNonNull(session);
    }

    private void on(Session session, Runnable task) {
        session.home().executor().submit(task).syncUninterruptibly();
    }

    private int known(String at, String other) {
        int[] known = {0};
        Session session = known(peer(at, other));
        on(session, () -> known[0] = session.subscriptions().size() - 1); // less HAS_RETAINED
        return known[0];
    }

    @Test
    void many_filters_are_told_in_batches_and_only_what_changed_after_a_break() throws Exception {
        int each = 5000;
        try (RawClient client = b.connected("many")) {
            for (int from = 0; from < each; from += 500) {
                Bytes body = new Bytes().u16(1).sized(new Bytes());
                for (int i = from; i < from + 500; i++) {
                    body.text("f/" + i).u8(1);
                }
                client.send(8, 2, body);
                client.expect(RawClient.SUBACK);
            }
            waitUntil(() -> known("a", "b") == each);
            int all = a.events.of(SubscriptionEvent.PeerRoutesResynchronised.class).size();
            b.settled();
            a.settled();
            long bytes = a.log.shard().appendedBytes();
            homes.between("a", "b").breakAll();
            client.subscribe("one/more", 0);
            homes.meet();
            homes.routed("a", "one/more", "b");
            client.unsubscribe("f/1");
            homes.routed("a", "f/1");
            assertThat(known("a", "b")).isEqualTo(each);
            assertThat(a.events.of(SubscriptionEvent.PeerRoutesResynchronised.class)).hasSize(all);
            assertThat(a.log.shard().appendedBytes() - bytes).isLessThan(2000);
        }
        waitUntil(() -> known("a", "b") == 0);
    }

    @Test
    void a_home_that_was_restarted_tells_all_and_nothing_stale_stays() throws Exception {
        try (RawClient client = b.connected("client")) {
            client.subscribe("gone/#", 1);
            homes.routed("a", "gone/1", "b");
        }
        homes.between("a", "b").cut();
        b.restart();
        try (RawClient client = b.connected("client")) {
            client.subscribe("new", 1);
            homes.between("a", "b").mend();
            homes.meet();
            homes.routed("a", "new", "b");
            homes.routed("a", "gone/1");
        }
    }

    @Test
    void a_difference_is_found_and_mended() throws Exception {
        try (RawClient client = b.connected("client")) {
            client.subscribe("lost", 1);
            homes.routed("a", "lost", "b");
            Session session = known(peer("a", "b"));
            on(
                    session,
                    () -> {
                        session.subscriptions().remove("lost");
                        homes.shared("a").subscriptions().remove("lost", session);
                        Subscription extra =
                                new Subscription(
                                        session, "extra", 1, false, true, Cluster.ORDINARY);
                        session.subscriptions().put("extra", extra);
                        homes.shared("a").subscriptions().put(extra);
                    });
            homes.routed("a", "lost", "b");
            homes.routed("a", "extra");
            assertThat(a.events.of(SubscriptionEvent.PeerRoutesDiffered.class)).isNotEmpty();
        }
    }

    @Test
    void the_highest_qos_counts_and_the_brokers_own_topics_and_exclusive_filters_do_not()
            throws Exception {
        try (RawClient one = b.connected("one");
                RawClient other = b.connected("other")) {
            one.subscribe("q", 0);
            one.subscribe("$SYS/brokers/#", 0);
            one.subscribe("$exclusive/x", 0);
            other.subscribe("q", 2);
            waitUntil(() -> qos("q") == 2);
            other.unsubscribe("q");
            waitUntil(() -> qos("q") == 0);
            assertThat(known("a", "b")).isEqualTo(1);
        }
    }

    private int qos(String filter) {
        int[] qos = {-1};
        Session session = known(peer("a", "b"));
        on(
                session,
                () -> {
                    Subscription found = session.subscriptions().get(filter);
                    qos[0] = found == null ? -1 : found.qos();
                });
        return qos[0];
    }

    @Test
    void a_home_that_is_gone_for_good_has_no_session_any_more() throws Exception {
        try (RawClient client = b.connected("client")) {
            client.subscribe("t", 1);
            homes.routed("a", "t", "b");
            a.broker.peers(Map.of("a", a.broker.clusterAddress()));
            waitUntil(() -> peer("a", "b") == null);
            homes.routed("a", "t");
            waitUntil(() -> a.events.of(ConnectionEvent.PeerGone.class).size() == 1);
            waitUntil(() -> a.broker.measures().peersConnected() == 0);
        }
    }

    // who may connect

    private String answerTo(byte[] bytes) throws IOException {
        InetSocketAddress address = b.broker.clusterAddress();
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(bytes);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = in.readAllBytes();
            return answer.length == 0
                    ? ""
                    : answer[5]
                            + " "
                            + new String(answer, 8, answer.length - 8, StandardCharsets.UTF_8);
        }
    }

    private static byte[] preface(int version, int kind, String wanted, String asking) {
        Bytes bytes = new Bytes().raw("RMQP".getBytes(StandardCharsets.US_ASCII));
        bytes.u8(version).u8(kind).u8(wanted.length()).raw(wanted.getBytes(StandardCharsets.UTF_8));
        return bytes.u8(asking.length()).raw(asking.getBytes(StandardCharsets.UTF_8)).array();
    }

    /** But a, which may have come before b was told of it. */
    private long refusedAtB() {
        return b.events.of(ConnectionEvent.PeerRefused.class).stream()
                .filter(refused -> !refused.detail().startsWith("home a is not"))
                .count();
    }

    @Test
    void who_is_not_a_peer_is_told_why_and_closed() throws Exception {
        assertThat(answerTo(preface(2, 1, "b", "a"))).startsWith("1 version 2, spoken here is 1");
        assertThat(answerTo(preface(1, 1, "c", "a"))).startsWith("2 wanted is c");
        assertThat(answerTo(preface(1, 1, "b", "x"))).startsWith("3 home x");
        assertThat(answerTo(preface(1, 2, "c", ""))).startsWith("2 wanted is c");
        assertThat(answerTo(preface(1, 9, "b", ""))).startsWith("4 ");
        assertThat(answerTo("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8))).isEmpty();
        waitUntil(() -> refusedAtB() == 6);
        assertThat(b.broker.measures().peersConnected()).isEqualTo(1);
    }
}
