package io.robustmq.server;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * An MQTT 5 client that does what a test tells it, also what no library would do. Bytes out, packet
 * types in; one thread.
 */
final class RawClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;

    private final Socket socket;
    private final InputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.setTcpNoDelay(true);
    }

    static RawClient to(int port) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** What a CONNECT may say beside the client id. */
    record Hello(
            boolean cleanStart, int keepAliveSeconds, int expirySeconds, int willDelaySeconds) {
        static final Hello PLAIN = new Hello(true, 0, 0, -1);

        static Hello kept(int expirySeconds) {
            return new Hello(false, 0, expirySeconds, -1);
        }

        Hello will(int delaySeconds) {
            return new Hello(cleanStart, keepAliveSeconds, expirySeconds, delaySeconds);
        }
    }

    /** CONNECT, and waits for the CONNACK. */
    static RawClient connected(int port, String clientId, Hello hello) throws IOException {
        RawClient client = to(port);
        client.connect(clientId, hello);
        client.await(CONNACK);
        return client;
    }

    void connect(String clientId, Hello hello) throws IOException {
        Body body = new Body();
        body.text("MQTT").u8(5);
        boolean will = hello.willDelaySeconds >= 0;
        body.u8((hello.cleanStart ? 2 : 0) | (will ? 4 : 0)).u16(hello.keepAliveSeconds);
        body.u8(5).u8(0x11).u32(hello.expirySeconds).text(clientId);
        if (will) {
            body.u8(5).u8(0x18).u32(hello.willDelaySeconds).text("wills/" + clientId).text("gone");
        }
        send(0x10, body);
    }

    /** CONNECT of 3.1.1 without Clean Session and without a client id, which it forbids. */
    void connectNameless() throws IOException {
        send(0x10, new Body().text("MQTT").u8(4).u8(0).u16(0).text(""));
    }

    void subscribe(String filter, int qos) throws IOException {
        send(0x82, new Body().u16(1).u8(0).text(filter).u8(qos));
        await(SUBACK);
    }

    void unsubscribe(String filter) throws IOException {
        send(0xA2, new Body().u16(1).u8(0).text(filter));
        await(UNSUBACK);
    }

    /** QoS 1, and waits for its PUBACK. */
    void publish(String topic, boolean retain, String payload) throws IOException {
        Body body = new Body().text(topic).u16(1).u8(0).bytes(payload);
        send(0x32 | (retain ? 1 : 0), body);
        await(PUBACK);
    }

    /** PUBACK for a PUBLISH of QoS 1. */
    void acknowledge(byte[] publish) throws IOException {
        int topic = (publish[0] & 0xFF) << 8 | publish[1] & 0xFF;
        int id = (publish[2 + topic] & 0xFF) << 8 | publish[3 + topic] & 0xFF;
        send(0x40, new Body().u16(id));
    }

    /** QoS 0. */
    void publishUnacknowledged(String topic, String payload) throws IOException {
        send(0x30, new Body().text(topic).u8(0).bytes(payload));
    }

    void disconnect() throws IOException {
        send(0xE0, new Body());
    }

    /** Ends the connection as a client that crashed would, with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads packets up to one of this type and gives its body back. */
    byte[] await(int type) throws IOException {
        while (true) {
            int first = read();
            int length = 0;
            int shift = 0;
            int b;
            do {
                b = read();
                length |= (b & 0x7F) << shift;
                shift += 7;
            } while (b >= 0x80);
            byte[] body = in.readNBytes(length);
            if (first >> 4 == type) {
                return body;
            }
        }
    }

    /** Reads until the broker ends the connection. */
    void awaitEnd() throws IOException {
        in.transferTo(java.io.OutputStream.nullOutputStream());
    }

    private int read() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new IOException("the broker ended the connection");
        }
        return b;
    }

    private void send(int first, Body body) throws IOException {
        byte[] bytes = body.bytes.toByteArray();
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(first);
        int left = bytes.length;
        do {
            packet.write(left >= 0x80 ? left & 0x7F | 0x80 : left);
            left >>= 7;
        } while (left > 0);
        packet.writeBytes(bytes);
        socket.getOutputStream().write(packet.toByteArray());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** What follows a fixed header. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream out = new DataOutputStream(bytes);

        Body u8(int value) throws IOException {
            out.writeByte(value);
            return this;
        }

        Body u16(int value) throws IOException {
            out.writeShort(value);
            return this;
        }

        Body u32(int value) throws IOException {
            out.writeInt(value);
            return this;
        }

        Body text(String value) throws IOException {
            return u16(value.getBytes(StandardCharsets.UTF_8).length).bytes(value);
        }

        Body bytes(String value) throws IOException {
            out.write(value.getBytes(StandardCharsets.UTF_8));
            return this;
        }
    }
}
