package io.robustmq.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.EventExecutor;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** All that one broker listens on. Opened and closed by one thread. */
final class Listeners {
    private static final int MOST_READ_AT_ONCE = 64 * 1024;
    private static final int BACKLOG = 1024;

    private final Shared shared;
    private final EventLoopGroup threads;
    private final boolean epoll;
    private final Map<EventExecutor, Loop> loops;
    private final Admission admission;

    private final Map<TlsSettings, TlsContexts> contexts = new ConcurrentHashMap<>();
    private final List<Open> open = new ArrayList<>();

    /**
     * @param file null but for a Unix socket
     */
    private record Open(
            BoundListener bound, Channel channel, Entrance entrance, @Nullable UnixSocket file) {}

    /**
     * @param epoll whether the threads are those of epoll
     */
    Listeners(
            Shared shared,
            EventLoopGroup threads,
            boolean epoll,
            Map<EventExecutor, Loop> loops,
            Admission admission) {
        this.shared = shared;
        this.threads = threads;
        this.epoll = epoll;
        this.loops = loops;
        this.admission = admission;
    }

    /**
     * @throws ListenException if one cannot be bound
     * @throws TlsException if its certificates cannot be used
     */
    void open() throws IOException {
        for (ListenerSettings settings : shared.settings().connections().listeners()) {
            Entrance entrance =
                    new Entrance(settings, shared, loops, admission, contexts(settings));
            Open opened =
                    switch (settings.where()) {
                        case ListenerSettings.Tcp tcp ->
                                opened(settings, bindTcp(settings, tcp, entrance), entrance);
                        case ListenerSettings.Quic quic ->
                                opened(settings, bindQuic(settings, quic, entrance), entrance);
                        case ListenerSettings.Unix unix -> openUnix(settings, unix, entrance);
                    };
            open.add(opened);
            shared.events()
                    .emit(
                            new ConnectionEvent.ListenerStarted(
                                    settings.name(), opened.bound().text()));
        }
    }

    private @Nullable TlsContexts contexts(ListenerSettings settings) throws TlsException {
        TlsSettings tls = settings.tls();
        if (tls == null) {
            return null;
        }
        TlsContexts shown = contexts.get(tls);
        if (shown == null) {
            shown = new TlsContexts(tls, shared.events(), shared.clock());
            contexts.put(tls, shown);
            try {
                shown.open();
            } catch (IOException unusable) {
                throw new TlsException(settings.name(), unusable);
            }
        }
        return shown;
    }

    private static Open opened(ListenerSettings settings, Channel channel, Entrance entrance) {
        return new Open(
                new BoundListener(settings.name(), settings.transport(), channel.localAddress()),
                channel,
                entrance,
                null);
    }

    private Channel bindTcp(ListenerSettings settings, ListenerSettings.Tcp tcp, Entrance entrance)
            throws ListenException {
        ServerBootstrap bootstrap =
                bootstrap(
                                epoll
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class,
                                entrance)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true);
        return bound(settings, tcp.address(), bootstrap.bind(tcp.address()));
    }

    private Open openUnix(ListenerSettings settings, ListenerSettings.Unix unix, Entrance entrance)
            throws ListenException {
        DomainSocketAddress address = new DomainSocketAddress(unix.path().toString());
        if (!epoll) {
            throw failed(
                    settings,
                    address,
                    new UnsupportedOperationException("Unix sockets need epoll, so Linux"));
        }
        UnixSocket file = new UnixSocket(unix.path(), unix.mode());
        Channel channel = null;
        try {
            Path draft = file.draft();
            channel =
                    bound(
                            settings,
                            address,
                            bootstrap(EpollServerDomainSocketChannel.class, entrance)
                                    .bind(new DomainSocketAddress(draft.toString())));
            file.publish(draft);
        } catch (IOException cannot) {
            if (channel != null) {
                channel.close().awaitUninterruptibly();
            }
            throw cannot instanceof ListenException told ? told : failed(settings, address, cannot);
        }
        return new Open(
                new BoundListener(settings.name(), settings.transport(), address),
                channel,
                entrance,
                file);
    }

    private Channel bindQuic(
            ListenerSettings settings, ListenerSettings.Quic quic, Entrance entrance)
            throws ListenException {
        try {
            return bound(
                    settings, quic.address(), QuicListener.bind(quic, entrance, threads, epoll));
        } catch (UnsupportedOperationException missing) {
            throw failed(settings, quic.address(), missing);
        }
    }

    private ServerBootstrap bootstrap(Class<? extends ServerChannel> channel, Entrance entrance) {
        return new ServerBootstrap()
                .group(threads)
                .channel(channel)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2048, MOST_READ_AT_ONCE))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(shared.settings()))
                .childHandler(entrance);
    }

    private static WriteBufferWaterMark waterMark(BrokerSettings settings) {
        int high = (int) Math.min(settings.queues().maxOutboundBytes(), Integer.MAX_VALUE);
        return new WriteBufferWaterMark(high / 2, high);
    }

    /** The same for a channel that no bootstrap makes. */
    static void configure(ChannelConfig config, BrokerSettings settings) {
        config.setAllocator(PooledByteBufAllocator.DEFAULT);
        config.setWriteBufferWaterMark(waterMark(settings));
    }

    private static Channel bound(
            ListenerSettings settings, SocketAddress wanted, ChannelFuture binding)
            throws ListenException {
        Throwable cause = binding.awaitUninterruptibly().cause();
        if (cause != null) {
            throw failed(settings, wanted, cause);
        }
        return binding.channel();
    }

    private static ListenException failed(
            ListenerSettings settings, SocketAddress wanted, Throwable cause) {
        return new ListenException(settings.name(), Addresses.text(wanted), cause);
    }

    /** In the order of the settings. */
    List<BoundListener> bound() {
        return open.stream().map(Open::bound).toList();
    }

    /** By host, epoch seconds until when the certificate that is shown for it is valid. */
    Map<String, Long> certificates() {
        Map<String, Long> all = new TreeMap<>();
        contexts.values().forEach(each -> all.putAll(each.notAfterSeconds()));
        return all;
    }

    /** Nobody gets in any more; who is in stays, which with QUIC needs the port. */
    void close() {
        for (Open each : open) {
            each.entrance().close();
            if (!each.bound().transport().equals("quic")) {
                each.channel().close().awaitUninterruptibly();
            }
            if (each.file() != null) {
                each.file().remove();
            }
            shared.events()
                    .emit(
                            new ConnectionEvent.ListenerStopped(
                                    each.bound().name(), each.bound().text()));
        }
    }

    /** When nobody is in any more. */
    void release() {
        open.forEach(each -> each.channel().close().awaitUninterruptibly());
        open.clear();
        contexts.values().forEach(TlsContexts::close);
        contexts.clear();
    }
}
