package io.robustmq.broker;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.robustmq.protocol.ConnackProperties;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a client is told as its connection ends. */
final class LastWords {
    private static final int DISCONNECT_BYTES = 4;

    /** How long a client may take to read its last packet. */
    private static final long SECONDS = 3;

    private LastWords() {}

    /** When the client has read them, or has had some time to. */
    static void close(Channel channel, Loop loop) {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setAutoRead(false);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (channel.isOpen()) {
            var unused = loop.executor().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
        }
    }

    /** CONNACK with another reason code than 0, unless even that is more than the client takes. */
    static void refuse(Connection connection, int reasonCode, String detail) {
        connection.loop().counters().add(Counters.refused(reasonCode), 1);
        connection.countRefused();
        ReasonStrings strings = connection.reasonStrings();
        ConnackProperties none = ConnackProperties.refused(null);
        String reason = strings.farewell(detail, none.packetBytes());
        if (strings.takes(none.packetBytes())) {
            connection.traffic().told(ReasonedPacket.CONNACK_SENT, reasonCode);
            PacketEncoder.connack(
                    connection.outbound().packet(PacketType.CONNACK, ReasonStrings.PACKET_BYTES),
                    connection.version(),
                    false,
                    reasonCode,
                    ConnackProperties.refused(reason));
        }
    }

    /** Only MQTT 5 has a DISCONNECT of the server, and only errors have something to say. */
    static void disconnect(Connection connection, int reasonCode, @Nullable String reason) {
        if (connection.version() == MqttVersion.V5 && reasonCode >= 0x80) {
            connection.traffic().told(ReasonedPacket.DISCONNECT_SENT, reasonCode);
            PacketEncoder.disconnect(
                    connection.outbound().packet(PacketType.DISCONNECT, ReasonStrings.PACKET_BYTES),
                    reasonCode,
                    connection.reasonStrings().farewell(reason, DISCONNECT_BYTES));
        }
    }
}
