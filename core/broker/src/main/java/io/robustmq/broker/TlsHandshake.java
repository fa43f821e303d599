package io.robustmq.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Stage;
import io.robustmq.telemetry.event.Failure;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Waits for the TLS handshake, which is done by the handler before it. */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
    /** Browsers with post-quantum key shares send 2 KiB. */
    private static final int MAX_HELLO_BYTES = 16 * 1024;

    private final Arriving arriving;
    private final TlsContexts contexts;
    private boolean halfOpen = true;
    private boolean greeted;

    private TlsHandshake(Arriving arriving, TlsContexts contexts) {
        this.arriving = arriving;
        this.contexts = contexts;
    }

    static void expect(Arriving arriving, TlsContexts contexts) {
        Channel channel = arriving.channel();
        int limit = contexts.settings().maxHandshakes();
        if (contexts.halfOpen().incrementAndGet() > limit) {
            contexts.halfOpen().decrementAndGet();
            arriving.entrance()
                    .shared()
                    .events()
                    .emit(
                            new ConnectionEvent.HandshakesLimited(
                                    arriving.entrance().settings().name(),
                                    Addresses.text(channel.remoteAddress()),
                                    limit));
            channel.close();
            return;
        }
        TlsHandshake handler = new TlsHandshake(arriving, contexts);
        long millis = contexts.settings().handshakeTimeout().toMillis();
        channel.pipeline().addLast(new BySni(contexts, millis), handler);
        channel.closeFuture().addListener(closed -> handler.over());
        // both have limits of their own, which do not add up
        arriving.limit(handler, Stage.TLS, millis);
    }

    private static final class BySni extends SniHandler {
        BySni(TlsContexts contexts, long timeoutMillis) {
            super(contexts, MAX_HELLO_BYTES, timeoutMillis);
        }

        @Override
        protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
            SslHandler handler = super.newSslHandler(context, allocator);
            handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
            return handler;
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        switch (event) {
            case SslHandshakeCompletionEvent done -> {
                if (done.isSuccess()) {
                    over();
                    arriving.secured(client(ctx));
                    ctx.pipeline().remove(this);
                } else {
                    failed(done.cause());
                }
            }
            case SniCompletionEvent hello -> {
                greeted = true;
                if (!hello.isSuccess()) {
                    failed(hello.cause());
                }
            }
            default -> ctx.fireUserEventTriggered(event);
        }
    }

    private @Nullable X509Certificate client(ChannelHandlerContext ctx) {
        SslHandler handler = ctx.pipeline().get(SslHandler.class);
        if (handler == null || !contexts.wantsClients()) {
            return null;
        }
        try {
            Certificate[] chain = handler.engine().getSession().getPeerCertificates();
            return (X509Certificate) chain[0];
        } catch (SSLPeerUnverifiedException none) {
            return null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
    }

    /** One that said nothing, such as a probe of the port, is no failure. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (greeted) {
            arriving.failed(Stage.TLS, "the other end closed the connection");
        }
        ctx.fireChannelInactive();
    }

    private void failed(@Nullable Throwable cause) {
        greeted = false;
        arriving.failed(
                Stage.TLS, cause == null ? "no reason given" : Failure.of(cause).errorMsg());
    }

    private void over() {
        if (halfOpen) {
            halfOpen = false;
            contexts.halfOpen().decrementAndGet();
        }
    }
}
