package io.robustmq.broker;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.NetUtil;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The ways to a broker, each with a client that is not the broker's own code. */
final class Wires {
    private Wires() {}

    static RawClient.Wire tcp(InetSocketAddress address) throws IOException {
        return socket(new Socket(address.getAddress(), address.getPort()));
    }

    static RawClient.Wire tls(InetSocketAddress address, SSLContext context) throws IOException {
        return socket(
                context.getSocketFactory()
                        .createSocket(address.getAddress().getHostAddress(), address.getPort()));
    }

    static RawClient.Wire socket(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return wire(socket.getInputStream(), socket.getOutputStream(), socket::close);
    }

    static RawClient.Wire unix(Path path) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        return wire(
                Channels.newInputStream(channel),
                Channels.newOutputStream(channel),
                channel::close);
    }

    /**
     * By the JDK's client.
     *
     * @param context null for plain WebSocket
     * @param fragment bytes of each frame; one message may be of several
     */
    static RawClient.Wire webSocket(
            InetSocketAddress address, @Nullable SSLContext context, int fragment)
            throws Exception {
        InboundBytes in = new InboundBytes();
        HttpClient.Builder builder = HttpClient.newBuilder();
        if (context != null) {
            builder.sslContext(context);
        }
        HttpClient http = builder.build();
        WebSocket socket =
                http.newWebSocketBuilder()
                        .subprotocols("mqtt")
                        .buildAsync(
                                URI.create(
                                        (context == null ? "ws" : "wss")
                                                + "://"
                                                + NetUtil.toSocketAddressString(address)
                                                + "/mqtt"),
                                new Listening(in))
                        .get(30, TimeUnit.SECONDS);
        if (!socket.getSubprotocol().equals("mqtt")) {
            throw new AssertionError("subprotocol " + socket.getSubprotocol());
        }
        return wire(
                in,
                new Whole(bytes -> {
                    for (int from = 0; from < bytes.length; from += fragment) {
                        int size = Math.min(fragment, bytes.length - from);
                        boolean last = from + size == bytes.length;
                        socket.sendBinary(ByteBuffer.wrap(bytes, from, size), last)
                                .get(30, TimeUnit.SECONDS);
                    }
                }),
                () -> {
                    socket.abort();
                    http.shutdownNow();
                });
    }

    private record Listening(InboundBytes in) implements WebSocket.Listener {
        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            in.add(bytes);
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            in.end();
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            in.end();
        }
    }

    /** By quiche, with a thread of its own. */
    static RawClient.Wire quic(
            InetSocketAddress address,
            TestCertificates authority,
            TestCertificates.@Nullable Signed shown)
            throws Exception {
        var threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        QuicSslContextBuilder tls =
                QuicSslContextBuilder.forClient()
                        .trustManager(authority.certificate())
                        .applicationProtocols("mqtt");
        if (shown != null) {
            tls.keyManager(shown.key(), null, shown.certificate());
        }
        QuicSslContext context = tls.build();
        Channel udp =
                new Bootstrap()
                        .group(threads)
                        .channel(NioDatagramChannel.class)
                        .handler(
                                new QuicClientCodecBuilder()
                                        .sslEngineProvider(channel ->
                                                context.newEngine(
                                                        channel.alloc(),
                                                        "localhost",
                                                        address.getPort()))
                                        .initialMaxData(10_000_000)
                                        .initialMaxStreamDataBidirectionalLocal(1_000_000)
                                        .maxIdleTimeout(120, TimeUnit.SECONDS)
                                        .build())
                        .bind(0)
                        .sync()
                        .channel();
        InboundBytes in = new InboundBytes();
        QuicChannel connection;
        try {
            connection =
                    QuicChannel.newBootstrap(udp)
                            .streamHandler(new ChannelInboundHandlerAdapter())
                            .remoteAddress(address)
                            .connect()
                            .get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
        QuicStreamChannel stream =
                connection
                        .createStream(QuicStreamType.BIDIRECTIONAL, new Streaming(in))
                        .get(30, TimeUnit.SECONDS);
        return wire(
                in,
                new Whole(bytes -> stream.writeAndFlush(Unpooled.wrappedBuffer(bytes)).sync()),
                () -> {
                    connection.close(true, 0, Unpooled.EMPTY_BUFFER).awaitUninterruptibly();
                    threads.shutdownGracefully(0, 1, TimeUnit.SECONDS);
                });
    }

    private static final class Streaming extends ChannelInboundHandlerAdapter {
        private final InboundBytes in;

        Streaming(InboundBytes in) {
            this.in = in;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            in.add(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                in.end();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            in.end();
        }
    }

    private interface Sending {
        void send(byte[] bytes) throws Exception;
    }

    /** Each write is sent as it is. */
    private static final class Whole extends OutputStream {
        private final Sending sending;

        Whole(Sending sending) {
            this.sending = sending;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            byte[] part = new byte[length];
            System.arraycopy(bytes, offset, part, 0, length);
            try {
                sending.send(part);
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }

    private interface Closing {
        void close() throws IOException;
    }

    private static RawClient.Wire wire(InputStream in, OutputStream out, Closing closing) {
        return new RawClient.Wire() {
            @Override
            public InputStream in() {
                return in;
            }

            @Override
            public OutputStream out() {
                return out;
            }

            @Override
            public void close() throws IOException {
                closing.close();
            }
        };
    }
}
