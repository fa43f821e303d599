package io.robustmq.broker;

import io.netty.util.concurrent.Future;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.ConnectionEvent.Rate;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How fast one client may send: two buckets, of packets and of bytes, that hold one second's worth.
 * Packets over it are not decoded, and nothing more is read, until there is room again. Bytes are
 * counted when they were read, so that one read, and no more, may be owed. A packet within the
 * limit costs a comparison, see {@link #packetsInAll}.
 *
 * <p>Only for connections whose rate is limited. Belongs to the connection's loop.
 */
final class ReadRate {
    /** Shorter waits would cost more than they are worth; the buckets fill meanwhile. */
    private static final long LEAST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Connection connection;
    private final Protection.Rate limits;
    private double packets;
    private double bytes;
    private long countedPackets;
    private long filledNanos;
    private long packetsInAll;
    private @Nullable Future<?> wait;
    private int toldSecond = -1;

    ReadRate(Connection connection, Protection.Rate limits, long nowNanos) {
        this.connection = connection;
        this.limits = limits;
        this.packets = limits.packetsPerSecond();
        this.bytes = limits.bytesPerSecond();
        this.filledNanos = nowNanos;
        this.packetsInAll = limits.packetsPerSecond() == 0 ? Long.MAX_VALUE : (long) packets;
    }

    /** A packet may be decoded while fewer were. */
    long packetsInAll() {
        return packetsInAll;
    }

    /**
     * @param size bytes that were read now
     * @param decoded packets in all, before those
     */
    void read(int size, long nowNanos, long decoded) {
        fill(nowNanos, decoded);
        if (limits.bytesPerSecond() > 0) {
            bytes -= size;
        }
    }

    private void fill(long nowNanos, long decoded) {
        double seconds = (nowNanos - filledNanos) / SECOND;
        filledNanos = nowNanos;
        bytes = Math.min(limits.bytesPerSecond(), bytes + seconds * limits.bytesPerSecond());
        int rate = limits.packetsPerSecond();
        if (rate > 0) {
            packets = Math.min(rate, packets - (decoded - countedPackets) + seconds * rate);
            packetsInAll = decoded + (long) packets;
        }
        countedPackets = decoded;
    }

    boolean isWaiting() {
        return wait != null;
    }

    /**
     * Whether nothing more may be read now; if so, it is reported and ends by itself, or the
     * connection does.
     *
     * @param decoded packets in all
     * @param more whether something was read that is not decoded
     */
    boolean holdsBack(long decoded, boolean more) {
        if (wait != null) {
            return true;
        }
        boolean tooManyBytes = bytes < 0;
        if (!tooManyBytes && !(more && decoded >= packetsInAll)) {
            return false;
        }
        Rate over = tooManyBytes ? Rate.BYTES : Rate.PACKETS;
        Limit counted = tooManyBytes ? Limit.BYTES_PER_SECOND : Limit.PACKETS_PER_SECOND;
        connection.loop().counters().add(Counters.limit(counted), 1);
        long limit = tooManyBytes ? limits.bytesPerSecond() : limits.packetsPerSecond();
        if (limits.whenOver() == Protection.WhenOver.DISCONNECT) {
            tell(over, limit, 0);
            connection.end(
                    Ending.RATE_EXCEEDED,
                    ReasonCode.MESSAGE_RATE_TOO_HIGH,
                    "more than "
                            + limit
                            + " "
                            + over.name().toLowerCase(Locale.ROOT)
                            + " per second");
            return true;
        }
        double owed = tooManyBytes ? -bytes : 1 - (packets - (long) packets);
        long nanos = Math.max(LEAST_WAIT_NANOS, (long) (owed * SECOND / limit));
        wait =
                connection
                        .loop()
                        .executor()
                        .schedule(
                                () -> connection.guarded(this::waited),
                                nanos,
                                TimeUnit.NANOSECONDS);
        tell(over, limit, TimeUnit.NANOSECONDS.toMillis(nanos));
        return true;
    }

    private void waited() {
        wait = null;
        fill(System.nanoTime(), connection.packetsReceived());
        connection.goOn();
    }

    private void tell(Rate over, long limit, long heldMillis) {
        int second = connection.loop().second();
        if (toldSecond != second) {
            toldSecond = second;
            connection.emit(
                    new ConnectionEvent.RateLimited(connection.peer(), over, limit, heldMillis));
        }
    }

    void stop() {
        if (wait != null) {
            wait.cancel(false);
            wait = null;
        }
    }
}
