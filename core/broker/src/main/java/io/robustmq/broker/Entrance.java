package io.robustmq.broker;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.robustmq.telemetry.event.ConnectionEvent;
import java.net.SocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens to each connection that comes in by one listener. Any loop. */
@Sharable
final class Entrance extends ChannelInitializer<Channel> {
    private final ListenerSettings settings;
    private final Shared shared;
    private final Map<EventExecutor, Loop> loops;
    private final Admission admission;
    private final @Nullable TlsContexts tls;
    private volatile boolean closed;

    /**
     * @param tls null where the listener has none
     */
    Entrance(
            ListenerSettings settings,
            Shared shared,
            Map<EventExecutor, Loop> loops,
            Admission admission,
            @Nullable TlsContexts tls) {
        this.settings = settings;
        this.shared = shared;
        this.loops = loops;
        this.admission = admission;
        this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
        SocketAddress from = channel.remoteAddress();
        if (!hasRoomFor(channel, from) || settings.proxy() == null && !mayComeFrom(from, channel)) {
            return;
        }
        if (settings.isPlain()) {
            channel.pipeline()
                    .addLast(
                            connection(
                                    channel,
                                    channel.eventLoop(),
                                    new ClientOrigin(
                                            settings.name(), settings.transport(), from, null)));
        } else {
            new Arriving(this, channel).begin();
        }
    }

    /**
     * @param on where the channel is, or will be at once
     */
    Connection connection(Channel channel, EventLoop on, ClientOrigin origin) {
        return new Connection(channel, loop(on), admission, origin);
    }

    private Loop loop(EventExecutor executor) {
        Loop loop = loops.get(executor);
        if (loop == null) {
            throw new IllegalStateException("a channel on no loop of ours: " + executor);
        }
        return loop;
    }

    /** Closes it if from there nobody may come, or too many have. */
    boolean mayComeFrom(SocketAddress client, Channel channel) {
        Counters counters = loop(channel.eventLoop()).counters();
        if (shared.arrivalLimits().admitsFrom(client, channel, counters)) {
            return true;
        }
        channel.close();
        return false;
    }

    /** Counts it until it is closed; closes it if there are too many. */
    boolean hasRoomFor(Channel channel, SocketAddress from) {
        if (closed) {
            channel.close();
            return false;
        }
        int limit = shared.settings().connections().maxConnections();
        int open = shared.openConnections().incrementAndGet();
        channel.closeFuture().addListener(closed -> shared.openConnections().decrementAndGet());
        Counters counters = loop(channel.eventLoop()).counters();
        if (open > limit) {
            counters.add(Counters.limit(Limit.CONNECTIONS), 1);
            shared.events().emit(new ConnectionEvent.LimitReached(Addresses.text(from), limit));
        } else if (shared.arrivalLimits().admits(from, counters)) {
            return true;
        }
        channel.close();
        return false;
    }

    /** Nobody gets in any more. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    ListenerSettings settings() {
        return settings;
    }

    Shared shared() {
        return shared;
    }

    /** Only where the listener has TLS. */
    TlsContexts tls() {
        if (tls == null) {
            throw new IllegalStateException("listener " + settings.name() + " has no TLS");
        }
        return tls;
    }
}
