package io.robustmq.broker;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.robustmq.journal.Shard;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An MQTT broker on one TCP port. {@link #open} and {@link #close} on one thread, the rest any. */
public final class Broker implements AutoCloseable {
    private static final int MOST_READ_AT_ONCE = 64 * 1024;
    private static final int BACKLOG = 1024;
    private static final int AUTHENTICATION_THREADS = 2;

    /** Clients that wait for a slow authenticator; more are refused with 0x89. */
    private static final int WAITING_FOR_AUTHENTICATION = 1024;

    private static final long CLOSE_SECONDS = 5;

    private final BrokerSettings settings;
    private final RandomGenerator random;
    private final Shared shared;
    private final BrokerMeasures measures;

    // while open
    private volatile List<Loop> loops = List.of();
    private @Nullable MultiThreadIoEventLoopGroup group;
    private @Nullable ThreadPoolExecutor slowAuthentication;
    private @Nullable Channel listener;

    /**
     * @param log open, and the broker's alone; it stays open when the broker is closed
     */
    public Broker(
            BrokerSettings settings,
            Shard log,
            Access access,
            Events events,
            Tracing tracing,
            InstantSource clock) {
        this(settings, log, access, events, tracing, clock, new SecureRandom());
    }

    Broker(
            BrokerSettings settings,
            Shard log,
            Access access,
            Events events,
            Tracing tracing,
            InstantSource clock,
            RandomGenerator random) {
        this.settings = settings;
        this.random = random;
        this.shared = Shared.of(settings, access, log, events, tracing, clock, random);
        this.measures =
                new BrokerMeasures(
                        shared.counters(),
                        shared.latencies(),
                        shared.openConnections(),
                        shared.delayedCount(),
                        shared.retained());
    }

    /**
     * Makes the state that the log tells, then listens.
     *
     * @throws BindException if the address cannot be bound, as when it is in use
     * @throws IOException if the log cannot be read
     */
    public void open() throws IOException {
        boolean epoll = Epoll.isAvailable();
        MultiThreadIoEventLoopGroup threads =
                new MultiThreadIoEventLoopGroup(
                        shared.counters().size(),
                        new DefaultThreadFactory("mqtt"),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ThreadPoolExecutor authenticating =
                new ThreadPoolExecutor(
                        AUTHENTICATION_THREADS,
                        AUTHENTICATION_THREADS,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(WAITING_FOR_AUTHENTICATION),
                        new DefaultThreadFactory("mqtt-authentication", true));
        authenticating.allowCoreThreadTimeOut(true);
        group = threads;
        slowAuthentication = authenticating;

        List<Loop> all = new ArrayList<>();
        Map<EventExecutor, Loop> byExecutor = new HashMap<>();
        for (EventExecutor executor : threads) {
            Loop loop = new Loop(all.size(), (EventLoop) executor, shared);
            all.add(loop);
            byExecutor.put(executor, loop);
        }
        all.forEach(loop -> loop.open(all));
        loops = List.copyOf(all);
        shared.eventTopics().open(new SysTopics(shared, measures, loops));
        shared.eventTopics().open(loops);
        shared.bans().open(loops);
        try {
            shared.log().open(loops, shared.retained());
            loops.forEach(loop -> loop.executor().submit(loop::start).syncUninterruptibly());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        Admission admission = new Admission(shared, authenticating, loops, random);

        ChannelFuture bound =
                bootstrap(threads, epoll, Map.copyOf(byExecutor), admission)
                        .bind(settings.listener().address())
                        .awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            close();
            BindException failed =
                    new BindException(
                            "cannot listen on "
                                    + settings.listener().address()
                                    + ": "
                                    + cause.getMessage());
            failed.initCause(cause);
            throw failed;
        }
        listener = bound.channel();
        shared.events().emit(new ConnectionEvent.ListenerStarted("tcp", addressText()));
        warnOfAnonymous();
    }

    private ServerBootstrap bootstrap(
            MultiThreadIoEventLoopGroup threads,
            boolean epoll,
            Map<EventExecutor, Loop> byExecutor,
            Admission admission) {
        long outbound = settings.queues().maxOutboundBytes();
        int high = (int) Math.min(outbound, Integer.MAX_VALUE);
        return new ServerBootstrap()
                .group(threads)
                .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2048, MOST_READ_AT_ONCE))
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(high / 2, high))
                .childHandler(
                        new ChannelInitializer<>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                Loop loop = byExecutor.get(channel.eventLoop());
                                if (loop != null && mayStay(channel, loop.counters())) {
                                    ClientOrigin origin =
                                            new ClientOrigin(
                                                    "tcp", "tcp", channel.remoteAddress(), null);
                                    channel.pipeline()
                                            .addLast(
                                                    new Connection(
                                                            channel, origin, loop, admission));
                                }
                            }
                        });
    }

    private boolean mayStay(Channel channel, Counters counters) {
        boolean may =
                hasRoomFor(channel, counters) && shared.arrivalLimits().admits(channel, counters);
        if (!may) {
            channel.close();
        }
        return may;
    }

    private boolean hasRoomFor(Channel channel, Counters counters) {
        int limit = settings.listener().maxConnections();
        int open = shared.openConnections().incrementAndGet();
        channel.closeFuture().addListener(closed -> shared.openConnections().decrementAndGet());
        if (open <= limit) {
            return true;
        }
        counters.add(Counters.limit(Limit.CONNECTIONS), 1);
        shared.events()
                .emit(
                        new ConnectionEvent.LimitReached(
                                Addresses.text(channel.remoteAddress()), limit));
        return false;
    }

    /** Somebody on this machine may always be trusted to be; from elsewhere, it is told. */
    private void warnOfAnonymous() {
        ClientOrigin elsewhere =
                new ClientOrigin("tcp", "tcp", new InetSocketAddress("192.0.2.1", 1), null);
        if (shared.access().authenticator().authenticate(new Credentials(elsewhere, "", null, null))
                instanceof Authenticator.Granted) {
            shared.events().emit(new AuthenticationEvent.AnonymousAllowed(addressText()));
        }
    }

    /** Where it listens; with port 0 asked for, the port it got. Only while open. */
    public InetSocketAddress localAddress() {
        Channel channel = listener;
        if (channel == null) {
            throw new IllegalStateException("the broker is not open");
        }
        return (InetSocketAddress) channel.localAddress();
    }

    /**
     * Who may connect, or what they may do, is different from now on: clients that are not let in
     * any more are disconnected, subscriptions that are denied end. Any thread.
     */
    public void accessChanged() {
        shared.access().changed();
        for (Loop loop : loops) {
            if (!loop.executor().isShuttingDown()) {
                loop.executor().execute(loop::judgeAgain);
            }
        }
    }

    private String addressText() {
        return Addresses.text(localAddress());
    }

    public BrokerMeasures measures() {
        return measures;
    }

    /** The slowest first, as of the last second. */
    public List<SlowSubscription> slowSubscriptions() {
        return loops.stream()
                .flatMap(loop -> loop.rules().slow().list().stream())
                .sorted(Comparator.comparingLong(SlowSubscription::latencyMillis).reversed())
                .limit(settings.slow().top())
                .toList();
    }

    public Bans bans() {
        return shared.bans();
    }

    /** Where the node's events are published. */
    public EventTopics eventTopics() {
        return shared.eventTopics();
    }

    /** For tests. */
    List<Loop> loops() {
        return loops;
    }

    /** Does on every loop what is done each second, now, and waits for it. For tests. */
    void sweep() {
        for (Loop loop : loops) {
            loop.executor().submit(loop::sweep).syncUninterruptibly();
        }
    }

    /**
     * Stops listening, tells MQTT 5 clients that it shuts down, and ends their connections. Wills
     * without a delay are published, those with one when the broker runs again [MQTT-3.1.2-8].
     */
    @Override
    public void close() {
        Channel listening = listener;
        if (listening != null) {
            String address = addressText();
            listening.close().awaitUninterruptibly();
            listener = null;
            shared.events().emit(new ConnectionEvent.ListenerStopped("tcp", address));
        }
        shared.eventTopics().open(List.of());
        shared.bans().open(List.of());
        onEachLoop(Broker::endAll);
        // when the wills of those have begun
        onEachLoop(loop -> loop.log().finish());
        if (!loops.isEmpty()) {
            shared.log().close(loops);
        }
        loops = List.of();
        MultiThreadIoEventLoopGroup threads = group;
        if (threads != null) {
            threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
            group = null;
        }
        if (slowAuthentication != null) {
            slowAuthentication.shutdownNow();
            slowAuthentication = null;
        }
    }

    private void onEachLoop(Consumer<Loop> task) {
        for (Loop loop : loops) {
            loop.executor()
                    .submit(() -> task.accept(loop))
                    .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void endAll(Loop loop) {
        for (Connection connection : List.copyOf(loop.connections())) {
            connection.end(Ending.SERVER_SHUTDOWN, ReasonCode.SERVER_SHUTTING_DOWN);
        }
    }
}
