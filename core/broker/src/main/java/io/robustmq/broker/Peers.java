package io.robustmq.broker;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The other homes: where they are, and a {@link PeerLink} with each. Opened and closed by one
 * thread, told of homes by any.
 */
final class Peers {
    private static final String LISTENER = "cluster";
    private static final int CONNECT_MILLIS = 1000;
    private static final int MOST_READ_AT_ONCE = 256 * 1024;

    private final Shared shared;
    private final Cluster cluster;
    private final EventLoopGroup threads;
    private final boolean epoll;
    private final List<Loop> loops;
    private final Admission admission;
    private final ClusterSettings.@Nullable Tls tls;
    private final Map<String, PeerLink> links = new ConcurrentHashMap<>();
    private volatile boolean closed;
    private @Nullable Channel listener;

    Peers(
            Shared shared,
            Cluster cluster,
            EventLoopGroup threads,
            boolean epoll,
            List<Loop> loops,
            Admission admission) {
        this.shared = shared;
        this.cluster = cluster;
        this.threads = threads;
        this.epoll = epoll;
        this.loops = loops;
        this.admission = admission;
        this.tls = cluster.settings().tls();
    }

    String home() {
        return cluster.home();
    }

    String transport() {
        return tls == null ? "tcp" : "tls";
    }

    /**
     * @throws ListenException if the address cannot be bound
     */
    void open() throws ListenException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(threads)
                        .channel(
                                epoll
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        begin(channel, null);
                                    }
                                });
        SocketAddress wanted = cluster.settings().address();
        var binding = bootstrap.bind(wanted).awaitUninterruptibly();
        if (!binding.isSuccess()) {
            throw new ListenException(LISTENER, Addresses.text(wanted), binding.cause());
        }
        listener = binding.channel();
        shared.events()
                .emit(new ConnectionEvent.ListenerStarted(LISTENER, Addresses.text(address())));
    }

    InetSocketAddress address() {
        Channel bound = listener;
        if (bound == null) {
            throw new IllegalStateException("the cluster's listener is not open");
        }
        return (InetSocketAddress) bound.localAddress();
    }

    private void begin(Channel channel, Meeting.@Nullable Dialed dialed) {
        if (closed) {
            channel.close();
            return;
        }
        Listeners.configure(channel.config(), shared.settings());
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(512, 4096, MOST_READ_AT_ONCE));
        ClusterSettings.Tls secured = tls;
        if (secured != null) {
            channel.pipeline()
                    .addLast(
                            dialed == null
                                    ? secured.listening().newHandler(channel.alloc())
                                    : secured.dialing()
                                            .newHandler(
                                                    channel.alloc(),
                                                    dialed.address().getHostString(),
                                                    dialed.address().getPort()));
        }
        channel.pipeline().addLast(new Meeting(this, dialed));
    }

    /** On the loop of the link. */
    void dial(PeerLink link) {
        connect(link.loop().executor(), link.address(), link)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        unreachable(link, connected.cause());
                        link.notReached(String.valueOf(connected.cause().getMessage()), false);
                    }
                });
    }

    /** Whether anything listens there; that is all. On the loop of the link. */
    void probe(PeerLink link) {
        bootstrap(link.loop().executor())
                .handler(new ChannelInboundHandlerAdapter())
                .connect(link.address())
                .addListener((ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        connected.channel().close();
                    } else {
                        unreachable(link, connected.cause());
                    }
                });
    }

    private void unreachable(PeerLink link, Throwable why) {
        if (!closed) {
            shared.directory()
                    .unreachable(
                            new ClientDirectory.Whereabouts.Elsewhere(link.home(), link.address()),
                            why);
        }
    }

    private Bootstrap bootstrap(EventLoop on) {
        return new Bootstrap()
                .group(on)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
    }

    private ChannelFuture connect(EventLoop on, SocketAddress to, Meeting.Dialed dialed) {
        return bootstrap(on)
                .handler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                begin(channel, dialed);
                            }
                        })
                .connect(to);
    }

    // clients that are handed on

    /** As {@link Tunnel.Dialer}. */
    void dial(
            EventLoop on,
            ClientDirectory.Whereabouts.Elsewhere there,
            Consumer<Channel> connected,
            Consumer<Throwable> failed) {
        Meeting.Dialed tunnel =
                new Meeting.Dialed() {
                    @Override
                    public Preface preface() {
                        return new Preface(Preface.TUNNEL, there.home(), "");
                    }

                    @Override
                    public InetSocketAddress address() {
                        return there.address();
                    }

                    @Override
                    public void welcomed(Channel channel) {
                        connected.accept(channel);
                    }

                    @Override
                    public void notReached(String why, boolean byWord) {
                        failed.accept(new IOException(why));
                    }
                };
        connect(on, there.address(), tunnel)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        failed.accept(done.cause());
                    }
                });
    }

    /** Another broker hands a client on. */
    void takeClient(Channel channel) {
        Loop loop = loopOf(channel);
        channel.pipeline()
                .addLast(
                        new TunnelEntrance(
                                shared,
                                (ctx, header) ->
                                        new Connection(channel, loop, admission, header.origin())));
        channel.config().setAutoRead(true);
    }

    private Loop loopOf(Channel channel) {
        for (Loop loop : loops) {
            if (loop.executor().equals(channel.eventLoop())) {
                return loop;
            }
        }
        throw new IllegalStateException("a channel on no loop of ours: " + channel);
    }

    void serve(Channel channel, PeerLink link) {
        link.serve(channel, loopOf(channel), admission);
    }

    void refused(String asking, SocketAddress from, String detail) {
        if (!closed) {
            shared.events()
                    .emit(new ConnectionEvent.PeerRefused(asking, Addresses.text(from), detail));
        }
    }

    /** Null if it is not one of the others. */
    @Nullable PeerLink find(String home) {
        return closed ? null : links.get(home);
    }

    /** Those that there are; whoever is not among them is gone for good. */
    synchronized void set(Map<String, InetSocketAddress> homes) {
        if (closed) {
            return;
        }
        Map<String, InetSocketAddress> others = new HashMap<>(homes);
        others.remove(cluster.home());
        others.forEach((home, address) -> {
            PeerLink known = links.get(home);
            if (known == null) {
                Loop loop = Loop.homeOf(Cluster.clientId(home), loops);
                PeerLink link = new PeerLink(this, cluster, home, address, loop);
                links.put(home, link);
                link.open();
            } else if (!known.address().equals(address)) {
                known.moved(address);
            }
        });
        for (String home : Set.copyOf(links.keySet())) {
            if (!others.containsKey(home)) {
                PeerLink gone = links.remove(home);
                if (gone != null) {
                    gone.end();
                }
            }
        }
        Set<String> all = Set.copyOf(others.keySet());
        for (Loop loop : loops) {
            loop.executor().execute(() -> endOthers(loop, all));
        }
    }

    /** Also of homes that were told of before a restart only. */
    private static void endOthers(Loop loop, Set<String> homes) {
        for (Session each : loop.sessions().ofPeers()) {
            String home = each.clientId().substring(Cluster.PREFIX.length());
            if (!homes.contains(home) && each.subscriber() == null) {
                endSession(loop, home);
            }
        }
    }

    static void endSession(Loop loop, String home) {
        Session session = loop.sessions().find(Cluster.clientId(home));
        if (session != null) {
            int discarded = loop.sessions().endOfPeer(session);
            loop.shared().events().emit(new ConnectionEvent.PeerGone(home, discarded));
        }
    }

    /** No more connections; those that there are end with the broker's others. */
    void close() {
        closed = true;
        links.values().forEach(PeerLink::close);
        Channel bound = listener;
        if (bound != null) {
            String text = Addresses.text(address());
            bound.close().awaitUninterruptibly();
            listener = null;
            shared.events().emit(new ConnectionEvent.ListenerStopped(LISTENER, text));
        }
    }
}
