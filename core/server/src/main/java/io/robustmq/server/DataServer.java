package io.robustmq.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.robustmq.replication.Message;
import io.robustmq.replication.MessageCodec;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Listens for the data protocol ({@link DataWire}). Opened and closed by one thread. */
final class DataServer implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final long CLOSE_SECONDS = 5;
    private static final int MAX_MESSAGE_FRAME_BYTES = MessageCodec.MAX_MESSAGE_BYTES + 1024;

    /** Refused connections that are kept a little, so that their clients see why. */
    private static final int MAX_LINGERING = 128;

    /**
     * @param listen resolved
     * @param eventLoops 0 for half the processors
     * @param maxFrameBytes what a request's length counts at most
     * @param maxInFlight requests of one connection without answer
     * @param helloWithin time from opening a connection to its hello
     */
    record Settings(
            InetSocketAddress listen,
            int eventLoops,
            int maxConnections,
            int maxFrameBytes,
            int maxInFlight,
            Duration helloWithin) {}

    /** Who takes messages of replication. Any thread. */
    interface Peers {
        /**
         * @param sender where its answers go until it sends by another connection
         * @param done to be run when it was dealt with, or dropped
         */
        void received(String from, DataAnswers sender, Message message, int bytes, Runnable done);

        /** The connection has ended. */
        void gone(DataAnswers sender);
    }

    private final Settings settings;
    private final @Nullable SslContext tls;
    private final ServedShards shards;
    private final Events events;
    private final DataCounters counters = new DataCounters();
    private final AtomicLong connectionIds = new AtomicLong();
    private final Set<DataConnection> connections = ConcurrentHashMap.newKeySet();

    // while open
    private @Nullable MultiThreadIoEventLoopGroup group;
    private @Nullable Channel listener;

    /**
     * A virtual thread for each thing that must wait for the disk: bounded by the requests in
     * flight.
     */
    private final ExecutorService waiting =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("data-", 0).factory());

    /** Messages of replication come once this is set. */
    private volatile @Nullable Peers peers;

    DataServer(Settings settings, ServedShards shards, Events events) {
        this(settings, null, shards, events);
    }

    /**
     * @param tls null for connections without
     */
    DataServer(Settings settings, @Nullable SslContext tls, ServedShards shards, Events events) {
        this.settings = settings;
        this.tls = tls;
        this.shards = shards;
        this.events = events;
    }

    void open() throws IOException {
        boolean epoll = Epoll.isAvailable();
        int threads =
                settings.eventLoops() > 0
                        ? settings.eventLoops()
                        : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(
                        threads,
                        new DefaultThreadFactory("journal-tcp"),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        group = loops;
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops)
                        .channel(
                                epoll
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        serve(channel);
                                    }
                                })
                        .bind(settings.listen())
                        .awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            close();
            BindException failed = new BindException(String.valueOf(cause.getMessage()));
            failed.initCause(cause);
            throw failed;
        }
        listener = bound.channel();
        events.emit(new JournalEvent.ListenerStarted("tcp", Listener.text(localAddress())));
    }

    private void serve(Channel channel) {
        int open = counters.connections.incrementAndGet();
        DataConnection connection =
                new DataConnection(this, channel, connectionIds.incrementAndGet());
        connections.add(connection);
        channel.closeFuture()
                .addListener(closed -> {
                    counters.connections.decrementAndGet();
                    connections.remove(connection);
                });
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        channel.pipeline().addLast(connection);
        if (open > settings.maxConnections()) {
            connection.refuse(
                    Code.TOO_MANY_CONNECTIONS,
                    "tcp.max-connections is "
                            + settings.maxConnections()
                            + ", with this one there are "
                            + open);
        }
    }

    boolean mayLinger() {
        return counters.connections.get() <= settings.maxConnections() + MAX_LINGERING;
    }

    Settings settings() {
        return settings;
    }

    boolean isEncrypted() {
        return tls != null;
    }

    /** What a request's length counts at most. */
    int maxBytes(Operation operation) {
        return operation == Operation.MESSAGE && peers != null
                ? Math.max(settings.maxFrameBytes(), MAX_MESSAGE_FRAME_BYTES)
                : settings.maxFrameBytes();
    }

    @Nullable Peers peers() {
        return peers;
    }

    void peers(Peers takes) {
        peers = takes;
    }

    ServedShards shards() {
        return shards;
    }

    Events events() {
        return events;
    }

    DataCounters counters() {
        return counters;
    }

    /** For what waits for the disk. */
    Executor waiting() {
        return waiting;
    }

    /** With the port in force; only while open. */
    InetSocketAddress localAddress() {
        Channel channel = listener;
        if (channel == null) {
            throw new IllegalStateException("not open");
        }
        return (InetSocketAddress) channel.localAddress();
    }

    static String addressOf(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet && !inet.isUnresolved()
                ? Listener.text(inet)
                : "";
    }

    /** Answers what was asked, for at most five seconds, and ends the connections. */
    @Override
    public void close() {
        Channel listening = listener;
        if (listening != null) {
            String address = Listener.text(localAddress());
            listening.close().awaitUninterruptibly();
            listener = null;
            events.emit(new JournalEvent.ListenerStopped("tcp", address));
        }
        MultiThreadIoEventLoopGroup loops = group;
        if (loops != null) {
            connections.forEach(connection -> connection.execute(connection::stop));
            awaitNoConnections();
            loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
            group = null;
        }
        waiting.shutdown();
    }

    private void awaitNoConnections() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
        try {
            for (DataConnection connection : connections) {
                connection.awaitClosed(deadline - System.nanoTime());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
