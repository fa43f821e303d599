package io.robustmq.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cable between a client and the broker. A test cuts it, and the broker sees a client that went
 * without a word; or holds back what the client sends, and the broker hears nothing more of it.
 */
final class ClientWire implements AutoCloseable {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final int brokerPort;
    private final ServerSocket listener;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private volatile boolean held;

    private ClientWire(int brokerPort, ServerSocket listener) {
        this.brokerPort = brokerPort;
        this.listener = listener;
    }

    static ClientWire to(int brokerPort) throws IOException {
        ServerSocket listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        ClientWire wire = new ClientWire(brokerPort, listener);
        Thread.ofVirtual().start(wire::accept);
        return wire;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Both ends see the connection end; a new one may be made. */
    void cut() {
        for (Socket end : ends) {
            close(end);
        }
        held = false;
    }

    /** From now on nothing that clients send arrives; it is lost when the wire is cut. */
    void holdBack() {
        held = true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                ends.add(client);
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
                ends.add(broker);
                client.setTcpNoDelay(true);
                broker.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> carry(client, broker, true));
                Thread.ofVirtual().start(() -> carry(broker, client, false));
            }
        } catch (IOException e) {
            cut();
        }
    }

    private void carry(Socket from, Socket to, boolean canBeHeld) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                if (!(held && canBeHeld)) {
                    out.write(chunk, 0, n);
                }
            }
        } catch (IOException e) {
            // one end is gone, and takes the other along
        }
        close(from);
        close(to);
    }

    private void close(Socket socket) {
        ends.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone, which is what was wanted
        }
    }
}
