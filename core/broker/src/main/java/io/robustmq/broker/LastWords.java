package io.robustmq.broker;

import io.robustmq.protocol.ConnackProperties;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import org.jspecify.annotations.Nullable;

/** What a client is told as its connection ends. */
final class LastWords {
    private static final int BYTES = 512;

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

    private static String shortened(String reason) {
        return reason.length() <= MAX_REASON_CHARS ? reason : reason.substring(0, MAX_REASON_CHARS);
    }
}
