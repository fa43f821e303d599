package io.robustmq.alerts;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * As much of an MQTT 3.1.1 client as it takes to be a bad one: it writes what it is told to, and
 * reads only if it is told to.
 */
final class RawClient implements Closeable {
    private final Socket socket;

    private RawClient(Socket socket) {
        this.socket = socket;
    }

    /** A connection that has said nothing yet. */
    static RawClient open(int port) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** One that will not read, and for which the system keeps little. */
    static RawClient silent(int port, String clientId) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        RawClient client = new RawClient(socket);
        client.connect(clientId, true, null);
        return client;
    }

    /** One whose CONNECT was accepted. */
    static RawClient connected(int port, String clientId) throws IOException {
        return accepted(port, clientId, true);
    }

    /** Leaves a session with this subscription, whose client is away. */
    static void keepSession(int port, String clientId, String filter) throws IOException {
        try (RawClient client = accepted(port, clientId, false)) {
            client.subscribe(filter, 1);
        }
    }

    private static RawClient accepted(int port, String clientId, boolean clean) throws IOException {
        RawClient client = open(port);
        int code = client.connect(clientId, clean, null);
        if (code != 0) {
            client.close();
            throw new IOException(clientId + " was refused: " + code);
        }
        return client;
    }

    /** The return code of the CONNACK. */
    int connect(String clientId, boolean clean, @Nullable String password) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        string(body, "MQTT");
        body.write(4);
        body.write((clean ? 2 : 0) | (password == null ? 0 : 0xC0));
        body.write(new byte[] {0, 0}); // no keep alive
        string(body, clientId);
        if (password != null) {
            string(body, clientId);
            string(body, password);
        }
        packet(0x10, body.toByteArray());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[4];
        in.readFully(answer);
        return answer[3];
    }

    /** Waits for the SUBACK. */
    void subscribe(String filter, int qos) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(new byte[] {0, 1});
        string(body, filter);
        body.write(qos);
        packet(0x82, body.toByteArray());
        new DataInputStream(socket.getInputStream()).readFully(new byte[5]);
    }

    void publish(String topic, byte[] payload, boolean retain) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        string(body, topic);
        body.write(payload);
        packet(0x30 | (retain ? 1 : 0), body.toByteArray());
    }

    /** So many of QoS 1 at once; returns when all are acknowledged. */
    void publish(String topic, byte[] payload, int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int id = 1; id <= count; id++) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            string(body, topic);
            body.write(id >> 8);
            body.write(id);
            body.write(payload);
            packet(all, 0x32, body.toByteArray());
        }
        socket.getOutputStream().write(all.toByteArray());
        new DataInputStream(socket.getInputStream()).readFully(new byte[4 * count]);
    }

    /** What no client may send: a second CONNECT. */
    void breakProtocol() throws IOException {
        packet(0x10, new byte[0]);
        while (socket.getInputStream().read() >= 0) {
            // until it is closed
        }
    }

    private void packet(int first, byte[] body) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet(packet, first, body);
        socket.getOutputStream().write(packet.toByteArray());
    }

    private static void packet(ByteArrayOutputStream to, int first, byte[] body) {
        to.write(first);
        int left = body.length;
        do {
            to.write(left > 127 ? left % 128 | 128 : left);
            left /= 128;
        } while (left > 0);
        to.writeBytes(body);
    }

    private static void string(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        to.write(bytes.length >> 8);
        to.write(bytes.length);
        to.writeBytes(bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
