package io.robustmq.broker;

import io.netty.channel.Channel;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import io.robustmq.telemetry.event.Events;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may open a connection: so many per second, so many from one address, and none from one that
 * is banned. Any thread.
 *
 * <p>CONNECTs over the rate wait, and are answered with 0x9F when that would take too long.
 * Connections opened at more than twice the rate are closed unread, since reading them is what an
 * attack wants.
 *
 * <p>Bound: an entry for each address that has a connection open.
 */
final class ArrivalLimits {
    /** An IPv6 host has a network of its own, commonly of 64 bits. */
    private static final int NETWORK_BITS = 64;

    private final Protection.Arrivals limits;
    private final Bans bans;
    private final Events events;
    private final @Nullable Bucket opened;
    private final @Nullable Bucket connects;
    private final ConcurrentHashMap<InetAddress, Integer> open = new ConcurrentHashMap<>();

    ArrivalLimits(Protection.Arrivals limits, Bans bans, Events events, long nowNanos) {
        this.limits = limits;
        this.bans = bans;
        this.events = events;
        int rate = limits.connectsPerSecond();
        this.opened = rate == 0 ? null : new Bucket(2 * rate, nowNanos);
        this.connects = rate == 0 ? null : new Bucket(rate, nowNanos);
    }

    /** A connection was opened. False if there are too many of late, which is reported. */
    boolean admits(SocketAddress remote, Counters counters) {
        if (opened != null && !opened.take(System.nanoTime())) {
            counters.add(Counters.limit(Limit.CONNECTS_PER_SECOND), 1);
            events.emit(
                    new ConnectionEvent.ConnectRateExceeded(
                            Addresses.text(remote), limits.connectsPerSecond()));
            return false;
        }
        return true;
    }

    /**
     * It is known where the client is, behind a proxy later. False if from there it may not stay,
     * which is reported.
     */
    boolean admitsFrom(SocketAddress remote, Channel channel, Counters counters) {
        Bans.Ban ban = bans.of(BanKind.ADDRESS, Bans.target(remote));
        if (ban != null) {
            counters.add(Counters.limit(Limit.BANNED), 1);
            events.emit(
                    new ConnectionEvent.BannedAddressClosed(
                            Addresses.text(remote), ban.until().toString()));
            return false;
        }
        return hasRoomFor(channel, remote, counters);
    }

    private boolean hasRoomFor(Channel channel, @Nullable SocketAddress remote, Counters counters) {
        if (limits.perAddress() == 0 || !(remote instanceof InetSocketAddress inet)) {
            return true;
        }
        InetAddress address = network(inet.getAddress());
        int now = open.merge(address, 1, Integer::sum);
        channel.closeFuture()
                .addListener(closed ->
                        open.computeIfPresent(
                                address, (key, count) -> count == 1 ? null : count - 1));
        if (now <= limits.perAddress()) {
            return true;
        }
        counters.add(Counters.limit(Limit.CONNECTIONS_PER_ADDRESS), 1);
        events.emit(
                new ConnectionEvent.AddressLimitReached(
                        Addresses.text(remote), limits.perAddress()));
        return false;
    }

    /**
     * A CONNECT came. How long it has to wait, so that those who come all at once are let in one
     * after the other; -1 if it is refused.
     */
    long waitNanos() {
        return connects == null
                ? 0
                : connects.reserve(System.nanoTime(), limits.connectWait().toNanos());
    }

    String refusal() {
        return "more than " + limits.connectsPerSecond() + " connects per second, try later";
    }

    /** Who is counted as one. */
    static InetAddress network(InetAddress address) {
        return address instanceof Inet6Address
                ? AddressRange.masked(address, NETWORK_BITS)
                : address;
    }
}
