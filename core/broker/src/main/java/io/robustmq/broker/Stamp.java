package io.robustmq.broker;

import io.netty.buffer.ByteBufUtil;
import io.robustmq.protocol.PeerEncoder;
import io.robustmq.protocol.PublishPacket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * When and at which home a retained message was published, or cleared: of two, the later one counts
 * everywhere. It stands before a message's own properties on the way to another home, as the user
 * property {@value #PROPERTY}: {@code <microseconds>:<QoS it was published with>:<home>}.
 *
 * @param micros of the epoch; no two of one home are equal
 */
record Stamp(long micros, String home) implements Comparable<Stamp> {
    private static final String PROPERTY = "robustmq-stamp";

    /** Property identifier and two lengths. */
    private static final int OVERHEAD = 5;

    /** What came with one. */
    record Stamped(Stamp stamp, int qos, byte[] properties) {}

    @Override
    public int compareTo(Stamp other) {
        int order = Long.compare(micros, other.micros);
        return order == 0 ? home.compareTo(other.home) : order;
    }

    /** What has none is older than anything. */
    static boolean isAfter(@Nullable Stamp one, @Nullable Stamp other) {
        return other == null || one != null && one.compareTo(other) > 0;
    }

    /** Before the properties of a message. */
    byte[] before(byte[] properties, int qos) {
        byte[] own = PeerEncoder.userProperty(PROPERTY, micros + ":" + qos + ":" + home);
        byte[] both = Arrays.copyOf(own, own.length + properties.length);
        System.arraycopy(properties, 0, both, own.length, properties.length);
        return both;
    }

    /** Of a packet whose first property is one; null if it is not. */
    static @Nullable Stamped of(PublishPacket packet) {
        String text = packet.userProperty(PROPERTY);
        if (text == null) {
            return null;
        }
        int first = text.indexOf(':');
        int second = text.indexOf(':', first + 1);
        if (first < 1 || second != first + 2) {
            return null;
        }
        long micros;
        try {
            micros = Long.parseLong(text, 0, first, 10);
        } catch (NumberFormatException e) {
            return null;
        }
        int qos = text.charAt(first + 1) - '0';
        byte[] all = packet.forwardedProperties();
        int own = OVERHEAD + PROPERTY.length() + ByteBufUtil.utf8Bytes(text);
        if (qos < 0 || qos > 2 || all.length < own) {
            return null;
        }
        return new Stamped(
                new Stamp(micros, text.substring(second + 1)),
                qos,
                Arrays.copyOfRange(all, own, all.length));
    }
}
