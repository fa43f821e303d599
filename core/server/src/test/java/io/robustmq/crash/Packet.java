package io.robustmq.crash;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A packet of the broker. */
record Packet(boolean v5, int type, int flags, byte[] body) {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBACK = 9;
    static final int UNSUBACK = 11;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;

    /** From here on a reason code says no. */
    static final int FAILURE = 0x80;

    /** A PUBLISH taken apart; its properties are left out. */
    record Publish(
            String topic, byte[] payload, int qos, boolean dup, boolean retained, int packetId) {}

    int u8(int at) {
        return body[at] & 0xff;
    }

    /** Of everything with a packet id but PUBLISH. */
    int packetId() {
        return u8(0) << 8 | u8(1);
    }

    /** Of PUBACK, PUBREC, PUBREL and PUBCOMP; 0 where it is left out. */
    int reason() {
        return body.length > 2 ? u8(2) : 0;
    }

    /** The only code of SUBACK, or of UNSUBACK in MQTT 5. */
    int code() {
        return u8(body.length - 1);
    }

    boolean sessionPresent() {
        return u8(0) == 1;
    }

    int connackReason() {
        return u8(1);
    }

    Publish publish() {
        ByteBuffer in = ByteBuffer.wrap(body);
        byte[] topic = new byte[in.getShort() & 0xffff];
        in.get(topic);
        int qos = flags >> 1 & 3;
        int packetId = qos == 0 ? 0 : in.getShort() & 0xffff;
        if (v5) {
            int properties = varint(in);
            in.position(in.position() + properties);
        }
        byte[] payload = new byte[in.remaining()];
        in.get(payload);
        return new Publish(
                new String(topic, StandardCharsets.UTF_8),
                payload,
                qos,
                (flags & 8) != 0,
                (flags & 1) != 0,
                packetId);
    }

    private static int varint(ByteBuffer in) {
        int value = 0;
        int shift = 0;
        int b;
        do {
            b = in.get() & 0xff;
            value |= (b & 127) << shift;
            shift += 7;
        } while (b > 127);
        return value;
    }
}
