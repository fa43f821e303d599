package io.robustmq.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.robustmq.replication.MessageCodec;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one journal server, for messages of replication ({@link DataWire}). It is made
 * at once, and again by itself. What is sent while it is being made waits for that; when that
 * fails, or the connection breaks, what waits is dropped: replication asks again. Any thread sends,
 * nobody waits; all else is on its event loop.
 *
 * <p>Bound: {@link #MAX_WAITING_BYTES} that the socket has not taken; more is dropped and counted.
 */
final class ReplicaLink {
    static final long MAX_WAITING_BYTES = 32 << 20;

    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LAST_PAUSE_MILLIS = 500;
    private static final int CONNECT_MILLIS = 2000;

    /** What a frame's length counts at most. */
    private static final int MAX_FRAME_BYTES = MessageCodec.MAX_MESSAGE_BYTES + 1024;

    private final ReplicaLinks links;
    private final String node;
    private final byte[] sender;
    private final EventLoop loop;
    private final ConcurrentLinkedQueue<ByteBuffer> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean draining = new AtomicBoolean();

    /** What is sent is dropped at once. */
    private volatile boolean down;

    private volatile boolean up;
    private volatile boolean closed;

    // event loop
    private @Nullable Channel channel;
    private String address = "";
    private long pauseMillis;
    private long downAt;
    private boolean told;

    ReplicaLink(ReplicaLinks links, String node, EventLoop loop) {
        this.links = links;
        this.node = node;
        this.sender = links.self().getBytes(StandardCharsets.UTF_8);
        this.loop = loop;
    }

    void open() {
        loop.execute(this::connect);
    }

    /** Whether there is a connection. */
    boolean isUp() {
        return up;
    }

    /** Its node may be somewhere else now. */
    void look() {
        loop.execute(() -> {
            String now = links.address(node);
            Channel there = channel;
            if (there != null && now != null && !now.equals(address)) {
                there.close();
            }
        });
    }

    void send(ByteBuffer message) {
        int bytes = message.remaining();
        if (down || closed || waitingBytes.get() + bytes > MAX_WAITING_BYTES) {
            links.dropped();
            return;
        }
        waitingBytes.addAndGet(bytes);
        waiting.add(message);
        if (up && draining.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        draining.set(false);
        Channel to = channel;
        if (to == null || !up) {
            return;
        }
        boolean any = false;
        for (ByteBuffer next = waiting.poll(); next != null; next = waiting.poll()) {
            any = true;
            int bytes = next.remaining();
            ByteBuf head = to.alloc().buffer(DataWire.LENGTH_BYTES + DataWire.REQUEST_BYTES + 256);
            head.writeInt(DataWire.REQUEST_BYTES + 1 + sender.length + bytes)
                    .writeByte(Operation.MESSAGE.number())
                    .writeInt(0)
                    .writeByte(sender.length)
                    .writeBytes(sender);
            to.write(head);
            to.write(Unpooled.wrappedBuffer(next))
                    .addListener(written -> waitingBytes.addAndGet(-bytes));
        }
        if (any) {
            to.flush();
        }
    }

    private void forget() {
        for (ByteBuffer next = waiting.poll(); next != null; next = waiting.poll()) {
            waitingBytes.addAndGet(-next.remaining());
            links.dropped();
        }
    }

    // The connection

    private void connect() {
        String where = links.address(node);
        if (closed) {
            return;
        }
        InetSocketAddress to = where == null ? null : parsed(where);
        if (to == null) {
            // it is not registered now
            pauseMillis = LAST_PAUSE_MILLIS;
            failed(null);
            return;
        }
        address = String.valueOf(where);
        ChannelFuture connecting =
                new Bootstrap()
                        .group(loop)
                        .channel(links.channelType())
                        .option(io.netty.channel.ChannelOption.TCP_NODELAY, true)
                        .option(
                                io.netty.channel.ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                CONNECT_MILLIS)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        init(made, to);
                                    }
                                })
                        .connect(to);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                failed(done.cause());
            }
        });
    }

    private static @Nullable InetSocketAddress parsed(String where) {
        try {
            return Listener.parse(where);
        } catch (IllegalArgumentException notAnAddress) {
            return null;
        }
    }

    private void init(Channel made, InetSocketAddress to) {
        SslContext tls = links.tls();
        if (tls != null) {
            made.pipeline().addLast(tls.newHandler(made.alloc(), to.getHostString(), to.getPort()));
        }
        made.pipeline().addLast(new Answers());
    }

    private void connected(Channel made) {
        channel = made;
        pauseMillis = 0;
        down = false;
        up = true;
        if (told) {
            told = false;
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - downAt);
            links.events().emit(new ReplicationEvent.JournalReachable(node, address, millis));
        }
        drain();
    }

    /**
     * @param why null if it is nothing to tell
     */
    private void failed(@Nullable Throwable why) {
        up = false;
        channel = null;
        if (!down) {
            down = true;
            downAt = System.nanoTime();
        }
        forget();
        if (closed) {
            return;
        }
        if (why != null && !told) {
            told = true;
            links.events()
                    .emit(new ReplicationEvent.JournalUnreachable(node, address, Failure.of(why)));
        }
        long pause = pauseMillis;
        pauseMillis = Math.clamp(2 * pauseMillis, FIRST_PAUSE_MILLIS, LAST_PAUSE_MILLIS);
        var unused = loop.schedule(this::connect, pause, TimeUnit.MILLISECONDS);
    }

    void close() {
        closed = true;
        loop.execute(() -> {
            Channel there = channel;
            if (there != null) {
                there.close();
            }
            forget();
        });
    }

    /** Says hello, and hands on what comes. */
    private final class Answers extends ByteToMessageDecoder {
        private boolean greeted;
        private @Nullable Throwable why;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(
                    ctx.alloc()
                            .buffer(DataWire.HELLO_BYTES)
                            .writeInt(DataWire.MAGIC)
                            .writeShort(DataWire.VERSION)
                            .writeShort(0));
            ctx.fireChannelActive();
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
                throws IOException {
            if (!greeted) {
                hello(ctx, in);
            } else if (in.readableBytes() >= DataWire.LENGTH_BYTES) {
                int length = in.getInt(in.readerIndex());
                if (length < DataWire.ANSWER_BYTES || length > MAX_FRAME_BYTES) {
                    throw new IOException("an answer says a length of " + length);
                }
                if (in.readableBytes() >= DataWire.LENGTH_BYTES + length) {
                    in.skipBytes(DataWire.LENGTH_BYTES);
                    frame(in.readSlice(length));
                }
            }
        }

        private void hello(ChannelHandlerContext ctx, ByteBuf in) throws IOException {
            if (in.readableBytes() < DataWire.HELLO_ANSWER_BYTES) {
                return;
            }
            int magic = in.readInt();
            in.readShort();
            int code = in.readUnsignedShort();
            in.skipBytes(2 * Integer.BYTES);
            if (magic != DataWire.MAGIC || code != Code.OK.number()) {
                throw new IOException("the journal server's hello has code " + code);
            }
            greeted = true;
            connected(ctx.channel());
        }

        private void frame(ByteBuf frame) throws IOException {
            Operation operation = Operation.of(frame.readUnsignedByte());
            int code = frame.readUnsignedByte();
            frame.readInt();
            if (operation != Operation.MESSAGE || code != Code.OK.number()) {
                throw new IOException("the journal server takes no messages: code " + code);
            }
            switch (MessageCodec.decode(frame.nioBuffer())) {
                case MessageCodec.Decoded.Whole(var message) -> links.received(node, message);
                case MessageCodec.Decoded.Malformed(String problem) ->
                        throw new IOException("a message that cannot be read: " + problem);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (why == null) {
                why = cause.getCause() instanceof IOException inner ? inner : cause;
            }
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            Throwable because = why;
            failed(because == null ? new IOException("the connection was closed") : because);
        }
    }
}
