package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Something else on the port: says the same bytes to everyone, whatever they say. */
final class RawServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final byte[] says;
    private final boolean endless;

    private RawServer(int port, byte[] says, boolean endless) throws IOException {
        this.says = says;
        this.endless = endless;
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.setReceiveBufferSize(4096); // so that a batch does not fit
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.ofVirtual().start(this::accept);
    }

    /** Takes connections, reads nothing and says nothing. */
    static RawServer silent(int port) throws IOException {
        return new RawServer(port, new byte[0], false);
    }

    static RawServer saying(int port, String says) throws IOException {
        return new RawServer(port, says.getBytes(StandardCharsets.ISO_8859_1), false);
    }

    /** Says {@code says} again and again. */
    static RawServer sayingWithoutEnd(int port, String says) throws IOException {
        return new RawServer(port, says.getBytes(StandardCharsets.ISO_8859_1), true);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try {
            OutputStream out = connection.getOutputStream();
            do {
                out.write(says);
                out.flush();
            } while (endless);
        } catch (IOException gone) {
            // the other end has had enough
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
