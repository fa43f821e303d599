package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A server's packets to bytes, appended to {@code out}. Nothing is flushed, nothing kept: any
 * thread. Arguments that could not be sent (a packet identifier of 0 with QoS 1, a packet of more
 * than 256 MiB) are the caller's defect and throw {@link IllegalArgumentException}.
 */
public final class PacketEncoder {
    private PacketEncoder() {}

    private static final int CONNACK = 0x20;
    private static final int PUBACK = 0x40;
    private static final int PUBREC = 0x50;
    private static final int PUBREL = 0x62;
    private static final int PUBCOMP = 0x70;
    private static final int SUBACK = 0x90;
    private static final int UNSUBACK = 0xB0;
    private static final int PINGRESP = 0xD0;
    private static final int DISCONNECT = 0xE0;
    private static final int AUTH = 0xF0;

    private static final int SUBACK_FAILURE_3_1_1 = 0x80;
    private static final int TOPIC_ALIAS_BYTES = 3;

    /** So much a packet grows at most with its topic's alias. */
    public static final int MOST_FOR_TOPIC_ALIAS = TOPIC_ALIAS_BYTES + 2;

    /**
     * CONNACK; for 3.1 and 3.1.1 the reason code becomes one of the return codes 0 to 5 and the
     * properties are left out. A refusal never says that a session is present (MQTT-3.2.2-6).
     */
    public static void connack(
            ByteBuf out,
            MqttVersion version,
            boolean sessionPresent,
            int reasonCode,
            ConnackProperties properties) {
        int flags = sessionPresent && reasonCode == ReasonCode.SUCCESS ? 1 : 0;
        out.writeByte(CONNACK);
        switch (version) {
            case V3_1, V3_1_1 -> {
                out.writeByte(2);
                // 3.1 knows of no flags here
                out.writeByte(version == MqttVersion.V3_1 ? 0 : flags);
                out.writeByte(returnCode(reasonCode));
            }
            case V5 -> {
                int size = ConnackPropertyWriter.size(properties);
                Wire.writeVariableByteInteger(out, 2 + Wire.sizeOfVariableByteInteger(size) + size);
                out.writeByte(flags);
                out.writeByte(reasonCode);
                Wire.writeVariableByteInteger(out, size);
                ConnackPropertyWriter.write(out, properties);
            }
        }
    }

    /** MQTT 3.1.1, table 3.1. */
    private static int returnCode(int reasonCode) {
        return switch (reasonCode) {
            case ReasonCode.SUCCESS -> 0;
            case ReasonCode.UNSUPPORTED_PROTOCOL_VERSION -> 1;
            case ReasonCode.CLIENT_IDENTIFIER_NOT_VALID -> 2;
            case ReasonCode.BAD_USER_NAME_OR_PASSWORD -> 4;
            case ReasonCode.NOT_AUTHORIZED,
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    ReasonCode.BANNED ->
                    5;
            default -> 3;
        };
    }

    /**
     * Everything of a PUBLISH but its payload: the caller writes {@code payloadLength} bytes after
     * it. For 3.1.1 all that makes properties is ignored.
     *
     * @param topicUtf8 empty if the alias is known to the client
     * @param packetId ignored with QoS 0
     * @param topicAlias 0 for none
     * @param messageExpirySeconds what is left, -1 for none
     * @param subscriptionIds of the subscriptions that matched, empty for none
     * @param forwardedProperties as {@link PublishPacket#forwardedProperties} gave them
     * @param traceparent if not null, goes out in the place of any user property of that name
     */
    public static void publishHeader(
            ByteBuf out,
            MqttVersion version,
            byte[] topicUtf8,
            int qos,
            boolean dup,
            boolean retain,
            int packetId,
            int topicAlias,
            long messageExpirySeconds,
            int[] subscriptionIds,
            byte[] forwardedProperties,
            @Nullable String traceparent,
            int payloadLength) {
        if (qos > 0 && packetId == 0) {
            throw new IllegalArgumentException("packet identifier is 0 with QoS " + qos);
        }
        int propertiesSize = 0;
        int rest = 2 + topicUtf8.length + (qos > 0 ? 2 : 0) + payloadLength;
        if (version == MqttVersion.V5) {
            propertiesSize =
                    (topicAlias == 0 ? 0 : TOPIC_ALIAS_BYTES)
                            + PublishPropertyWriter.size(
                                    messageExpirySeconds,
                                    subscriptionIds,
                                    forwardedProperties,
                                    traceparent);
            rest += Wire.sizeOfVariableByteInteger(propertiesSize) + propertiesSize;
        }
        if (rest > Wire.MAX_VARIABLE_BYTE_INTEGER) {
            throw new IllegalArgumentException(
                    "a packet has at most "
                            + Wire.MAX_VARIABLE_BYTE_INTEGER
                            + " bytes after its fixed header, this one "
                            + rest);
        }
        out.ensureWritable(1 + 4 + rest - payloadLength);
        out.writeByte(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0));
        Wire.writeVariableByteInteger(out, rest);
        out.writeShort(topicUtf8.length);
        out.writeBytes(topicUtf8);
        if (qos > 0) {
            out.writeShort(packetId);
        }
        if (version == MqttVersion.V5) {
            Wire.writeVariableByteInteger(out, propertiesSize);
            if (topicAlias != 0) {
                out.writeByte(PropertySet.TOPIC_ALIAS).writeShort(topicAlias);
            }
            if (propertiesSize > 0) {
                PublishPropertyWriter.write(
                        out,
                        messageExpirySeconds,
                        subscriptionIds,
                        forwardedProperties,
                        traceparent);
            }
        }
    }

    /** Size of the whole packet without a topic alias, to compare with what the client accepts. */
    public static int publishBytes(
            MqttVersion version,
            int topicLength,
            int qos,
            long messageExpirySeconds,
            int[] subscriptionIds,
            byte[] forwardedProperties,
            @Nullable String traceparent,
            int payloadLength) {
        int rest = 2 + topicLength + (qos > 0 ? 2 : 0) + payloadLength;
        if (version == MqttVersion.V5) {
            int size =
                    PublishPropertyWriter.size(
                            messageExpirySeconds,
                            subscriptionIds,
                            forwardedProperties,
                            traceparent);
            rest += Wire.sizeOfVariableByteInteger(size) + size;
        }
        return 1 + Wire.sizeOfVariableByteInteger(rest) + rest;
    }

    /** The reason code is left out if it is success or the client does not speak MQTT 5. */
    public static void puback(ByteBuf out, MqttVersion version, int packetId, int reasonCode) {
        acknowledge(out, PUBACK, version, packetId, reasonCode);
    }

    /** As {@link #puback}. */
    public static void pubrec(ByteBuf out, MqttVersion version, int packetId, int reasonCode) {
        acknowledge(out, PUBREC, version, packetId, reasonCode);
    }

    /** As {@link #puback}. */
    public static void pubrel(ByteBuf out, MqttVersion version, int packetId, int reasonCode) {
        acknowledge(out, PUBREL, version, packetId, reasonCode);
    }

    /** As {@link #puback}. */
    public static void pubcomp(ByteBuf out, MqttVersion version, int packetId, int reasonCode) {
        acknowledge(out, PUBCOMP, version, packetId, reasonCode);
    }

    private static void acknowledge(
            ByteBuf out, int header, MqttVersion version, int packetId, int reasonCode) {
        if (reasonCode == ReasonCode.SUCCESS || version != MqttVersion.V5) {
            out.writeInt(header << 24 | 2 << 16 | packetId);
        } else {
            out.writeInt(header << 24 | 3 << 16 | packetId);
            out.writeByte(reasonCode);
        }
    }

    /** Any of the four. */
    public static void acknowledge(
            ByteBuf out, PacketType type, MqttVersion version, int packetId, int reasonCode) {
        acknowledge(out, header(type), version, packetId, reasonCode);
    }

    /**
     * PUBACK, PUBREC, PUBREL or PUBCOMP of MQTT 5 that says why.
     *
     * @throws IllegalArgumentException if {@code type} is none of those
     */
    public static void acknowledge(
            ByteBuf out, PacketType type, int packetId, int reasonCode, String reasonString) {
        int size = reasonStringSize(reasonString);
        out.writeByte(header(type));
        Wire.writeVariableByteInteger(out, 3 + Wire.sizeOfVariableByteInteger(size) + size);
        out.writeShort(packetId).writeByte(reasonCode);
        writeReasonString(out, size, reasonString);
    }

    private static int header(PacketType type) {
        return switch (type) {
            case PUBACK -> PUBACK;
            case PUBREC -> PUBREC;
            case PUBREL -> PUBREL;
            case PUBCOMP -> PUBCOMP;
            case RESERVED,
                    CONNECT,
                    CONNACK,
                    PUBLISH,
                    SUBSCRIBE,
                    SUBACK,
                    UNSUBSCRIBE,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP,
                    DISCONNECT,
                    AUTH ->
                    throw new IllegalArgumentException(type + " acknowledges nothing");
        };
    }

    private static int reasonStringSize(@Nullable String reasonString) {
        return reasonString == null ? 0 : 1 + Wire.sizeOfString(reasonString);
    }

    private static void writeReasonString(ByteBuf out, int size, @Nullable String reasonString) {
        Wire.writeVariableByteInteger(out, size);
        if (reasonString != null) {
            out.writeByte(PropertySet.REASON_STRING);
            Wire.writeString(out, reasonString);
        }
    }

    /**
     * For 3.1.1 every refusal is 0x80. 3.1 has no refusals, so there they are QoS 0 granted.
     *
     * @param reasonString why something was refused, MQTT 5 only
     */
    public static void suback(
            ByteBuf out,
            MqttVersion version,
            int packetId,
            int[] reasonCodes,
            @Nullable String reasonString) {
        out.writeByte(SUBACK);
        switch (version) {
            case V3_1, V3_1_1 -> {
                int failure = version == MqttVersion.V3_1 ? 0 : SUBACK_FAILURE_3_1_1;
                Wire.writeVariableByteInteger(out, 2 + reasonCodes.length);
                out.writeShort(packetId);
                for (int code : reasonCodes) {
                    out.writeByte(code < 0x80 ? code : failure);
                }
            }
            case V5 -> idAndReasons(out, packetId, reasonCodes, reasonString);
        }
    }

    /** 3.1 and 3.1.1 have no reason codes here. */
    public static void unsuback(
            ByteBuf out,
            MqttVersion version,
            int packetId,
            int[] reasonCodes,
            @Nullable String reasonString) {
        out.writeByte(UNSUBACK);
        switch (version) {
            case V3_1, V3_1_1 -> {
                out.writeByte(2);
                out.writeShort(packetId);
            }
            case V5 -> idAndReasons(out, packetId, reasonCodes, reasonString);
        }
    }

    private static void idAndReasons(
            ByteBuf out, int packetId, int[] reasonCodes, @Nullable String reasonString) {
        int size = reasonStringSize(reasonString);
        Wire.writeVariableByteInteger(
                out, 2 + Wire.sizeOfVariableByteInteger(size) + size + reasonCodes.length);
        out.writeShort(packetId);
        writeReasonString(out, size, reasonString);
        for (int code : reasonCodes) {
            out.writeByte(code);
        }
    }

    public static void pingresp(ByteBuf out) {
        out.writeShort(PINGRESP << 8);
    }

    /** MQTT 5 only: with 3.1 and 3.1.1 a server closes without a word. */
    public static void disconnect(ByteBuf out, int reasonCode, @Nullable String reasonString) {
        out.writeByte(DISCONNECT);
        if (reasonString == null) {
            out.writeByte(1);
            out.writeByte(reasonCode);
            return;
        }
        int size = reasonStringSize(reasonString);
        Wire.writeVariableByteInteger(out, 1 + Wire.sizeOfVariableByteInteger(size) + size);
        out.writeByte(reasonCode);
        writeReasonString(out, size, reasonString);
    }

    /** A step of an authentication: MQTT 5, 3.15. */
    public static void auth(
            ByteBuf out, int reasonCode, ConnackProperties.Authentication authentication) {
        int size = authentication.size();
        out.writeByte(AUTH);
        Wire.writeVariableByteInteger(out, 1 + Wire.sizeOfVariableByteInteger(size) + size);
        out.writeByte(reasonCode);
        Wire.writeVariableByteInteger(out, size);
        authentication.write(out);
    }

    /** Room for {@link #auth}. */
    public static int authBytes(ConnackProperties.Authentication authentication) {
        return 1 + 4 + 1 + 4 + authentication.size();
    }
}
