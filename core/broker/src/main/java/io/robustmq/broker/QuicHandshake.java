package io.robustmq.broker;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Stage;
import io.robustmq.telemetry.event.Failure;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** One QUIC connection, from its first packet to the stream that MQTT is on. */
final class QuicHandshake extends ChannelInboundHandlerAdapter {
    private final QuicChannel channel;
    private final Entrance entrance;
    private final TlsContexts tls;
    private boolean halfOpen = true;
    private boolean hasStream;

    private QuicHandshake(QuicChannel channel, Entrance entrance) {
        this.channel = channel;
        this.entrance = entrance;
        this.tls = entrance.tls();
    }

    static void expect(Channel connection, Entrance entrance) {
        QuicChannel channel = (QuicChannel) connection;
        SocketAddress from = remoteAddress(channel);
        if (!entrance.hasRoomFor(channel, from) || !entrance.mayComeFrom(from, channel)) {
            return;
        }
        int limit = entrance.tls().settings().maxHandshakes();
        QuicHandshake handler = new QuicHandshake(channel, entrance);
        if (entrance.tls().halfOpen().incrementAndGet() > limit) {
            handler.over();
            entrance.shared()
                    .events()
                    .emit(
                            new ConnectionEvent.HandshakesLimited(
                                    entrance.settings().name(),
                                    Addresses.text(remoteAddress(channel)),
                                    limit));
            channel.close();
            return;
        }
        channel.pipeline().addLast(handler);
        channel.closeFuture().addListener(closed -> handler.over());
        handler.limit(entrance.tls().settings().handshakeTimeout().toMillis());
    }

    /** The client opened a stream; a second one is closed. */
    static void opened(QuicStreamChannel stream, Entrance entrance) {
        QuicHandshake handshake = stream.parent().pipeline().get(QuicHandshake.class);
        if (handshake == null || handshake.hasStream || entrance.isClosed()) {
            stream.close();
            return;
        }
        handshake.hasStream = true;
        QuicBridge bridge = new QuicBridge(stream, remoteAddress(stream.parent()));
        Listeners.configure(bridge.config(), entrance.shared().settings());
        stream.config().setAutoRead(false).setAllowHalfClosure(true);
        stream.pipeline().addLast(bridge.ofStream());
        bridge.pipeline()
                .addLast(entrance.connection(bridge, stream.eventLoop(), handshake.origin()));
        stream.eventLoop()
                .register(bridge)
                .addListener(registered -> {
                    if (!registered.isSuccess()) {
                        stream.parent().close();
                    }
                });
    }

    private ClientOrigin origin() {
        return new ClientOrigin(
                entrance.settings().name(),
                entrance.settings().transport(),
                remoteAddress(channel),
                client());
    }

    private @Nullable X509Certificate client() {
        SSLEngine engine = channel.sslEngine();
        if (engine == null || !tls.wantsClients()) {
            return null;
        }
        try {
            return (X509Certificate) engine.getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    private static SocketAddress remoteAddress(QuicChannel channel) {
        SocketAddress address = channel.remoteSocketAddress();
        return address == null ? new InetSocketAddress(0) : address;
    }

    private void limit(long millis) {
        var timer =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    if (!hasStream) {
                                        failed("no stream within " + millis + " ms");
                                    }
                                },
                                millis,
                                TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> timer.cancel(false));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        over();
        ctx.fireChannelActive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!hasStream) {
            failed(Failure.of(cause).errorMsg());
        }
    }

    private void failed(String detail) {
        if (!channel.isOpen()) {
            return;
        }
        entrance.shared()
                .events()
                .emit(
                        new ConnectionEvent.HandshakeFailed(
                                entrance.settings().name(),
                                Addresses.text(remoteAddress(channel)),
                                Stage.QUIC,
                                detail));
        channel.close(true, 0, Unpooled.EMPTY_BUFFER);
    }

    private void over() {
        if (halfOpen) {
            halfOpen = false;
            tls.halfOpen().decrementAndGet();
        }
    }
}
