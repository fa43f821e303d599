package io.robustmq.broker;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * MQTT over QUIC: one bidirectional stream of the client's, whose bytes are those of a TCP
 * connection; ALPN {@code mqtt}. All connections of the port are served by the event loop that
 * reads it; their clients' sessions live where all sessions live, see {@link QuicBridge}.
 */
final class QuicListener {
    static final String PROTOCOL = "mqtt";

    /** What a client may send before it is read: the stream's, and with it the connection's. */
    private static final long WINDOW_BYTES = 1 << 20;

    private QuicListener() {}

    /**
     * @throws UnsupportedOperationException if this machine has no native library for it
     */
    static ChannelFuture bind(
            ListenerSettings.Quic settings,
            Entrance entrance,
            EventLoopGroup threads,
            boolean epoll) {
        if (!Quic.isAvailable()) {
            throw new UnsupportedOperationException(
                    "QUIC has no native library for this machine: " + Quic.unavailabilityCause());
        }
        TlsContexts tls = entrance.tls();
        var codec =
                new QuicServerCodecBuilder()
                        .sslEngineProvider(channel -> current(tls).newEngine(channel.alloc()))
                        // silence is limited by MQTT's own keep alive
                        .maxIdleTimeout(0, TimeUnit.MILLISECONDS)
                        .initialMaxData(WINDOW_BYTES)
                        .initialMaxStreamDataBidirectionalRemote(WINDOW_BYTES)
                        .initialMaxStreamsBidirectional(1)
                        .initialMaxStreamsUnidirectional(0)
                        .activeMigration(true)
                        .handler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        QuicHandshake.expect(channel, entrance);
                                    }
                                })
                        .streamHandler(
                                new ChannelInitializer<QuicStreamChannel>() {
                                    @Override
                                    protected void initChannel(QuicStreamChannel stream) {
                                        QuicHandshake.opened(stream, entrance);
                                    }
                                })
                        .build();
        return new Bootstrap()
                .group(threads)
                .channel(epoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
                .handler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline().addLast(new NotYet(tls), codec);
                            }
                        })
                .bind(settings.address());
    }

    private static QuicSslContext current(TlsContexts tls) {
        QuicSslContext context = tls.quic();
        if (context == null) {
            throw new IllegalStateException("packets came through before there is a certificate");
        }
        return context;
    }

    /** As long as there is no certificate nothing is answered; clients send again. */
    private static final class NotYet extends ChannelInboundHandlerAdapter {
        private final TlsContexts tls;

        NotYet(TlsContexts tls) {
            this.tls = tls;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object packet) {
            if (tls.quic() == null) {
                ReferenceCountUtil.release(packet);
            } else {
                ctx.fireChannelRead(packet);
                ctx.pipeline().remove(this);
            }
        }
    }
}
