package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Between WebSocket's frames and a {@link Connection}, which knows bytes only. Frames say nothing
 * about packets: one may hold many, or a part [MQTT-6.0.0-2]. What is written between two flushes
 * goes out as one binary frame:
 *
 * <pre>
 *   0x82 | length: 1, 1 + 2 or 1 + 8 bytes | what was written, as it is ...
 * </pre>
 */
final class WebSocketBytes extends ChannelDuplexHandler {
    private static final int FINAL_BINARY = 0x82;
    private static final int MAX_HEADER_BYTES = 10;

    /** How long the other end may take to answer a close frame. */
    private static final long CLOSE_SECONDS = 3;

    private final Connection connection;
    private final List<ByteBuf> written = new ArrayList<>(4);
    private long writtenBytes;
    private WebSocketCloseStatus status = WebSocketCloseStatus.NORMAL_CLOSURE;
    private boolean closeSent;
    private boolean closeReceived;
    private @Nullable ChannelPromise closing;

    WebSocketBytes(Connection connection) {
        this.connection = connection;
    }

    // in

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closeSent && !(message instanceof CloseWebSocketFrame)) {
            ReferenceCountUtil.release(message);
            return;
        }
        switch (message) {
            case BinaryWebSocketFrame frame -> pass(ctx, frame);
            case ContinuationWebSocketFrame frame -> pass(ctx, frame);
            case PingWebSocketFrame ping -> pong(ctx, ping);
            case PongWebSocketFrame pong -> pong.release();
            case CloseWebSocketFrame close -> closed(ctx, close);
            case TextWebSocketFrame text -> {
                text.release();
                status = WebSocketCloseStatus.INVALID_MESSAGE_TYPE;
                connection.misused(
                        "MQTT-6.0.0-1", "a text frame where MQTT packets are in binary frames");
            }
            default -> {
                // sent before the handshake was answered
                ReferenceCountUtil.release(message);
                status = WebSocketCloseStatus.PROTOCOL_ERROR;
                connection.misused("RFC6455-4.1", "data before the handshake was answered");
            }
        }
    }

    private static void pass(ChannelHandlerContext ctx, WebSocketFrame frame) {
        ByteBuf content = frame.content();
        if (content.isReadable()) {
            ctx.fireChannelRead(content);
        } else {
            frame.release();
        }
    }

    /** A client that does not read its answers gets none. */
    private static void pong(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
        if (ctx.channel().isWritable()) {
            ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
        } else {
            ping.release();
        }
    }

    private void closed(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
        closeReceived = true;
        if (closeSent) {
            close.release();
            ctx.close();
        } else {
            closeSent = true;
            ctx.writeAndFlush(close).addListener(sent -> ctx.close());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException wrong) {
            status = wrong.closeStatus();
            connection.misused("RFC6455-5", String.valueOf(wrong.getMessage()));
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    // out

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
            return;
        }
        if (closeSent) {
            bytes.release();
            promise.trySuccess();
            return;
        }
        if (bytes.isReadable()) {
            written.add(bytes);
            writtenBytes += bytes.readableBytes();
            if (!promise.isVoid()) {
                frame(ctx, promise);
            }
        } else {
            frame(ctx, ctx.voidPromise());
            ctx.write(bytes, promise);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        frame(ctx, ctx.voidPromise());
        ctx.flush();
    }

    /**
     * @param promise of the last part
     */
    private void frame(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (written.isEmpty()) {
            return;
        }
        ctx.write(header(ctx), ctx.voidPromise());
        int last = written.size() - 1;
        for (int i = 0; i < last; i++) {
            ctx.write(written.get(i), ctx.voidPromise());
        }
        ctx.write(written.get(last), promise);
        written.clear();
        writtenBytes = 0;
    }

    private ByteBuf header(ChannelHandlerContext ctx) {
        ByteBuf header = ctx.alloc().directBuffer(MAX_HEADER_BYTES).writeByte(FINAL_BINARY);
        if (writtenBytes < 126) {
            return header.writeByte((int) writtenBytes);
        }
        return writtenBytes < 1 << 16
                ? header.writeByte(126).writeShort((int) writtenBytes)
                : header.writeByte(127).writeLong(writtenBytes);
    }

    // the end

    /** Says so first, and waits a little for the other end to say so too; the second time not. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (closeSent || closeReceived || !ctx.channel().isActive()) {
            ctx.close(promise);
            return;
        }
        frame(ctx, ctx.voidPromise());
        closeSent = true;
        closing = promise;
        ctx.writeAndFlush(new CloseWebSocketFrame(status));
        ctx.read();
        var unused = ctx.executor().schedule(() -> ctx.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        if (closeSent && ctx.channel().isOpen()) {
            ctx.read(); // nobody else does
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (closing != null) {
            closing.trySuccess();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        written.forEach(ByteBuf::release);
        written.clear();
    }
}
