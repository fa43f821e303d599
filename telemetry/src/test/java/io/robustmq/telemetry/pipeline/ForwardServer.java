package io.robustmq.telemetry.pipeline;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/**
 * A forward server that acknowledges, or does one of the things that one should not, as the test
 * says; with TLS and a shared key if asked for.
 */
final class ForwardServer implements AutoCloseable {
    enum Manner {
        ACKNOWLEDGE,
        SILENT,
        BREAK_OFF,
        GARBAGE,
        OTHER_CHUNK
    }

    /** What clients must know. */
    record Secrets(String sharedKey, String userName, String password) {}

    private final List<Map<Value, Value>> records = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Manner manner = Manner.ACKNOWLEDGE;
    private volatile boolean asked;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final AtomicInteger connectionCount = new AtomicInteger();
    private final int port;
    private @Nullable SSLContext tls;
    private boolean mutual;
    private volatile @Nullable Secrets secrets;
    private @Nullable ServerSocket listener;

    /**
     * @param port 0 for a free one
     */
    ForwardServer(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            this.port = probe.getLocalPort();
        }
    }

    InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("127.0.0.1", port);
    }

    void open() throws Exception {
        Running.await("the port is free", this::opens);
    }

    private boolean opens() {
        try {
            listen();
            return true;
        } catch (BindException stillClosing) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() throws IOException {
        SSLContext encrypted = tls;
        ServerSocket opened =
                encrypted == null
                        ? new ServerSocket()
                        : encrypted.getServerSocketFactory().createServerSocket();
        if (opened instanceof SSLServerSocket mayAsk) {
            mayAsk.setNeedClientAuth(mutual);
        }
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listener = opened;
        Thread.ofVirtual().start(() -> accept(opened));
    }

    /** From the next {@link #open} on; null for none. */
    void tls(@Nullable SSLContext context, boolean clientsMustHaveCertificates) {
        tls = context;
        mutual = clientsMustHaveCertificates;
    }

    /** From the next connection on; null for none. */
    void secrets(@Nullable Secrets now) {
        secrets = now;
    }

    /** Those that got as far as a batch. */
    int connectionCount() {
        return connectionCount.get();
    }

    void manner(Manner now) {
        manner = now;
    }

    boolean asked() {
        return asked;
    }

    /** Chunks that it was silent about. */
    int unanswered() {
        return unanswered.get();
    }

    /** What was acknowledged, by the number in the field. */
    List<Long> numbers(String field) {
        Value key = ValueFactory.newString(field);
        return records.stream()
                .filter(record -> record.containsKey(key))
                .map(record -> record.get(key).asIntegerValue().asLong())
                .toList();
    }

    List<Map<Value, Value>> records() {
        return records;
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket connection = from.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection;
                InputStream in = new BufferedInputStream(connection.getInputStream());
                MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(in);
                MessagePacker packer = MessagePack.newDefaultPacker(connection.getOutputStream())) {
            Secrets wanted = secrets;
            if (wanted != null && !new ForwardGreeting(wanted, unpacker, packer).succeeds()) {
                return;
            }
            boolean first = true;
            while (unpacker.hasNext()) {
                ArrayValue message = unpacker.unpackValue().asArrayValue();
                asked = true;
                connectionCount.addAndGet(first ? 1 : 0);
                first = false;
                switch (manner) {
                    case ACKNOWLEDGE -> {
                        Map<Value, Value> options = message.get(2).asMapValue().map();
                        byte[] entries = message.get(1).asRawValue().asByteArray();
                        boolean gzip = options.containsKey(ValueFactory.newString("compressed"));
                        keep(
                                gzip
                                        ? new GZIPInputStream(new ByteArrayInputStream(entries))
                                                .readAllBytes()
                                        : entries);
                        Value chunk = options.get(ValueFactory.newString("chunk"));
                        packer.packMapHeader(1).packString("ack").packValue(chunk).flush();
                    }
                    case SILENT -> unanswered.incrementAndGet();
                    case BREAK_OFF -> {
                        return;
                    }
                    case GARBAGE -> packer.addPayload(new byte[] {'H', 'T', 'T', 'P'}).flush();
                    case OTHER_CHUNK ->
                            packer.packMapHeader(1).packString("ack").packString("other").flush();
                }
            }
        } catch (IOException e) {
            // the other end has gone
        }
    }

    private void keep(byte[] entries) throws IOException {
        try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(entries)) {
            while (unpacker.hasNext()) {
                records.add(unpacker.unpackValue().asArrayValue().get(1).asMapValue().map());
            }
        }
    }

    @Override
    public void close() throws IOException {
        ServerSocket open = listener;
        listener = null;
        if (open != null) {
            open.close();
        }
        for (Socket connection : connections) {
            connection.close();
        }
        connections.clear();
    }
}
