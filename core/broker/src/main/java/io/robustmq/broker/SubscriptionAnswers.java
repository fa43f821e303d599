package io.robustmq.broker;

import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import org.jspecify.annotations.Nullable;

/** SUBACK and UNSUBACK of one connection. */
final class SubscriptionAnswers {
    /** Either without its codes, at most. */
    private static final int BYTES = 8;

    private final Connection connection;

    SubscriptionAnswers(Connection connection) {
        this.connection = connection;
    }

    /**
     * @param why the first filter that is refused is
     */
    void suback(int packetId, int[] codes, @Nullable String why) {
        connection.trace().answered(packetId, codes, why);
        if (mayAnswer(codes)) {
            told(ReasonedPacket.SUBACK_SENT, codes);
            PacketEncoder.suback(
                    connection
                            .outbound()
                            .packet(PacketType.SUBACK, ReasonStrings.PACKET_BYTES + codes.length),
                    connection.version(),
                    packetId,
                    codes,
                    connection.reasonStrings().answer(why, BYTES + codes.length));
        }
    }

    void unsuback(int packetId, int[] codes, @Nullable String why) {
        connection.trace().answered(packetId, codes, why);
        if (mayAnswer(codes)) {
            told(ReasonedPacket.UNSUBACK_SENT, codes);
            PacketEncoder.unsuback(
                    connection
                            .outbound()
                            .packet(PacketType.UNSUBACK, ReasonStrings.PACKET_BYTES + codes.length),
                    connection.version(),
                    packetId,
                    codes,
                    connection.reasonStrings().answer(why, BYTES + codes.length));
        }
    }

    private void told(ReasonedPacket packet, int[] codes) {
        for (int code : codes) {
            connection.traffic().told(packet, code);
        }
    }

    /** A client that asks more in one packet than it takes as an answer goes. */
    private boolean mayAnswer(int[] codes) {
        if (!connection.isConnected()) {
            return false;
        }
        if (!connection.reasonStrings().takes(BYTES + codes.length)) {
            connection.end(
                    Ending.PROTOCOL_ERROR,
                    ReasonCode.PACKET_TOO_LARGE,
                    "the answer is larger than the client's Maximum Packet Size");
            return false;
        }
        return true;
    }
}
