package io.robustmq.broker;

import static io.robustmq.broker.RawClient.CONNACK;
import static io.robustmq.broker.RawClient.DISCONNECT;
import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.robustmq.broker.ClientDirectory.Whereabouts;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients whose session is at another broker than the one that they connect to. */
@Timeout(30)
@SuppressWarnings("NullAway.Init")
class TunnelTest {
    private final Directory directory = new Directory();
    private TestBroker home;
    private TestBroker front;

    /** All clients are at home but those whose name begins with "here". */
    private final class Directory implements ClientDirectory {
        private volatile @Nullable InetSocketAddress other;
        private final ConcurrentHashMap<String, Integer> held = new ConcurrentHashMap<>();
        private final Set<String> asked = ConcurrentHashMap.newKeySet();

        @Override
        public void claim(String clientId, Consumer<Whereabouts> told) {
            if (clientId.startsWith("here")) {
                hold(clientId);
                told.accept(Whereabouts.HERE);
            } else if (clientId.startsWith("lost")) {
                told.accept(new Whereabouts.Unknown("nobody knows"));
            } else {
                InetSocketAddress there = other;
                told.accept(
                        new Whereabouts.Elsewhere(
                                "home", there == null ? home.broker.clusterAddress() : there));
            }
        }

        @Override
        public void hold(String clientId) {
            asked.add(clientId);
            held.merge(clientId, 1, Integer::sum);
        }

        @Override
        public void drop(String clientId) {
            held.computeIfPresent(clientId, (id, n) -> n == 1 ? null : n - 1);
        }

        @Override
        public void restored(Collection<String> clientIds) {
            asked.addAll(clientIds);
        }

        @Override
        public void unreachable(Whereabouts.Elsewhere there, Throwable why) {}
    }

    @BeforeEach
    void open() throws Exception {
        home = open("home", ClientDirectory.ALONE);
        front = open("front", directory);
    }

    private static TestBroker open(String name, ClientDirectory clients) throws IOException {
        InetSocketAddress any = new InetSocketAddress("127.0.0.1", 0);
        return TestBroker.open(
                settings(2).with(new ClusterSettings(name, any, null)),
                new Access(Authenticator.ANYBODY),
                clients);
    }

    @AfterEach
    void close() {
        front.close();
        home.close();
    }

    @ParameterizedTest
    @EnumSource(MqttVersion.class)
    void a_client_is_served_where_its_session_is(MqttVersion version) throws Exception {
        try (RawClient client = front.client(version);
                RawClient publisher = home.connected("publisher")) {
            client.connect("c", new Options().will("will", 0));
            client.subscribe("t", 1);
            publisher.published("t", "hello", 1, 1);
            assertThat(client.message().payload()).isEqualTo("hello");
            client.published("elsewhere", "x", 1, 1);
        }
        ConnectionEvent.Accepted accepted =
                home.events.await(
                        ConnectionEvent.Accepted.class, e -> e.peer().clientId().equals("c"));
        assertThat(accepted.transport()).isEqualTo("tcp");
        front.events.await(ConnectionEvent.HandedOn.class, e -> e.peer().clientId().equals("c"));
        home.events.await(ConnectionEvent.Closed.class, e -> e.peer().clientId().equals("c"));
        assertThat(front.broker.measures().connections()).isZero();
    }

    @Test
    void what_comes_behind_the_connect_goes_with_it() throws Exception {
        try (RawClient client = front.client()) {
            client.sendConnect("c", new Options());
            client.sendSubscribe("t", 1, 0);
            client.publish("t", "own", 1, 7);
            client.expect(CONNACK);
            client.expect(RawClient.SUBACK);
            assertThat(client.message().payload()).isEqualTo("own");
        }
    }

    @Test
    void what_comes_right_behind_a_welcome_is_heard() throws Exception {
        ByteBuf answer = Unpooled.buffer();
        Preface.answer(answer, Preface.Status.WELCOME, "");
        answer.writeBytes(new byte[] {(byte) (CONNACK << 4), 3, 0, 0, 0});
        try (ServerSocket there = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            directory.other = (InetSocketAddress) there.getLocalSocketAddress();
            try (RawClient client = front.client()) {
                client.sendConnect("c", new Options());
                try (Socket accepted = there.accept()) {
                    accepted.getOutputStream().write(ByteBufUtil.getBytes(answer));
                    client.expect(CONNACK);
                }
            }
        } finally {
            answer.release();
        }
    }

    @Test
    void much_goes_through_in_both_directions() throws Exception {
        String large = "x".repeat(300_000);
        try (RawClient client = front.client()) {
            client.connect("c");
            client.subscribe("t", 1);
            for (int i = 1; i <= 20; i++) {
                client.publish("t", large, 1, i);
            }
            int messages = 0;
            while (messages < 20) {
                RawClient.Packet packet = client.read();
                messages += packet.type() == RawClient.PUBLISH ? 1 : 0;
            }
        }
    }

    @Test
    void a_client_is_taken_over_wherever_it_connects() throws Exception {
        try (RawClient atHome = home.client();
                RawClient atFront = front.client();
                RawClient again = home.client()) {
            Options kept = new Options().keepSession().expiry(100);
            assertThat(atHome.connect("c", kept)).isFalse();
            assertThat(atFront.connect("c", kept)).isTrue();
            assertThat(atHome.expect(DISCONNECT).u8(0)).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
            assertThat(again.connect("c", kept)).isTrue();
            assertThat(atFront.expect(DISCONNECT).u8(0)).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
        }
    }

    @Test
    void who_is_here_stays_and_is_dropped_in_the_end() throws Exception {
        try (RawClient client = front.client()) {
            client.connect("here-1");
            assertThat(directory.held).containsEntry("here-1", 2);
        }
        TestBroker.waitUntil(directory.held::isEmpty);
        try (RawClient client = front.client()) {
            client.connect("here-2", new Options().keepSession().expiry(100));
        }
        TestBroker.waitUntil(() -> Integer.valueOf(1).equals(directory.held.get("here-2")));
    }

    @Test
    void another_broker_is_no_client() throws Exception {
        InetSocketAddress atHome = home.broker.clusterAddress();
        InetSocketAddress atFront = front.broker.clusterAddress();
        Map<String, InetSocketAddress> both = Map.of("home", atHome, "front", atFront);
        home.broker.peers(both);
        front.broker.peers(both);
        TestBroker.waitUntil(() -> front.broker.measures().peersConnected() == 1);
        front.restart();
        front.broker.peers(Map.of("home", atHome, "front", front.broker.clusterAddress()));
        TestBroker.waitUntil(() -> front.broker.measures().peersConnected() == 1);
        assertThat(directory.asked).isEmpty();
    }

    @Test
    void who_can_be_found_nowhere_is_refused() throws Exception {
        try (RawClient client = front.client()) {
            client.sendConnect("lost", new Options());
            assertThat(client.expect(CONNACK).u8(1)).isEqualTo(ReasonCode.SERVER_UNAVAILABLE);
        }
    }
}
