package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.testkit.TestCertificates;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds whatever carries MQTT: with one event loop, and with three between which it moves. */
class TransportsTest {
    private static final TestCertificates AUTHORITY = TestCertificates.authority("test authority");

    /** Smaller than a packet's header and its topic. */
    private static final int FRAGMENT = 7;

    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    @TempDir static Path files;
    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // each test opens it
    private TestBroker broker;

    enum Way {
        TCP,
        TCP_IPV6,
        TLS_JDK,
        TLS_OPENSSL,
        WS,
        WS_IN_SMALL_FRAMES,
        WSS,
        WSS_IPV6,
        QUIC,
        QUIC_IPV6,
        UNIX;

        String host() {
            return name().endsWith("_IPV6") ? "::1" : "127.0.0.1";
        }
    }

    static Stream<Arguments> ways() {
        return Stream.of(Way.values())
                .flatMap(way -> Stream.of(1, 3).map(loops -> Arguments.of(way, loops)));
    }

    @BeforeAll
    static void watch_for_leaks() throws Exception {
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + "\n" + records));
        AUTHORITY
                .server("localhost", "127.0.0.1", "::1")
                .write(files.resolve("cert.pem"), files.resolve("key.pem"));
    }

    @AfterAll
    static void nothing_leaked() throws Exception {
        for (int i = 0; i < 5; i++) {
            System.gc();
            for (int n = 0; n < 200; n++) {
                PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            }
        }
        assertThat(LEAKS).isEmpty();
    }

    private void open(Way way, int loops) throws Exception {
        BrokerSettings settings = TestBroker.settings(loops);
        broker =
                TestBroker.open(
                        TestBroker.with(
                                settings,
                                new BrokerSettings.Connections(
                                        List.of(listener(way)),
                                        loops,
                                        100,
                                        Duration.ofSeconds(10))));
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private ListenerSettings listener(Way way) {
        InetSocketAddress any = new InetSocketAddress(way.host(), 0);
        WebSocketSettings ws = new WebSocketSettings("/mqtt", 1 << 21, Duration.ofSeconds(10));
        TlsSettings tls = tls(way == Way.TLS_JDK);
        return switch (way) {
            case TCP, TCP_IPV6 -> ListenerSettings.tcp(any);
            case TLS_JDK, TLS_OPENSSL -> ListenerSettings.tls(any, tls);
            case WS, WS_IN_SMALL_FRAMES -> ListenerSettings.webSocket(any, ws);
            case WSS, WSS_IPV6 -> ListenerSettings.secureWebSocket(any, tls, ws);
            case QUIC, QUIC_IPV6 -> ListenerSettings.quic(any, tls);
            case UNIX ->
                    ListenerSettings.unix(
                            folder.resolve("mqtt"), PosixFilePermissions.fromString("rw-------"));
        };
    }

    static TlsSettings tls(boolean jdk) {
        return new TlsSettings(
                new TlsSettings.Files(files.resolve("cert.pem"), files.resolve("key.pem")),
                List.of(),
                null,
                TlsSettings.ClientCertificates.NONE,
                List.of("TLSv1.3", "TLSv1.2"),
                List.of(),
                jdk ? TlsSettings.Provider.JDK : TlsSettings.Provider.OPENSSL,
                Duration.ofSeconds(10),
                100,
                Duration.ofHours(1));
    }

    private RawClient client(Way way, MqttVersion version) throws Exception {
        BoundListener bound = broker.broker.listeners().getFirst();
        RawClient.Wire wire =
                switch (way) {
                    case UNIX -> Wires.unix(folder.resolve("mqtt"));
                    case TCP, TCP_IPV6 -> Wires.tcp((InetSocketAddress) bound.address());
                    case TLS_JDK, TLS_OPENSSL ->
                            Wires.tls(
                                    (InetSocketAddress) bound.address(), AUTHORITY.clientContext());
                    case WS -> Wires.webSocket((InetSocketAddress) bound.address(), null, 1 << 20);
                    case WS_IN_SMALL_FRAMES ->
                            Wires.webSocket((InetSocketAddress) bound.address(), null, FRAGMENT);
                    case WSS, WSS_IPV6 ->
                            Wires.webSocket(
                                    (InetSocketAddress) bound.address(),
                                    AUTHORITY.clientContext(),
                                    1 << 20);
                    case QUIC, QUIC_IPV6 ->
                            Wires.quic((InetSocketAddress) bound.address(), AUTHORITY, null);
                };
        return new RawClient(wire, version);
    }

    private RawClient connected(Way way, String clientId) throws Exception {
        RawClient client = client(way, MqttVersion.V5);
        client.connect(clientId);
        return client;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void messages_come_to_all_who_want_them(Way way, int loops) throws Exception {
        open(way, loops);
        List<RawClient> subscribers = new ArrayList<>();
        try (RawClient publisher = connected(way, "publisher")) {
            for (int i = 0; i < 4; i++) {
                RawClient subscriber = connected(way, "subscriber-" + i);
                subscribers.add(subscriber);
                subscriber.subscribe("t/#", i % 3);
            }
            for (int i = 0; i < 50; i++) {
                publisher.publish("t/" + i, "payload " + i, 0, 0);
            }
            publisher.published("t/q1", "one", 1, 1);
            publisher.published("t/q2", "two", 2, 2);
            for (RawClient subscriber : subscribers) {
                for (int i = 0; i < 50; i++) {
                    assertThat(subscriber.message().payload()).isEqualTo("payload " + i);
                }
                assertThat(subscriber.message().payload()).isEqualTo("one");
                assertThat(subscriber.message().payload()).isEqualTo("two");
            }
            ConnectionEvent.Accepted accepted = broker.events.await(ConnectionEvent.Accepted.class);
            String name = broker.broker.listeners().getFirst().name();
            assertThat(accepted.listener()).isEqualTo(name);
            assertThat(accepted.transport()).isEqualTo(name);
            assertThat(accepted.peer().remoteAddr())
                    .startsWith(
                            switch (way.host()) {
                                case "::1" -> "[::1]:";
                                default -> way == Way.UNIX ? "unix:" : "127.0.0.1:";
                            });
        } finally {
            for (RawClient each : subscribers) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void large_packets_come_whole_and_in_order_both_ways(Way way, int loops) throws Exception {
        open(way, loops);
        int size = way == Way.WS_IN_SMALL_FRAMES ? 2_000 : 900_000;
        try (RawClient publisher = connected(way, "publisher");
                RawClient subscriber = connected(way, "subscriber")) {
            subscriber.subscribe("large/#", 1);
            for (int i = 0; i < 8; i++) {
                String payload = ("" + (char) ('a' + i)).repeat(size + i);
                publisher.published("large/" + i, payload, 1, 1);
            }
            for (int i = 0; i < 8; i++) {
                RawClient.Message message = subscriber.message();
                assertThat(message.topic()).isEqualTo("large/" + i);
                assertThat(message.payload().length()).isEqualTo(size + i);
                assertThat(message.payload().chars().distinct().toArray()).containsExactly('a' + i);
                subscriber.ack(RawClient.PUBACK, message.packetId());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void packets_behind_connect_are_not_lost_when_it_moves(Way way, int loops) throws Exception {
        open(way, loops);
        for (int i = 0; i < 6; i++) {
            try (RawClient client = client(way, MqttVersion.V3_1_1)) {
                client.sendConnect("client-" + i, new RawClient.Options());
                client.sendSubscribe("own/" + i, 0, 0);
                client.publish("own/" + i, "hello", 0, 0);
                client.expect(RawClient.CONNACK);
                client.expect(RawClient.SUBACK);
                assertThat(client.message().payload()).isEqualTo("hello");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void last_words_arrive_before_the_end(Way way, int loops) throws Exception {
        open(way, loops);
        try (RawClient first = connected(way, "same")) {
            try (RawClient second = connected(way, "same")) {
                assertThat(first.expectDisconnect()).isEqualTo(ReasonCode.SESSION_TAKEN_OVER);
                broker.close();
                assertThat(second.expectDisconnect()).isEqualTo(ReasonCode.SERVER_SHUTTING_DOWN);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void a_client_that_goes_is_noticed(Way way, int loops) throws Exception {
        open(way, loops);
        RawClient client = connected(way, "gone");
        client.disconnect(0);
        assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                .isEqualTo(Ending.CLIENT_DISCONNECT);
        client.close();
        connected(way, "killed").close();
        broker.events.await(
                ConnectionEvent.Closed.class,
                closed ->
                        closed.peer().clientId().equals("killed")
                                && (closed.ending() == Ending.PEER_CLOSED
                                        || closed.ending() == Ending.IO_ERROR));
        TestBroker.waitUntil(() -> broker.broker.measures().connections() == 0);
        for (Loop loop : broker.broker.loops()) {
            TestBroker.waitUntil(() -> hasNothingToDo(loop));
        }
    }

    /** A task that makes itself again and again is waiting whenever another one runs. */
    private static boolean hasNothingToDo(Loop loop) {
        SingleThreadEventExecutor executor = (SingleThreadEventExecutor) loop.executor();
        return executor.submit(() -> executor.pendingTasks() == 0).syncUninterruptibly().getNow();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS_JDK", "TLS_OPENSSL", "UNIX"}) // the others read by themselves
    void one_that_does_not_read_harms_only_itself(Way way) throws Exception {
        open(way, 3);
        try (RawClient slow = connected(way, "slow");
                RawClient quick = connected(way, "quick");
                RawClient publisher = connected(way, "publisher")) {
            slow.subscribe("much", 0);
            quick.subscribe("little", 0);
            String payload = "x".repeat(60_000);
            for (int i = 0; i < 400; i++) {
                publisher.publish("much", payload, 0, 0);
            }
            publisher.publish("little", "through", 0, 0);
            assertThat(quick.message().payload()).isEqualTo("through");
            broker.events.await(ConnectionEvent.WriteBlocked.class);
        }
    }
}
