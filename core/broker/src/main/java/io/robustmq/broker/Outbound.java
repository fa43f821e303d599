package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.robustmq.protocol.PacketType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop iteration sends to one client: packets are appended to a pooled buffer, and
 * the loop flushes every client once, after the iteration's reads ({@link Loop#flush}).
 *
 * <p>Bound: {@code maxOutboundBytes} that the socket has not taken, after which {@link #isBlocked};
 * callers then drop QoS 0 and hold QoS 1 and 2 back. Answers to the client's own packets are always
 * taken; a client that does not read them is not read either, see {@link Connection}.
 */
final class Outbound {
    private static final int FIRST_CHUNK = 256;
    private static final int CHUNK = 64 * 1024;

    /** So much in one iteration does not wait for its end: the socket may take it already. */
    private static final int FLUSH_EARLY = 4 * CHUNK;

    private final Connection connection;
    private final Channel channel;

    private @Nullable ByteBuf out;
    private boolean dirty;
    private boolean blocked;
    private boolean closed;
    private int sinceFlush;
    private int firstChunk = FIRST_CHUNK;
    private long packets;
    private long bytes;
    private List<Written> marks = List.of();

    // the first QoS 0 delivery of this iteration, which waited longest
    private @Nullable String firstTopic;
    private byte[] firstProperties = {};
    private boolean isFirstTraced;
    private long firstNanos;

    Outbound(Connection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /** Room for one packet of at most {@code size} bytes, which the caller appends. */
    ByteBuf packet(PacketType type, int size) {
        packets++;
        connection.traffic().sent(type);
        ByteBuf buf = out;
        if (buf != null) {
            if (buf.maxFastWritableBytes() >= size) {
                return buf;
            }
            out = null;
            push(buf);
            if (sinceFlush >= FLUSH_EARLY) {
                sinceFlush = 0;
                channel.flush();
            }
        }
        if (!dirty) {
            dirty = true;
            connection.loop().isDirty(this);
        }
        int chunk = sinceFlush == 0 ? firstChunk : CHUNK;
        buf = channel.alloc().directBuffer(Math.max(chunk, size));
        out = buf;
        return buf;
    }

    /** Goes out behind what was appended; takes over the reference. */
    void share(ByteBuf payload) {
        ByteBuf header = out;
        if (header != null) {
            out = null;
            push(header);
        }
        push(payload);
    }

    /** Something to be told when what was appended so far is written. */
    void mark(Written written) {
        if (marks.isEmpty()) {
            marks = new ArrayList<>(4);
        }
        marks.add(written);
    }

    /** A QoS 0 delivery was appended. */
    void appended(String topic, byte[] properties, long receivedNanos, boolean traced) {
        if (firstTopic == null) {
            firstTopic = topic;
            firstProperties = properties;
            isFirstTraced = traced;
            firstNanos = receivedNanos;
        }
    }

    /** Only {@link Loop#flush} and the end of the connection call this. */
    void flush() {
        dirty = false;
        ByteBuf buf = out;
        if (buf != null) {
            out = null;
            push(buf);
        }
        firstChunk = chunkFor(sinceFlush);
        sinceFlush = 0;
        channel.flush();
    }

    /** After {@link #flush}: tells those who wanted to know. */
    void reportWritten(long nowNanos) {
        String topic = firstTopic;
        if (topic != null) {
            firstTopic = null;
            Session to = connection.session();
            if (to != null) {
                took(to, topic, nowNanos);
            }
        }
        if (!marks.isEmpty()) {
            List<Written> all = marks;
            marks = List.of();
            for (Written each : all) {
                each.report(connection, nowNanos);
            }
        }
    }

    private void took(Session to, String topic, long nowNanos) {
        long nanos = nowNanos - firstNanos;
        to.home().rules().slow().took(nanos, to, topic, 0);
        Hindsight hindsight = to.home().hindsight();
        if (hindsight.isSlow(nanos) && !isFirstTraced && !TopicLevels.isBrokersOwn(topic)) {
            hindsight.written(topic, firstProperties, to, firstNanos, nowNanos);
        }
    }

    private void push(ByteBuf buf) {
        if (closed) {
            buf.release();
            return;
        }
        int size = buf.readableBytes();
        bytes += size;
        sinceFlush += size;
        connection.loop().counters().add(Counters.NETWORK_SENT_BYTES, size);
        channel.write(buf, channel.voidPromise());
    }

    /** As large as the last flush was: neither grown nor mostly empty. */
    private static int chunkFor(int size) {
        if (size <= FIRST_CHUNK) {
            return FIRST_CHUNK;
        }
        return size >= CHUNK ? CHUNK : Integer.highestOneBit(size - 1) << 1;
    }

    boolean isBlocked() {
        return blocked;
    }

    void blocked(boolean now) {
        blocked = now;
    }

    /** Hands over what was appended; what comes after is thrown away. */
    void close() {
        ByteBuf buf = out;
        if (buf != null) {
            out = null;
            push(buf);
        }
        closed = true;
    }

    /** Written and not yet taken by the socket. */
    long pendingBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    long packets() {
        return packets;
    }

    long bytes() {
        return bytes;
    }
}
