package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A connection without a socket: what a client sends is handed to the broker on its loop, and what
 * the broker sends is kept. As a socket it gives nothing while the broker does not read, and takes
 * nothing while the client does not.
 */
final class PipeChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private final Queue<byte[]> unread = new ArrayDeque<>();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private boolean open = true;
    private boolean handing;
    private boolean deaf;

    PipeChannel() {
        super(null);
    }

    /** The client sends. On the loop, as all else. */
    void send(byte[] bytes) {
        if (open) {
            unread.add(bytes);
            hand();
        }
    }

    /** Whether the client reads. */
    void deaf(boolean now) {
        deaf = now;
        if (!deaf && open) {
            unsafe().flush();
        }
    }

    /** As from a socket, all that was sent before is read then, asked for or not. */
    void hangUp() {
        if (open) {
            while (open && !unread.isEmpty()) {
                handOne();
            }
            unsafe().close(voidPromise());
        }
    }

    /** What the broker has sent since it was asked last. */
    byte[] received() {
        byte[] bytes = sent.toByteArray();
        sent.reset();
        return bytes;
    }

    private void hand() {
        if (handing) {
            return;
        }
        handing = true;
        while (open && config.isAutoRead() && !unread.isEmpty()) {
            handOne();
        }
        handing = false;
    }

    private void handOne() {
        byte[] next = unread.remove();
        ByteBuf read = config.getAllocator().ioBuffer(next.length);
        pipeline().fireChannelRead(read.writeBytes(next));
        pipeline().fireChannelReadComplete();
    }

    @Override
    protected void doBeginRead() {
        if (!unread.isEmpty()) {
            eventLoop().execute(this::hand);
        }
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws java.io.IOException {
        while (!deaf && in.current() instanceof ByteBuf next) {
            next.getBytes(next.readerIndex(), sent, next.readableBytes());
            in.remove();
        }
    }

    @Override
    protected void doClose() {
        open = false;
        unread.clear();
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress address) {
        throw new UnsupportedOperationException("it is open from the start");
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Pipe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return new InetSocketAddress("127.0.0.1", 1883);
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return new InetSocketAddress("127.0.0.1", 40_000);
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

    private final class Pipe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("it is connected"));
        }
    }
}
