package io.robustmq.soak;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection that speaks MQTT 3.1.1, packet by packet. */
final class Line implements AutoCloseable {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;

    /** Longer than the broker's own patience, and than a full machine is slow. */
    private static final int TIMEOUT_MILLIS = 60_000;

    private static final int INPUT_BYTES = 128;

    private final Socket socket;
    private final DataInputStream in;

    Line(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), INPUT_BYTES));
    }

    /** Type, QoS, and the rest behind the fixed header. */
    record Packet(int type, int qos, byte[] body) {
        int u16(int at) {
            return (body[at] & 0xFF) << 8 | body[at + 1] & 0xFF;
        }

        String topic() {
            return new String(body, 2, u16(0), StandardCharsets.UTF_8);
        }

        int packetId() {
            return type == PUBLISH ? u16(2 + u16(0)) : u16(0);
        }

        String payload() {
            int at = 2 + u16(0) + (qos > 0 ? 2 : 0);
            return new String(body, at, body.length - at, StandardCharsets.UTF_8);
        }
    }

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
        byte[] body = new byte[length];
        in.readFully(body);
        return new Packet(first >> 4, first >> 1 & 3, body);
    }

    Packet expect(int type) throws IOException {
        Packet packet = read();
        if (packet.type != type) {
            throw new IOException("packet type " + type + " expected, there came " + packet.type);
        }
        return packet;
    }

    /** The next of this type; what is published meanwhile is taken, and forgotten. */
    Packet await(int type) throws IOException {
        while (true) {
            Packet packet = read();
            if (packet.type == PUBLISH) {
                answer(packet);
            }
            if (packet.type == type) {
                return packet;
            }
        }
    }

    void answer(Packet publish) throws IOException {
        if (publish.qos == 1) {
            ack(0x40, publish.packetId());
        } else if (publish.qos == 2) {
            ack(0x50, publish.packetId());
        }
    }

    void connect(String clientId, int keepAliveSeconds) throws IOException {
        sendConnect(clientId, keepAliveSeconds);
        Packet connack = expect(CONNACK);
        if (connack.u16(0) != 0) {
            throw new IOException("CONNACK says " + connack.u16(0));
        }
    }

    void sendConnect(String clientId, int keepAliveSeconds) throws IOException {
        send(0x10, text("MQTT"), new byte[] {4, 2}, u16(keepAliveSeconds), text(clientId));
    }

    void subscribe(String filter, int qos) throws IOException {
        send(0x82, u16(1), text(filter), new byte[] {(byte) qos});
        await(SUBACK);
    }

    void publish(String topic, int qos, int packetId, String payload) throws IOException {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        send(0x30 | qos << 1, text(topic), qos == 0 ? new byte[0] : u16(packetId), bytes);
    }

    /** With all its answers. */
    void published(String topic, int qos, int packetId, String payload) throws IOException {
        publish(topic, qos, packetId, payload);
        if (qos == 1) {
            await(PUBACK);
        } else if (qos == 2) {
            await(PUBREC);
            ack(0x62, packetId);
            await(PUBCOMP);
        }
    }

    void ack(int header, int packetId) throws IOException {
        send(header, u16(packetId));
    }

    void disconnect() throws IOException {
        send(0xE0);
    }

    void send(int header, byte[]... parts) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.write(part);
        }
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(header);
        int rest = body.size();
        while (rest > 127) {
            packet.write(rest & 127 | 128);
            rest >>= 7;
        }
        packet.write(rest);
        body.writeTo(packet);
        raw(packet.toByteArray());
    }

    void raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Waits for the broker to hang up; what comes before is forgotten. */
    void awaitEnd() {
        try {
            while (true) {
                read();
            }
        } catch (IOException end) {
            // as it should be
        }
    }

    /** Hangs up with a TCP reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static byte[] u16(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] sized = new byte[2 + bytes.length];
        sized[0] = (byte) (bytes.length >> 8);
        sized[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, sized, 2, bytes.length);
        return sized;
    }
}
