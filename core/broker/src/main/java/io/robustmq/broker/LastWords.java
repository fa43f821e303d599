package io.robustmq.broker;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.robustmq.protocol.ConnackProperties;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a client is told as its connection ends. */
final class LastWords {
    private static final int BYTES = 512;

    /** How long a client may take to read them. */
    private static final long SECONDS = 3;

    /** Reason strings are for people; this keeps them within {@link #BYTES}. */
    private static final int MAX_REASON_CHARS = 120;

    private LastWords() {}

    /** CONNACK with another reason code than 0. */
    static void refuse(Outbound to, MqttVersion version, int reasonCode, String detail) {
        PacketEncoder.connack(
                to.packet(BYTES),
                version,
                false,
                reasonCode,
                ConnackProperties.refused(shortened(detail)));
    }

    /** Only MQTT 5 has a DISCONNECT of the server, and only errors have something to say. */
    static void disconnect(
            Outbound to, MqttVersion version, int reasonCode, @Nullable String reason) {
        if (version == MqttVersion.V5 && reasonCode >= 0x80) {
            PacketEncoder.disconnect(
                    to.packet(BYTES), reasonCode, reason == null ? null : shortened(reason));
        }
    }

    /** When they were written, or the client did not read them in some time. */
    static void close(Channel channel) {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setAutoRead(false);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (channel.isOpen()) {
            var unused =
                    channel.eventLoop().schedule(() -> channel.close(), SECONDS, TimeUnit.SECONDS);
        }
    }

    private static String shortened(String reason) {
        return reason.length() <= MAX_REASON_CHARS ? reason : reason.substring(0, MAX_REASON_CHARS);
    }
}
