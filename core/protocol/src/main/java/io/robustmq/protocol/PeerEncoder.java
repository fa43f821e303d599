package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A client's packets of MQTT 5 to bytes, appended to {@code out}: those that a server sends which
 * is another one's client. Any thread.
 */
public final class PeerEncoder {
    private static final int SUBSCRIBE = 0x82;
    private static final int UNSUBSCRIBE = 0xA2;
    private static final int PINGREQ = 0xC0;

    private static final int RETAIN_AS_PUBLISHED = 8;

    /** Retained messages are not sent because of it. */
    private static final int NO_RETAINED = 2 << 4;

    private PeerEncoder() {}

    /**
     * @param identifier 0 for none
     * @param filters their QoS counts; all are as published, and bring no retained messages
     */
    public static void subscribe(
            ByteBuf out,
            int packetId,
            int identifier,
            List<UserProperty> userProperties,
            List<Subscribe.Filter> filters) {
        int properties =
                (identifier == 0 ? 0 : 1 + Wire.sizeOfVariableByteInteger(identifier))
                        + sizeOf(userProperties);
        int size = 2 + Wire.sizeOfVariableByteInteger(properties) + properties;
        for (Subscribe.Filter each : filters) {
            size += Wire.sizeOfString(each.filter()) + 1;
        }
        out.writeByte(SUBSCRIBE);
        Wire.writeVariableByteInteger(out, size);
        out.writeShort(packetId);
        Wire.writeVariableByteInteger(out, properties);
        if (identifier != 0) {
            out.writeByte(PropertySet.SUBSCRIPTION_IDENTIFIER);
            Wire.writeVariableByteInteger(out, identifier);
        }
        write(out, userProperties);
        for (Subscribe.Filter each : filters) {
            Wire.writeString(out, each.filter());
            out.writeByte(each.qos() | RETAIN_AS_PUBLISHED | NO_RETAINED);
        }
    }

    public static void unsubscribe(
            ByteBuf out, int packetId, List<UserProperty> userProperties, List<String> filters) {
        int properties = sizeOf(userProperties);
        int size = 2 + Wire.sizeOfVariableByteInteger(properties) + properties;
        for (String each : filters) {
            size += Wire.sizeOfString(each);
        }
        out.writeByte(UNSUBSCRIBE);
        Wire.writeVariableByteInteger(out, size);
        out.writeShort(packetId);
        Wire.writeVariableByteInteger(out, properties);
        write(out, userProperties);
        for (String each : filters) {
            Wire.writeString(out, each);
        }
    }

    public static void pingreq(ByteBuf out) {
        out.writeShort(PINGREQ << 8);
    }

    /** Room for one filter with what belongs to it. */
    public static int mostBytesOf(String filter) {
        return ByteBufUtil.utf8MaxBytes(filter) + 3;
    }

    /** A user property as it stands among the properties of a PUBLISH. */
    public static byte[] userProperty(String name, String value) {
        int nameBytes = ByteBufUtil.utf8Bytes(name);
        int valueBytes = ByteBufUtil.utf8Bytes(value);
        ByteBuffer bytes = ByteBuffer.allocate(5 + nameBytes + valueBytes);
        bytes.put((byte) PropertySet.USER_PROPERTY);
        bytes.putShort((short) nameBytes).put(name.getBytes(StandardCharsets.UTF_8));
        bytes.putShort((short) valueBytes).put(value.getBytes(StandardCharsets.UTF_8));
        return bytes.array();
    }

    private static int sizeOf(List<UserProperty> userProperties) {
        int size = 0;
        for (UserProperty each : userProperties) {
            size += 1 + Wire.sizeOfString(each.name()) + Wire.sizeOfString(each.value());
        }
        return size;
    }

    private static void write(ByteBuf out, List<UserProperty> userProperties) {
        for (UserProperty each : userProperties) {
            out.writeByte(PropertySet.USER_PROPERTY);
            Wire.writeString(out, each.name());
            Wire.writeString(out, each.value());
        }
    }
}
