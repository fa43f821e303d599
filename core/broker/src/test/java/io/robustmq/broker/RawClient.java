package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.protocol.MqttVersion;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A client that sends what a test says, right or wrong, and does nothing by itself. */
final class RawClient implements AutoCloseable {
    static final int CONNECT = 1;
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;
    static final int AUTH = 15;

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final MqttVersion version;
    private Runnable beforePing = () -> {};

    /** A packet as it came. */
    record Packet(int type, int flags, byte[] body) {
        int u8(int at) {
            return body[at] & 0xff;
        }

        int u16(int at) {
            return u8(at) << 8 | u8(at + 1);
        }
    }

    /** A PUBLISH, taken apart; properties of MQTT 5 by identifier, as text. */
    record Message(
            String topic,
            String payload,
            int qos,
            boolean dup,
            boolean retain,
            int packetId,
            Map<Integer, List<String>> properties) {
        List<String> all(int property) {
            return properties.getOrDefault(property, List.of());
        }
    }

    RawClient(InetSocketAddress address, MqttVersion version) throws IOException {
        this(address, version, 0);
    }

    RawClient(InetSocketAddress address, MqttVersion version, int receiveBuffer)
            throws IOException {
        this.version = version;
        this.socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(address);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** By something else than TCP. */
    RawClient(Wire wire, MqttVersion version) {
        this.version = version;
        this.socket = new WireSocket(wire);
        this.in = new DataInputStream(wire.in());
        this.out = wire.out();
    }

    /** What carries the packets; reading fails if nothing comes for long. */
    interface Wire extends Closeable {
        InputStream in();

        OutputStream out();
    }

    private static final class WireSocket extends Socket {
        private final Wire wire;

        WireSocket(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void close() throws IOException {
            wire.close();
        }
    }

    /** Waits first, at each {@link #untilPong}, for what the broker is doing. */
    RawClient waiting(Runnable first) {
        beforePing = first;
        return this;
    }

    private boolean isV5() {
        return version == MqttVersion.V5;
    }

    Socket socket() {
        return socket;
    }

    // sending

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void send(int type, int flags, Bytes body) throws IOException {
        byte[] bytes = body.array();
        send(new Bytes().u8(type << 4 | flags).varint(bytes.length).raw(bytes).array());
    }

    /** What a test may choose in CONNECT. */
    static final class Options {
        boolean cleanStart = true;
        int keepAlive = 0;
        Bytes properties = new Bytes();
        @Nullable String userName;
        @Nullable String password;
        @Nullable String willTopic;
        String willPayload = "gone";
        int willFlags = 0;
        Bytes willProperties = new Bytes();

        Options keepSession() {
            cleanStart = false;
            return this;
        }

        Options expiry(long seconds) {
            properties.u8(0x11).u32(seconds);
            return this;
        }

        Options receiveMaximum(int most) {
            properties.u8(0x21).u16(most);
            return this;
        }

        Options maximumPacketSize(long most) {
            properties.u8(0x27).u32(most);
            return this;
        }

        Options will(String topic, int flags) {
            willTopic = topic;
            willFlags = flags;
            return this;
        }

        Options willDelay(long seconds) {
            willProperties.u8(0x18).u32(seconds);
            return this;
        }
    }

    void sendConnect(String clientId, Options options) throws IOException {
        int flags = options.cleanStart ? 2 : 0;
        flags |= options.userName == null ? 0 : 0x80;
        flags |= options.password == null ? 0 : 0x40;
        flags |= options.willTopic == null ? 0 : 4 | options.willFlags;
        String protocol = version == MqttVersion.V3_1 ? "MQIsdp" : "MQTT";
        Bytes body =
                new Bytes().text(protocol).u8(version.level()).u8(flags).u16(options.keepAlive);
        if (isV5()) {
            body.sized(options.properties);
        }
        body.text(clientId);
        if (options.willTopic != null) {
            if (isV5()) {
                body.sized(options.willProperties);
            }
            body.text(options.willTopic).text(options.willPayload);
        }
        if (options.userName != null) {
            body.text(options.userName);
        }
        if (options.password != null) {
            body.text(options.password);
        }
        send(CONNECT, 0, body);
    }

    /** Returns whether a session was present. */
    boolean connect(String clientId, Options options) throws IOException {
        sendConnect(clientId, options);
        Packet connack = expect(CONNACK);
        assertThat(connack.u8(1)).as("CONNACK reason code").isZero();
        return connack.u8(0) == 1;
    }

    boolean connect(String clientId) throws IOException {
        return connect(clientId, new Options());
    }

    int[] subscribe(String filter, int options) throws IOException {
        return subscribe(filter, options, 0);
    }

    /** Returns the SUBACK's codes. */
    int[] subscribe(String filter, int options, int identifier) throws IOException {
        sendSubscribe(filter, options, identifier);
        return codes(expect(SUBACK));
    }

    void sendSubscribe(String filter, int options, int identifier) throws IOException {
        Bytes body = new Bytes().u16(7);
        if (isV5()) {
            Bytes properties = new Bytes();
            if (identifier > 0) {
                properties.u8(0x0B).varint(identifier);
            }
            body.sized(properties);
        }
        send(8, 2, body.text(filter).u8(options));
    }

    int[] unsubscribe(String filter) throws IOException {
        Bytes body = new Bytes().u16(8);
        if (isV5()) {
            body.u8(0);
        }
        send(10, 2, body.text(filter));
        return codes(expect(UNSUBACK));
    }

    void publish(String topic, String payload, int qos, int packetId) throws IOException {
        publish(topic, payload, qos << 1, packetId, new Bytes());
    }

    void publish(String topic, String payload, int flags, int packetId, Bytes properties)
            throws IOException {
        Bytes body = new Bytes().text(topic);
        if ((flags & 6) != 0) {
            body.u16(packetId);
        }
        if (isV5()) {
            body.sized(properties);
        }
        send(PUBLISH, flags, body.raw(payload.getBytes(StandardCharsets.UTF_8)));
    }

    void ack(int type, int packetId) throws IOException {
        send(type, type == PUBREL ? 2 : 0, new Bytes().u16(packetId));
    }

    /** With its answers, down to the end of the handshake; returns the first reason code. */
    int published(String topic, String payload, int qos, int packetId) throws IOException {
        publish(topic, payload, qos, packetId);
        if (qos == 1) {
            return reason(expect(PUBACK));
        }
        int code = reason(expect(PUBREC));
        ack(PUBREL, packetId);
        expect(PUBCOMP);
        return code;
    }

    void disconnect(int reasonCode) throws IOException {
        Bytes body = new Bytes();
        if (isV5()) {
            body.u8(reasonCode);
        }
        send(DISCONNECT, 0, body);
    }

    // receiving

    Packet read() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int b;
        do {
            b = in.readUnsignedByte();
            length |= (b & 127) << shift;
            shift += 7;
        } while (b > 127);
        return new Packet(first >> 4, first & 15, in.readNBytes(length));
    }

    Packet expect(int type) throws IOException {
        Packet packet = read();
        assertThat(packet.type()).as("packet type of " + packet).isEqualTo(type);
        return packet;
    }

    Message message() throws IOException {
        return message(expect(PUBLISH));
    }

    Message message(Packet packet) {
        ByteBuffer body = ByteBuffer.wrap(packet.body());
        String topic = text(body);
        int qos = packet.flags() >> 1 & 3;
        int packetId = qos == 0 ? 0 : body.getShort() & 0xffff;
        Map<Integer, List<String>> properties = isV5() ? properties(body) : new TreeMap<>();
        return new Message(
                topic,
                StandardCharsets.UTF_8.decode(body).toString(),
                qos,
                (packet.flags() & 8) != 0,
                (packet.flags() & 1) != 0,
                packetId,
                properties);
    }

    /** Properties of CONNACK, by identifier. */
    static Map<Integer, List<String>> connackProperties(Packet connack) {
        return properties(connack, 2);
    }

    /** Those of a packet, which has them from that byte on or not at all. */
    static Map<Integer, List<String>> properties(Packet packet, int from) {
        ByteBuffer body = ByteBuffer.wrap(packet.body());
        return from >= body.limit() ? Map.of() : properties(body.position(from));
    }

    private static Map<Integer, List<String>> properties(ByteBuffer body) {
        Map<Integer, List<String>> found = new TreeMap<>();
        int length = varint(body);
        int end = body.position() + length;
        while (body.position() < end) {
            int id = varint(body);
            String value =
                    switch (id) {
                        case 0x01, 0x24, 0x25, 0x28, 0x29, 0x2A -> "" + (body.get() & 0xff);
                        case 0x13, 0x21, 0x22, 0x23 -> "" + (body.getShort() & 0xffff);
                        case 0x02, 0x11, 0x27 -> "" + (body.getInt() & 0xffff_ffffL);
                        case 0x0B -> "" + varint(body);
                        case 0x26 -> text(body) + "=" + text(body);
                        default -> text(body);
                    };
            found.computeIfAbsent(id, key -> new ArrayList<>()).add(value);
        }
        return found;
    }

    private static int varint(ByteBuffer body) {
        int value = 0;
        int shift = 0;
        int b;
        do {
            b = body.get() & 0xff;
            value |= (b & 127) << shift;
            shift += 7;
        } while (b > 127);
        return value;
    }

    private static String text(ByteBuffer body) {
        byte[] bytes = new byte[body.getShort() & 0xffff];
        body.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Of PUBACK, PUBREC, PUBREL, PUBCOMP: 0 where it is left out. */
    static int reason(Packet ack) {
        return ack.body().length > 2 ? ack.u8(2) : 0;
    }

    int[] codes(Packet ack) {
        ByteBuffer body = ByteBuffer.wrap(ack.body());
        body.getShort();
        if (isV5()) {
            properties(body);
        }
        int from = body.position();
        int[] codes = new int[ack.body().length - from];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = ack.u8(from + i);
        }
        return codes;
    }

    /** Everything else that comes before the answer to a ping: nothing, for most tests. */
    List<Packet> untilPong() throws IOException {
        beforePing.run();
        send(12, 0, new Bytes());
        List<Packet> packets = new ArrayList<>();
        Packet packet = read();
        while (packet.type() != PINGRESP) {
            packets.add(packet);
            packet = read();
        }
        return packets;
    }

    /** The reason code of the DISCONNECT that must come, and then the end. */
    int expectDisconnect() throws IOException {
        Packet packet = expect(DISCONNECT);
        expectEnd();
        return packet.body().length == 0 ? 0 : packet.u8(0);
    }

    void expectEnd() throws IOException {
        try {
            Packet packet = read();
            throw new AssertionError("the connection should have ended, but there came " + packet);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the connection should have ended", e);
        } catch (EOFException | SocketException e) {
            // as it should
        }
    }

    /** With a TCP reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Without a word, as a client that is killed. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
