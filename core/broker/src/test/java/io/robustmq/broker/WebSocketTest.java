package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Frame by frame, on a bare socket. */
class WebSocketTest {
    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;

    private TestBroker broker;
    private Socket socket;
    private DataInputStream in;

    @BeforeEach
    void open() throws IOException {
        broker =
                TestBroker.open(
                        TestBroker.with(
                                TestBroker.settings(2),
                                new BrokerSettings.Connections(
                                        List.of(
                                                ListenerSettings.webSocket(
                                                        new InetSocketAddress("127.0.0.1", 0),
                                                        new WebSocketSettings(
                                                                "/mqtt",
                                                                1000,
                                                                Duration.ofSeconds(10)))),
                                        2,
                                        100,
                                        Duration.ofSeconds(10))));
        socket = new Socket("127.0.0.1", broker.broker.localAddress().getPort());
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        broker.close();
    }

    private String ask(String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    private void upgrade() throws IOException {
        String answer = ask(request("/mqtt", "mqtt"));
        assertThat(answer).startsWith("HTTP/1.1 101 ").contains("sec-websocket-protocol: mqtt");
    }

    private static String request(String path, String subprotocols) {
        return "GET "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + (subprotocols.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + subprotocols + "\r\n")
                + "\r\n";
    }

    private static byte[] frame(int first, byte... payload) {
        byte[] mask = {1, 2, 3, 4};
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.writeBytes(mask);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ mask[i & 3]);
        }
        return frame.toByteArray();
    }

    private void send(int first, byte... payload) throws IOException {
        socket.getOutputStream().write(frame(first, payload));
    }

    private record Frame(int opcode, byte[] payload) {}

    private Frame read() throws IOException {
        int first = in.readUnsignedByte();
        assertThat(first & FINAL).isEqualTo(FINAL);
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        }
        return new Frame(first & 15, in.readNBytes(length));
    }

    private static byte[] connect() {
        return new Bytes().u8(0x10).u8(13).text("MQTT").u8(4).u8(2).u16(0).text("a").array();
    }

    private static byte[] pingreq() {
        return new byte[] {(byte) 0xc0, 0};
    }

    private void connected() throws IOException {
        upgrade();
        send(FINAL | BINARY, connect());
        assertThat(read())
                .usingRecursiveComparison()
                .isEqualTo(new Frame(BINARY, new byte[] {0x20, 2, 0, 0}));
    }

    private int closeStatus() throws IOException {
        Frame frame = read();
        assertThat(frame.opcode()).isEqualTo(CLOSE);
        return (frame.payload()[0] & 0xff) << 8 | frame.payload()[1] & 0xff;
    }

    @Test
    @Mqtt3({"MQTT-6.0.0-2", "MQTT-6.0.0-4"})
    @Mqtt5({"MQTT-6.0.0-2", "MQTT-6.0.0-4"})
    void packets_may_share_a_frame_or_be_cut_and_control_frames_may_come_between()
            throws Exception {
        upgrade();
        byte[] connect = connect();
        send(BINARY, connect[0], connect[1], connect[2]);
        send(FINAL | PING, (byte) 'x');
        send(CONTINUATION);
        byte[] rest = Arrays.copyOfRange(connect, 3, connect.length + 3);
        rest[connect.length - 3] = (byte) 0xc0;
        rest[connect.length - 1] = (byte) 0xc0;
        send(FINAL | CONTINUATION, rest);
        send(FINAL | BINARY, (byte) 0);
        Frame pong = read();
        assertThat(pong.opcode()).isEqualTo(PONG);
        assertThat(pong.payload()).containsExactly('x');
        ByteArrayOutputStream packets = new ByteArrayOutputStream();
        while (packets.size() < 8) {
            Frame frame = read();
            assertThat(frame.opcode()).isEqualTo(BINARY);
            packets.write(frame.payload());
        }
        assertThat(packets.toByteArray()).containsExactly(0x20, 2, 0, 0, 0xd0, 0, 0xd0, 0);
    }

    @Test
    @Mqtt3("MQTT-6.0.0-1")
    @Mqtt5("MQTT-6.0.0-1")
    void a_text_frame_ends_the_connection() throws Exception {
        connected();
        send(FINAL | TEXT, pingreq());
        assertThat(closeStatus()).isEqualTo(1003);
        assertThat(broker.events.await(ConnectionEvent.ProtocolViolated.class).rule())
                .isEqualTo("MQTT-6.0.0-1");
        assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                .isEqualTo(Ending.PROTOCOL_ERROR);
        send(FINAL | CLOSE, (byte) 3, (byte) 0xeb);
        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void a_frame_that_is_too_large_ends_the_connection() throws Exception {
        connected();
        send(FINAL | BINARY, new byte[1001]);
        assertThat(closeStatus()).isEqualTo(1009);
    }

    @Test
    void a_frame_without_a_mask_ends_the_connection() throws Exception {
        connected();
        socket.getOutputStream().write(new byte[] {(byte) 0x82, 2, (byte) 0xc0, 0});
        assertThat(closeStatus()).isEqualTo(1002);
    }

    @Test
    void a_close_frame_is_answered_and_disconnect_is_followed_by_one() throws Exception {
        connected();
        send(FINAL | BINARY, (byte) 0xe0, (byte) 0);
        assertThat(closeStatus()).isEqualTo(1000);
        send(FINAL | CLOSE, (byte) 3, (byte) 0xe8);
        assertThat(in.read()).isEqualTo(-1);
        assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                .isEqualTo(Ending.CLIENT_DISCONNECT);

        close();
        open();
        connected();
        send(FINAL | CLOSE, (byte) 3, (byte) 0xe8);
        assertThat(closeStatus()).isEqualTo(1000);
        assertThat(in.read()).isEqualTo(-1);
        assertThat(broker.events.await(ConnectionEvent.Closed.class).ending())
                .isEqualTo(Ending.PEER_CLOSED);
    }

    @ParameterizedTest
    @CsvSource({
        "/other, mqtt, 404, MQTT over WebSocket is at /mqtt",
        "/mqtt, chat, 400, the client must offer the subprotocol mqtt",
        "/mqtt, '', 400, the client must offer the subprotocol mqtt",
    })
    void other_requests_are_told_what_is_here(
            String path, String subprotocols, int status, String why) throws Exception {
        assertThat(ask(request(path, subprotocols))).startsWith("HTTP/1.1 " + status + " ");
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).startsWith(why);
        assertThat(broker.events.await(ConnectionEvent.HandshakeFailed.class).detail())
                .startsWith(status + ": " + why);
    }

    @Test
    void a_browser_that_comes_by_is_told_what_is_here() throws Exception {
        String answer = ask("GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 426 ").contains("upgrade: websocket");
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("here is MQTT over WebSocket, not a web page\n");
    }
}
