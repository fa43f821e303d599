package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A channel that can move to another event loop, over a QUIC stream, which cannot: the stream stays
 * where its UDP port is read, the client's session lives on its home loop. Bytes are handed from
 * loop to loop in batches, as many as one read or one flush had.
 *
 * <p>Bounds: a read is handed over only when one was asked for, the rest waits within QUIC's flow
 * control; of what is written, {@link #WINDOW_BYTES} are on their way to the stream, the rest waits
 * in this channel, where it counts as unsent.
 */
final class QuicBridge extends AbstractChannel {
    private static final int WINDOW_BYTES = 256 * 1024;

    /** How long the client may take to go when it was told all. */
    private static final long LAST_WORDS_SECONDS = 3;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final QuicStreamChannel stream;
    private final SocketAddress remoteAddress;
    private final ChannelConfig config = new DefaultChannelConfig(this);

    // between the loops
    private final Queue<ByteBuf> received = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean draining = new AtomicBoolean();
    private volatile boolean ended;
    private volatile boolean open = true;

    // of this channel's loop
    private boolean wantsRead;
    private boolean asked;
    private int handedBytes;

    QuicBridge(QuicStreamChannel stream, SocketAddress remoteAddress) {
        super(null);
        this.stream = stream;
        this.remoteAddress = remoteAddress;
    }

    // on the stream's loop

    ChannelHandler ofStream() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                received.add((ByteBuf) message);
                if (!open) {
                    releaseReceived();
                }
            }

            @Override
            public void channelReadComplete(ChannelHandlerContext ctx) {
                drainSoon();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event == ChannelInputShutdownEvent.INSTANCE) {
                    end();
                }
                ctx.fireUserEventTriggered(event);
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                end();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                end(); // such as a stream that the client has reset
            }
        };
    }

    private void end() {
        ended = true;
        drainSoon();
    }

    private void send(List<ByteBuf> batch, int bytes) {
        ChannelFuture last = null;
        for (ByteBuf each : batch) {
            last = stream.write(each);
        }
        stream.flush();
        if (last != null) {
            last.addListener(sent ->
                    eventLoop().execute(() -> sent(bytes, sent.isSuccess() ? null : sent.cause())));
        }
    }

    /** Lets the client read what it was told last. */
    private void finish() {
        if (!stream.isActive()) {
            stream.parent().close(true, 0, Unpooled.EMPTY_BUFFER);
            return;
        }
        stream.shutdownOutput();
        stream.read(); // or its own end would not be seen
        var late =
                stream.eventLoop()
                        .schedule(
                                () -> stream.parent().close(true, 0, Unpooled.EMPTY_BUFFER),
                                LAST_WORDS_SECONDS,
                                TimeUnit.SECONDS);
        stream.closeFuture()
                .addListener(closed -> {
                    late.cancel(false);
                    stream.parent().close(true, 0, Unpooled.EMPTY_BUFFER);
                });
    }

    // on this channel's loop

    private void drainSoon() {
        if (draining.compareAndSet(false, true)) {
            eventLoop().execute(this::drain);
        }
    }

    private void drain() {
        draining.set(false);
        if (!eventLoop().inEventLoop()) {
            drainSoon(); // it has moved meanwhile
            return;
        }
        if (!isRegistered() || !open) {
            return; // it is moving, and looks again when it has
        }
        if (wantsRead && !received.isEmpty()) {
            wantsRead = false;
            asked = false;
            ByteBuf next = received.poll();
            while (next != null) {
                pipeline().fireChannelRead(next);
                next = received.poll();
            }
            pipeline().fireChannelReadComplete();
        }
        if (ended && received.isEmpty()) {
            unsafe().close(voidPromise());
        }
    }

    @Override
    protected void doBeginRead() {
        wantsRead = true;
        if (!received.isEmpty() || ended) {
            drainSoon();
        } else if (!asked) {
            asked = true;
            stream.eventLoop().execute(stream::read);
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        List<ByteBuf> batch = new ArrayList<>(4);
        int bytes = 0;
        while (handedBytes < WINDOW_BYTES && in.current() instanceof ByteBuf next) {
            int size = next.readableBytes();
            batch.add(next.retain());
            bytes += size;
            handedBytes += size;
            in.remove();
        }
        if (!batch.isEmpty()) {
            int all = bytes;
            stream.eventLoop().execute(() -> send(batch, all));
        }
    }

    private void sent(int bytes, @Nullable Throwable failure) {
        if (!open) {
            return;
        }
        if (!eventLoop().inEventLoop() || !isRegistered()) {
            eventLoop().execute(() -> sent(bytes, failure)); // it is moving
            return;
        }
        handedBytes -= bytes;
        if (failure != null) {
            unsafe().close(voidPromise());
        } else {
            unsafe().flush();
        }
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
        drainSoon();
    }

    @Override
    protected void doDeregister() {}

    @Override
    protected void doClose() {
        open = false;
        releaseReceived();
        stream.eventLoop().execute(this::finish);
    }

    private void releaseReceived() {
        ByteBuf next = received.poll();
        while (next != null) {
            next.release();
            next = received.poll();
        }
    }

    // what it is

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException());
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return stream.parent().localSocketAddress();
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remoteAddress;
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void doDisconnect() throws ClosedChannelException {
        doClose();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
