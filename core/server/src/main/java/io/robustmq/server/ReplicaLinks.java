package io.robustmq.server;

import io.netty.channel.Channel;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.robustmq.replication.Message;
import io.robustmq.replication.MessageCodec;
import io.robustmq.replication.Nodes;
import io.robustmq.replication.Transport;
import io.robustmq.telemetry.event.Events;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages to journal servers by a {@link ReplicaLink} each, and their answers back. Any
 * thread.
 */
final class ReplicaLinks implements Transport, AutoCloseable {
    /** Of ids that no server has (any more) a link is kept, too, as they may come back. */
    private static final int MAX_LINKS = 1024;

    private static final long CLOSE_SECONDS = 5;
    private static final long LOOK_MILLIS = 10;

    /** What comes in, on an event loop. */
    interface Receiver {
        void received(String from, Message message);
    }

    private final String self;
    private final JournalNodes nodes;
    private final @Nullable SslContext tls;
    private final Receiver receiver;
    private final Events events;
    private final boolean epoll = Epoll.isAvailable();
    private final Map<String, ReplicaLink> links = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder();

    // while open
    private volatile @Nullable MultiThreadIoEventLoopGroup group;

    /**
     * @param self what the journal servers know this process by, and no other
     * @param tls null for connections without
     */
    ReplicaLinks(
            String self,
            JournalNodes nodes,
            @Nullable SslContext tls,
            Receiver receiver,
            Events events) {
        this.self = self;
        this.nodes = nodes;
        this.tls = tls;
        this.receiver = receiver;
        this.events = events;
    }

    /** Connects to those that are there, too, so that the first message finds a connection. */
    void open() {
        group =
                new MultiThreadIoEventLoopGroup(
                        Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                        new DefaultThreadFactory("replica-link", true),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        nodes.onChange(this::look);
        look();
    }

    private void look() {
        for (Nodes.Candidate each : nodes.journals()) {
            ReplicaLink link = link(each.node());
            if (link != null) {
                link.look();
            }
        }
    }

    private @Nullable ReplicaLink link(String node) {
        MultiThreadIoEventLoopGroup loops = group;
        ReplicaLink there = links.get(node);
        if (there != null || loops == null || node.equals(self) || links.size() >= MAX_LINKS) {
            return there;
        }
        return links.computeIfAbsent(
                node,
                unknown -> {
                    ReplicaLink made = new ReplicaLink(this, node, loops.next());
                    made.open();
                    return made;
                });
    }

    @Override
    public void send(String node, Message message) {
        ReplicaLink link = link(node);
        if (link == null) {
            dropped();
        } else {
            link.send(MessageCodec.encoded(message));
        }
    }

    /** Whether a message would get there, as far as is known. */
    boolean isUp(String node) {
        ReplicaLink link = links.get(node);
        return link != null && link.isUp();
    }

    /**
     * Waits until there are connections to all journal servers that are registered.
     *
     * @param patience after which it goes without some
     */
    void await(Duration patience) throws InterruptedException {
        long begun = System.nanoTime();
        while (!nodes.journals().stream().allMatch(each -> isUp(each.node()))
                && System.nanoTime() - begun < patience.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    /** Messages that were not sent. */
    long droppedMessages() {
        return dropped.sum();
    }

    // For the links

    String self() {
        return self;
    }

    @Nullable String address(String node) {
        return nodes.address(node);
    }

    @Nullable SslContext tls() {
        return tls;
    }

    Events events() {
        return events;
    }

    Class<? extends Channel> channelType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    void received(String from, Message message) {
        receiver.received(from, message);
    }

    void dropped() {
        dropped.increment();
    }

    @Override
    public void close() {
        MultiThreadIoEventLoopGroup loops = group;
        if (loops != null) {
            group = null;
            links.values().forEach(ReplicaLink::close);
            loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
