package io.robustmq.crash;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/** One connection to the broker: packets out, packets in. It keeps no state of MQTT's. */
final class Wire implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    private final boolean v5;
    private final Socket socket;
    private final InputStream in;
    private final Frames frames;

    private Wire(boolean v5, Socket socket) throws IOException {
        this.v5 = v5;
        this.socket = socket;
        this.in = socket.getInputStream();
        this.frames = new Frames(v5, 64 * 1024);
    }

    @SuppressWarnings("resource") // the wire closes the socket
    static Wire to(int port, boolean v5) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
            socket.setTcpNoDelay(true);
            return new Wire(v5, socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** With CONNECT and its CONNACK, which must be good. */
    static Wire connected(int port, boolean v5, String clientId, Out.Hello hello)
            throws IOException {
        Wire wire = to(port, v5);
        try {
            wire.send(wire.out().connect(clientId, hello));
            Packet connack = wire.await(Packet.CONNACK, Duration.ofSeconds(20));
            if (connack.connackReason() != 0) {
                throw new IOException("CONNACK " + connack.connackReason());
            }
            return wire;
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    Out out() {
        return new Out(v5);
    }

    void send(Out packets) throws IOException {
        socket.getOutputStream().write(packets.array(), 0, packets.size());
    }

    /** Waits as long as it takes. */
    Packet read() throws IOException {
        return read(Duration.ZERO);
    }

    /** The next packet; {@link java.net.SocketTimeoutException} if none comes. */
    Packet read(Duration limit) throws IOException {
        Packet packet = frames.next();
        while (packet == null) {
            socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
            ByteBuffer room = frames.room();
            int count;
            try {
                count = in.read(room.array(), room.position(), room.remaining());
            } catch (IOException e) {
                frames.filled();
                throw e;
            }
            room.position(room.position() + Math.max(0, count));
            frames.filled();
            if (count < 0) {
                throw new EOFException("the broker ended the connection");
            }
            packet = frames.next();
        }
        return packet;
    }

    /** The next packet of this type; others before it are dropped. */
    Packet await(int type, Duration limit) throws IOException {
        Packet packet = read(limit);
        while (packet.type() != type) {
            packet = read(limit);
        }
        return packet;
    }

    /** As a client that crashed would leave: with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // it is closed already
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone, which was wanted
        }
    }
}
