package io.robustmq.broker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A network that breaks: it hands bytes on until it is cut, or stalls. */
final class CutProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile @Nullable InetSocketAddress to;
    private volatile boolean cut;
    private volatile boolean closed;
    private final Object stalling = new Object();
    private boolean stalled;

    CutProxy() {
        try {
            listening = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    void to(InetSocketAddress address) {
        to = address;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listening.accept();
                sockets.add(from);
                if (cut) {
                    from.close();
                    continue;
                }
                Socket onward = new Socket();
                sockets.add(onward);
                try {
                    onward.connect(to);
                } catch (IOException nobody) {
                    from.close();
                    continue;
                }
                onward.setTcpNoDelay(true);
                from.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> pump(from, onward));
                Thread.ofVirtual().start(() -> pump(onward, from));
            } catch (IOException e) {
                // closed, or nobody there: whoever dials tries again
            }
        }
    }

    private void pump(Socket from, Socket onto) {
        try (from;
                onto) {
            InputStream in = from.getInputStream();
            OutputStream out = onto.getOutputStream();
            byte[] bytes = new byte[16 * 1024];
            int read = in.read(bytes);
            while (read >= 0) {
                synchronized (stalling) {
                    while (stalled) {
                        stalling.wait();
                    }
                }
                out.write(bytes, 0, read);
                read = in.read(bytes);
            }
        } catch (IOException | InterruptedException e) {
            // cut
        }
    }

    /** All connections break, in the middle of whatever they carry. */
    void breakAll() {
        sockets.forEach(each -> {
            try {
                each.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        sockets.clear();
    }

    /** And none is made until it is mended. */
    void cut() {
        cut = true;
        breakAll();
    }

    void mend() {
        cut = false;
    }

    /** Nothing comes through, and nobody is told. */
    void stall(boolean now) {
        synchronized (stalling) {
            stalled = now;
            stalling.notifyAll();
        }
    }

    @Override
    public void close() {
        closed = true;
        stall(false);
        breakAll();
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
