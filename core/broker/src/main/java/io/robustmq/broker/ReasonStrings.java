package io.robustmq.broker;

import io.netty.buffer.ByteBufUtil;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import org.jspecify.annotations.Nullable;

/**
 * Words for people in what one client is answered. Only MQTT 5 has them, a client may forbid them
 * but in CONNACK and DISCONNECT [MQTT-3.1.2-29], and no packet may become larger by them than it
 * takes [MQTT-3.4.2-2].
 *
 * @param inAnswers whether they may be in other packets too
 * @param maximumPacketSize {@link Long#MAX_VALUE} if the client takes any
 */
record ReasonStrings(boolean inAnswers, long maximumPacketSize) {
    /** Room for a packet with one and nothing else that is long. */
    static final int PACKET_BYTES = 512;

    /** Keeps them within {@link #PACKET_BYTES}. */
    private static final int MAX_CHARS = 120;

    /** Property length, identifier and string length, at most. */
    private static final int OVERHEAD = 6;

    /** Before a client has said what it takes. */
    static final ReasonStrings UNKNOWN = new ReasonStrings(false, Long.MAX_VALUE);

    static ReasonStrings of(Connect connect) {
        return new ReasonStrings(
                connect.version() == MqttVersion.V5 && connect.requestProblemInformation(),
                connect.maximumPacketSize() == 0 ? Long.MAX_VALUE : connect.maximumPacketSize());
    }

    /**
     * What an acknowledgement says; null if it must not.
     *
     * @param bytes of the packet without it
     */
    @Nullable String answer(@Nullable String reason, int bytes) {
        return inAnswers ? farewell(reason, bytes) : null;
    }

    /** The same for CONNACK and DISCONNECT. */
    @Nullable String farewell(@Nullable String reason, int bytes) {
        if (reason == null || reason.isEmpty()) {
            return null;
        }
        String text = reason.length() <= MAX_CHARS ? reason : reason.substring(0, MAX_CHARS);
        return takes((long) bytes + OVERHEAD + ByteBufUtil.utf8Bytes(text)) ? text : null;
    }

    /** Whether the client takes a packet of this size. */
    boolean takes(long bytes) {
        return bytes <= maximumPacketSize;
    }
}
