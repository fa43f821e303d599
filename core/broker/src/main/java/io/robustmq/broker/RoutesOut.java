package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PeerEncoder;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.UserProperty;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells another home what this one wants, on one connection: first what has changed since the
 * version that it has, or all, then each change, gathered for {@link #GATHER_MILLIS}. The last
 * packet of what makes up a version says which. Belongs to the loop of the connection, but for
 * {@link #changed}.
 *
 * <p>Bound: {@link #UNDER_WAY} batches without an answer, each of {@link #FILTERS}.
 */
final class RoutesOut {
    /** In SUBSCRIBE and UNSUBSCRIBE: with it the other home has all up to that version. */
    static final String VERSION = "version";

    /** In a group's SUBSCRIBE: how many of its members are there. */
    static final String PRESENT = "present";

    private static final long GATHER_MILLIS = 20;
    private static final int FILTERS = 4096;
    private static final int UNDER_WAY = 8;
    private static final int PACKET_BYTES = 256 * 1024;
    private static final int PROPERTY_BYTES = 64;

    private final Connection connection;
    private final Wants wants;
    private final Runnable onChange = this::changed;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Negative until it is known what the other one has. */
    private long sent = -1;

    private @Nullable Iterator<Wants.Wanted> all;
    private long allTo;
    private int packetId;
    private int underWay;
    private boolean closed;

    /** In the packet being sent; null for none. */
    private @Nullable UserProperty told;

    RoutesOut(Connection connection, Wants wants) {
        this.connection = connection;
        this.wants = wants;
    }

    /**
     * @param since the version that the other home has; negative if it has none of these
     */
    void start(long since) {
        if (since >= 0 && wants.knows(since)) {
            sent = since;
        } else {
            tellAll();
        }
        wants.onChange(onChange);
        flush();
    }

    void tellAll() {
        Wants.Batch batch = wants.all();
        all = batch.filters().iterator();
        allTo = batch.to();
        PeerTalk.say(connection, PeerTalk.Kind.ALL_BEGIN);
        sent = Math.max(sent, 0);
    }

    /** Any thread. */
    private void changed() {
        if (scheduled.compareAndSet(false, true)) {
            var unused =
                    connection
                            .loop()
                            .executor()
                            .schedule(this::flush, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void flush() {
        scheduled.set(false);
        while (!closed && sent >= 0 && underWay < UNDER_WAY && !isToldAll()) {
            Iterator<Wants.Wanted> rest = all;
            if (rest == null) {
                Wants.Batch batch = wants.since(sent, FILTERS);
                if (batch == null) {
                    tellAll(); // it was too slow for all the changes
                    continue;
                }
                sent = batch.to();
                send(batch.filters(), sent);
            } else {
                List<Wants.Wanted> filters = new ArrayList<>(FILTERS);
                while (rest.hasNext() && filters.size() < FILTERS) {
                    filters.add(rest.next());
                }
                send(filters, -1);
                if (!rest.hasNext()) {
                    all = null;
                    sent = allTo;
                    PeerTalk.say(connection, PeerTalk.Kind.ALL_END, allTo);
                }
            }
        }
    }

    private boolean isToldAll() {
        return all == null && sent == wants.version();
    }

    /** The other home has answered to all that there is. */
    boolean isSettled() {
        return sent >= 0 && isToldAll() && underWay == 0;
    }

    /** SUBACK or UNSUBACK. */
    void taken() {
        underWay--;
        flush();
    }

    /** All retained messages of the other home are here, and in the log. */
    void hasRetained() {
        subscribe(
                List.of(new Subscribe.Filter(Cluster.HAS_RETAINED, 0, false, true, 2)),
                Cluster.ORDINARY,
                List.of());
    }

    void close() {
        closed = true;
        wants.forget(onChange);
    }

    /**
     * @param version that they make up; negative if they make up none
     */
    private void send(List<Wants.Wanted> filters, long version) {
        List<Wants.Wanted> groups = new ArrayList<>(0);
        List<Subscribe.Filter> wanted = new ArrayList<>();
        List<String> unwanted = new ArrayList<>();
        for (Wants.Wanted each : filters) {
            if (each.qos() < 0) {
                unwanted.add(each.filter());
            } else if (each.isGroup()) {
                groups.add(each);
            } else {
                wanted.add(filter(each));
            }
        }
        List<Runnable> packets = new ArrayList<>();
        for (Wants.Wanted each : groups) {
            UserProperty present = new UserProperty(PRESENT, Integer.toString(each.present()));
            packets.add(() -> subscribe(List.of(filter(each)), each.identifier(), with(present)));
        }
        for (List<Subscribe.Filter> part : parts(wanted, Subscribe.Filter::filter)) {
            packets.add(() -> subscribe(part, Cluster.ORDINARY, with(null)));
        }
        for (List<String> part : parts(unwanted, each -> each)) {
            packets.add(() -> unsubscribe(part, with(null)));
        }
        told = null;
        for (int i = 0; i < packets.size(); i++) {
            if (i == packets.size() - 1 && version >= 0) {
                told = new UserProperty(VERSION, Long.toString(version));
            }
            packets.get(i).run();
        }
    }

    private List<UserProperty> with(@Nullable UserProperty other) {
        List<UserProperty> all = new ArrayList<>(2);
        if (told != null) {
            all.add(told);
        }
        if (other != null) {
            all.add(other);
        }
        return all;
    }

    private static Subscribe.Filter filter(Wants.Wanted wanted) {
        return new Subscribe.Filter(wanted.filter(), wanted.qos(), false, true, 2);
    }

    private static <T> List<List<T>> parts(List<T> all, Function<T, String> filter) {
        List<List<T>> parts = new ArrayList<>();
        int from = 0;
        int bytes = 0;
        for (int i = 0; i < all.size(); i++) {
            int more = PeerEncoder.mostBytesOf(filter.apply(all.get(i)));
            if (bytes + more > PACKET_BYTES && i > from) {
                parts.add(all.subList(from, i));
                from = i;
                bytes = 0;
            }
            bytes += more;
        }
        if (from < all.size()) {
            parts.add(all.subList(from, all.size()));
        }
        return parts;
    }

    private void subscribe(
            List<Subscribe.Filter> filters, int identifier, List<UserProperty> properties) {
        int bytes = PROPERTY_BYTES;
        for (Subscribe.Filter each : filters) {
            bytes += PeerEncoder.mostBytesOf(each.filter());
        }
        ByteBuf out = connection.outbound().packet(PacketType.SUBSCRIBE, bytes);
        PeerEncoder.subscribe(out, nextPacketId(), identifier, properties, filters);
    }

    private void unsubscribe(List<String> filters, List<UserProperty> properties) {
        int bytes = PROPERTY_BYTES;
        for (String each : filters) {
            bytes += PeerEncoder.mostBytesOf(each);
        }
        ByteBuf out = connection.outbound().packet(PacketType.UNSUBSCRIBE, bytes);
        PeerEncoder.unsubscribe(out, nextPacketId(), properties, filters);
    }

    private int nextPacketId() {
        underWay++;
        packetId = packetId == 0xFFFF ? 1 : packetId + 1;
        return packetId;
    }
}
