package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PublishPacket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What two homes tell each other about their connection, between the packets of MQTT and in order
 * with them: a PUBLISH of QoS 0 with the identifier {@link Cluster#TALK}.
 *
 * <pre>
 *   0      1
 *   | kind | number 8 ...
 * </pre>
 */
record PeerTalk(Kind kind, long[] numbers) {
    private static final byte[] TOPIC = "$peer".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NO_PROPERTIES = {};
    private static final int[] TALK = {Cluster.TALK};
    private static final int HEADER_BYTES = 32;
    private static final Kind[] KINDS = Kind.values();

    /** In the order of their bytes; a new one goes to the end. */
    enum Kind {
        /**
         * The incarnation of its numbers; what it has of the other's wants: incarnation, version; 1
         * if it has a new session for the other, whose packet identifiers begin anew.
         */
        HELLO(4),
        /** All that it wants follows. */
        ALL_BEGIN(0),
        /** That was all, and the version is: whatever was not in it is not wanted. */
        ALL_END(1),
        /** Of all that it wants: version, how many filters, their hash. */
        DIGEST(3),
        /** That is not what is known here: tell all. */
        TELL_ALL(0),
        /** All retained messages that there were have been sent. */
        RETAINED_END(0);

        private final int numbers;

        Kind(int numbers) {
            this.numbers = numbers;
        }
    }

    static void say(Connection connection, Kind kind, long... numbers) {
        int bytes = 1 + Long.BYTES * numbers.length;
        ByteBuf out = connection.outbound().packet(PacketType.PUBLISH, HEADER_BYTES + bytes);
        PacketEncoder.publishHeader(
                out,
                MqttVersion.V5,
                TOPIC,
                0,
                false,
                false,
                0,
                0,
                -1,
                TALK,
                NO_PROPERTIES,
                null,
                bytes);
        out.writeByte(kind.ordinal());
        for (long each : numbers) {
            out.writeLong(each);
        }
    }

    /** Null if it is of a newer home, or broken. */
    static @Nullable PeerTalk of(PublishPacket packet) {
        ByteBuf in = packet.payload();
        int kind = in.isReadable() ? in.readUnsignedByte() : KINDS.length;
        if (kind >= KINDS.length || in.readableBytes() < Long.BYTES * KINDS[kind].numbers) {
            return null;
        }
        long[] numbers = new long[KINDS[kind].numbers];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.readLong();
        }
        return new PeerTalk(KINDS[kind], numbers);
    }
}
