package io.robustmq.telemetry.pipeline;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
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
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** A forward server that acknowledges, is silent, or breaks off, as the test says. */
final class ForwardServer implements AutoCloseable {
    enum Manner {
        ACKNOWLEDGE,
        SILENT,
        BREAK_OFF
    }

    private final List<Map<Value, Value>> records = new CopyOnWriteArrayList<>();
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile Manner manner = Manner.ACKNOWLEDGE;
    private volatile boolean asked;
    private final AtomicInteger unanswered = new AtomicInteger();
    private final int port;
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

    void open() throws IOException {
        ServerSocket opened = new ServerSocket();
        opened.setReuseAddress(true);
        opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        listener = opened;
        Thread.ofVirtual().start(() -> accept(opened));
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
            while (unpacker.hasNext()) {
                ArrayValue message = unpacker.unpackValue().asArrayValue();
                asked = true;
                switch (manner) {
                    case ACKNOWLEDGE -> {
                        keep(message.get(1).asRawValue().asByteArray());
                        Value chunk =
                                message.get(2)
                                        .asMapValue()
                                        .map()
                                        .get(ValueFactory.newString("chunk"));
                        packer.packMapHeader(1).packString("ack").packValue(chunk).flush();
                    }
                    case SILENT -> unanswered.incrementAndGet();
                    case BREAK_OFF -> {
                        return;
                    }
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
