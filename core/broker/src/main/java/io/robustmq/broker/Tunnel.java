package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.ConnectWriter;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client whose session is at another broker: that one is told who the client is and gets its
 * CONNECT again; from then on this one only passes bytes on, each way as fast as the other side
 * takes them. On the loop that the client's connection is on.
 */
final class Tunnel {
    private final Connection connection;
    private final Connect connect;
    private final ClientDirectory.Whereabouts.Elsewhere there;

    /** How connections to other brokers are made. */
    interface Dialer {
        /**
         * @param on the loop of the channel, on which one of the two is called, once
         * @param connected the other broker waits for a {@link TunnelHeader}
         */
        void dial(
                EventLoop on,
                ClientDirectory.Whereabouts.Elsewhere there,
                Consumer<Channel> connected,
                Consumer<Throwable> failed);
    }

    Tunnel(Connection connection, Connect connect, ClientDirectory.Whereabouts.Elsewhere there) {
        this.connection = connection;
        this.connect = connect;
        this.there = there;
    }

    /**
     * @param failed nothing was done, and the client waits still
     */
    void open(Dialer dialer, Consumer<Throwable> failed) {
        dialer.dial(
                connection.channel().eventLoop(),
                there,
                channel -> connection.guarded(() -> join(channel)),
                failed);
    }

    private void join(Channel other) {
        if (!connection.isAdmitting()) {
            other.close(); // the client went meanwhile
            return;
        }
        AuthExchange exchange = connection.exchange();
        ByteBuf first = other.alloc().buffer();
        new TunnelHeader(
                        connection.origin(),
                        connection.access().identity(),
                        exchange == null ? null : exchange.lastStep().data())
                .write(first);
        ConnectWriter.write(first, withoutSecrets(connect));
        connection.emit(new ConnectionEvent.HandedOn(connection.peer(), there.home()));
        Channel client = connection.channel();
        ByteBuf behind = connection.handOn();
        if (behind != null) {
            first.writeBytes(behind);
            behind.release();
        }
        client.pipeline().addLast(new End(other));
        client.pipeline().remove(connection);
        other.pipeline().addLast(new End(client));
        other.writeAndFlush(first);
        client.config().setAutoRead(true);
        other.config().setAutoRead(true);
        if (!client.isActive()) {
            other.close();
        }
        if (!other.isActive()) {
            client.close();
        }
    }

    /** What proves who the client is was seen here. */
    private static Connect withoutSecrets(Connect connect) {
        return new Connect(
                connect.version(),
                connect.clientId(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                connect.sessionExpirySeconds(),
                connect.receiveMaximum(),
                connect.maximumPacketSize(),
                connect.topicAliasMaximum(),
                connect.requestResponseInformation(),
                connect.requestProblemInformation(),
                connect.userName(),
                null,
                connect.authenticationMethod(),
                null,
                connect.will(),
                connect.userProperties());
    }

    /** What comes in here goes out there, and so does the end. */
    private static final class End extends ChannelInboundHandlerAdapter {
        private final Channel there;

        End(Channel there) {
            this.there = there;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (!there.isActive()) {
                ReferenceCountUtil.release(message);
                return;
            }
            there.write(message, there.voidPromise());
            if (!there.isWritable()) {
                ctx.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            there.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            there.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            close(there);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, @Nullable Throwable cause) {
            ctx.close(); // the broker that has the session tells of it
        }

        /** When it was told all. */
        private static void close(Channel channel) {
            if (channel.isActive()) {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
