package io.robustmq.crash;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Many connections and one thread: as fast as the broker takes it. What one read brings is answered
 * with one write.
 */
final class Loader {
    /** One address has about 28,000 ports, and each rests for a minute after its use. */
    private static final int ADDRESSES = 64;

    private static final long PATIENCE_MILLIS = 60_000;
    private static final int READ_BUFFER = 64 * 1024;

    private final int port;
    private int opened;
    private int open;

    Loader(int port) {
        this.port = port;
    }

    private static final class Link {
        private final Peer peer;
        private final Frames frames;
        private ByteBuffer unwritten = ByteBuffer.allocate(0);

        private Link(Peer peer) {
            this.peer = peer;
            this.frames = new Frames(peer.v5, READ_BUFFER);
        }
    }

    /** Runs every peer that {@code next} gives, until null, so many at once. */
    void run(int atOnce, Supplier<@Nullable Peer> next) throws IOException {
        try (Selector selector = Selector.open()) {
            try {
                boolean more = true;
                while (more || open > 0) {
                    while (more && open < atOnce) {
                        Peer peer = next.get();
                        more = peer != null;
                        if (peer != null) {
                            open(selector, peer);
                        }
                    }
                    if (open > 0 && selector.select(this::ready, PATIENCE_MILLIS) == 0) {
                        throw new IOException(open + " connections wait in vain");
                    }
                }
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
                open = 0;
            }
        }
    }

    private void open(Selector selector, Peer peer) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        byte address = (byte) (1 + opened++ % ADDRESSES);
        channel.bind(
                new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {127, 0, 1, address}), 0));
        channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.register(selector, SelectionKey.OP_CONNECT, new Link(peer));
        open++;
    }

    private void ready(SelectionKey key) {
        try {
            Link link = (Link) key.attachment();
            SocketChannel channel = (SocketChannel) key.channel();
            if (key.isConnectable() && channel.finishConnect()) {
                link.peer.opened();
            } else if (key.isReadable()) {
                read(channel, link);
            }
            write(key, channel, link);
        } catch (IOException e) {
            throw new IllegalStateException("the broker ended a connection", e);
        }
    }

    private static void read(SocketChannel channel, Link link) throws IOException {
        ByteBuffer room = link.frames.room();
        int count = channel.read(room);
        link.frames.filled();
        if (count < 0) {
            throw new EOFException("end of stream");
        }
        Packet packet = link.frames.next();
        while (packet != null) {
            link.peer.packet(packet);
            packet = link.frames.next();
        }
        link.peer.afterRead();
    }

    private void write(SelectionKey key, SocketChannel channel, Link link) throws IOException {
        Out out = link.peer.out;
        while (true) {
            if (!link.unwritten.hasRemaining()) {
                if (out.size() == 0) {
                    break;
                }
                link.unwritten = ByteBuffer.wrap(out.array(), 0, out.size()).slice();
                // the bytes are on their way: the peer writes into fresh ones
                out.handedOver();
            }
            channel.write(link.unwritten);
            if (link.unwritten.hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
        }
        if (link.peer.isDone) {
            channel.close();
            open--;
        } else {
            key.interestOps(SelectionKey.OP_READ);
        }
    }
}
