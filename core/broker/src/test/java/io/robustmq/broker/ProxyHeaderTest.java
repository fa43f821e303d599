package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Stage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyHeaderTest {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    private @Nullable TestBroker broker;

    private TestBroker open(String... trusted) throws IOException {
        TestBroker opened =
                TestBroker.open(
                        TestBroker.with(
                                TestBroker.settings(3),
                                new BrokerSettings.Connections(
                                        List.of(
                                                ListenerSettings.tcp(
                                                                new InetSocketAddress(
                                                                        "127.0.0.1", 0))
                                                        .behind(
                                                                new ProxySettings(
                                                                        Duration.ofMillis(500),
                                                                        Stream.of(trusted)
                                                                                .map(
                                                                                        AddressRange
                                                                                                ::parse)
                                                                                .map(
                                                                                        Objects
                                                                                                ::requireNonNull)
                                                                                .toList()))),
                                        3,
                                        100,
                                        Duration.ofSeconds(10))));
        broker = opened;
        return opened;
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static RawClient behind(TestBroker of, byte[] header) throws IOException {
        RawClient client = of.client();
        client.send(header);
        return client;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] v2(int command, int family, byte[] addresses, byte[] values)
            throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.write(SIGNATURE);
        header.write(0x20 | command);
        header.write(family);
        int length = addresses.length + values.length;
        header.write(length >> 8);
        header.write(length);
        header.write(addresses);
        header.write(values);
        return header.toByteArray();
    }

    private static byte[] value(int type, byte[] content) {
        return ByteBuffer.allocate(3 + content.length)
                .put((byte) type)
                .putShort((short) content.length)
                .put(content)
                .array();
    }

    private static String remoteAddress(TestBroker of, RawClient client) throws Exception {
        client.connect("client");
        return of.events.await(ConnectionEvent.Accepted.class).peer().remoteAddr();
    }

    @Test
    void version_1_tells_the_address() throws Exception {
        TestBroker opened = open("127.0.0.0/8");
        try (RawClient client =
                behind(opened, ascii("PROXY TCP4 192.0.2.7 192.0.2.1 4711 1883\r\n"))) {
            assertThat(remoteAddress(opened, client)).isEqualTo("192.0.2.7:4711");
        }
    }

    @Test
    void version_1_tells_the_address_of_ipv6() throws Exception {
        TestBroker opened = open("127.0.0.0/8");
        try (RawClient client =
                behind(opened, ascii("PROXY TCP6 2001:db8::7 2001:db8::1 4711 1883\r\n"))) {
            assertThat(remoteAddress(opened, client)).isEqualTo("[2001:db8::7]:4711");
        }
    }

    @Test
    void version_2_tells_address_server_name_and_the_name_in_the_certificate() throws Exception {
        TestBroker opened = open("10.0.0.0/8", "127.0.0.1/32");
        byte[] addresses = HexFormat.of().parseHex("c0000207c0000201" + "1267" + "075b");
        ByteArrayOutputStream ssl = new ByteArrayOutputStream();
        ssl.write(HexFormat.of().parseHex("07" + "00000000")); // a good certificate, shown here
        ssl.write(value(0x22, ascii("sensor-7")));
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        values.write(value(0x02, ascii("mqtt.example.org")));
        values.write(value(0x20, ssl.toByteArray()));
        try (RawClient client = behind(opened, v2(1, 0x11, addresses, values.toByteArray()))) {
            assertThat(remoteAddress(opened, client)).isEqualTo("192.0.2.7:4711");
            ClientOrigin origin =
                    opened.broker.loops().stream()
                            .flatMap(loop -> loop.connections().stream())
                            .findFirst()
                            .orElseThrow()
                            .origin();
            assertThat(origin.proxied())
                    .isEqualTo(new ClientOrigin.Proxied("mqtt.example.org", "sensor-7"));
        }
    }

    @Test
    void a_proxy_that_speaks_for_itself_keeps_its_address() throws Exception {
        TestBroker opened = open("127.0.0.0/8");
        try (RawClient client = behind(opened, v2(0, 0, new byte[0], new byte[0]))) {
            assertThat(remoteAddress(opened, client)).startsWith("127.0.0.1:");
        }
    }

    @Test
    void who_is_not_trusted_sends_no_header_or_is_silent_is_refused() throws Exception {
        TestBroker opened = open("127.0.0.0/8");
        try (RawClient client = opened.client()) {
            client.sendConnect("client", new RawClient.Options());
            client.expectEnd();
        }
        assertThat(failure(opened).stage()).isEqualTo(Stage.PROXY);
        try (Socket silent = new Socket("127.0.0.1", opened.broker.localAddress().getPort())) {
            silent.setSoTimeout(20_000);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
        opened.events.await(
                ConnectionEvent.HandshakeFailed.class,
                failed -> failed.detail().equals("not over within 500 ms"));
        opened.close();

        TestBroker strict = open("10.0.0.0/8");
        try (RawClient client = new RawClient(strict.broker.localAddress(), MqttVersion.V5)) {
            client.expectEnd();
        }
        assertThat(failure(strict).detail())
                .isEqualTo("the proxy is in no network of mqtt.proxy.trusted");
    }

    private static ConnectionEvent.HandshakeFailed failure(TestBroker of)
            throws InterruptedException {
        return of.events.await(ConnectionEvent.HandshakeFailed.class);
    }
}
