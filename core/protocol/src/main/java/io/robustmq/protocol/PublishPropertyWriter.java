package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * MQTT 5, 3.3.2.3: a message's forwarded properties with what each delivery adds. {@code forwarded}
 * went through {@link MessageProperties}, so its structure is taken as sound.
 */
final class PublishPropertyWriter {
    private PublishPropertyWriter() {}

    private static final byte[] TRACEPARENT = "traceparent".getBytes(StandardCharsets.US_ASCII);

    static int size(
            long messageExpirySeconds,
            int[] subscriptionIds,
            byte[] forwarded,
            @Nullable String traceparent) {
        int size = messageExpirySeconds < 0 ? 0 : 5;
        for (int id : subscriptionIds) {
            size += 1 + Wire.sizeOfVariableByteInteger(id);
        }
        if (traceparent == null) {
            return size + forwarded.length;
        }
        size += 1 + 2 + TRACEPARENT.length + Wire.sizeOfString(traceparent);
        int at = 0;
        while (at < forwarded.length) {
            int end = end(forwarded, at);
            size += isTraceparent(forwarded, at) ? 0 : end - at;
            at = end;
        }
        return size;
    }

    static void write(
            ByteBuf out,
            long messageExpirySeconds,
            int[] subscriptionIds,
            byte[] forwarded,
            @Nullable String traceparent) {
        if (messageExpirySeconds >= 0) {
            out.writeByte(PropertySet.MESSAGE_EXPIRY).writeInt((int) messageExpirySeconds);
        }
        for (int id : subscriptionIds) {
            out.writeByte(PropertySet.SUBSCRIPTION_IDENTIFIER);
            Wire.writeVariableByteInteger(out, id);
        }
        if (traceparent == null) {
            out.writeBytes(forwarded);
            return;
        }
        int at = 0;
        while (at < forwarded.length) {
            int end = end(forwarded, at);
            if (!isTraceparent(forwarded, at)) {
                out.writeBytes(forwarded, at, end - at);
            }
            at = end;
        }
        out.writeByte(PropertySet.USER_PROPERTY);
        out.writeShort(TRACEPARENT.length).writeBytes(TRACEPARENT);
        Wire.writeString(out, traceparent);
    }

    /** Whether the Payload Format Indicator is there and 1. */
    static boolean saysText(byte[] forwarded) {
        int at = 0;
        while (at < forwarded.length) {
            if (forwarded[at] == PropertySet.PAYLOAD_FORMAT) {
                return forwarded[at + 1] == 1;
            }
            at = end(forwarded, at);
        }
        return false;
    }

    /** Where the property at {@code at} ends. */
    private static int end(byte[] forwarded, int at) {
        return switch (forwarded[at]) {
            case PropertySet.PAYLOAD_FORMAT -> at + 2;
            case PropertySet.USER_PROPERTY -> {
                int valueAt = at + 3 + u16(forwarded, at + 1);
                yield valueAt + 2 + u16(forwarded, valueAt);
            }
            // content type, response topic, correlation data: a length and that many bytes
            default -> at + 3 + u16(forwarded, at + 1);
        };
    }

    private static boolean isTraceparent(byte[] forwarded, int at) {
        if (forwarded[at] != PropertySet.USER_PROPERTY
                || u16(forwarded, at + 1) != TRACEPARENT.length) {
            return false;
        }
        for (int i = 0; i < TRACEPARENT.length; i++) {
            if (forwarded[at + 3 + i] != TRACEPARENT[i]) {
                return false;
            }
        }
        return true;
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }
}
