package io.robustmq.crash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** MQTT packets of a client, one after the other, as bytes. */
final class Out {
    private static final int HEAD = 5; // at most

    private final boolean v5;
    private byte[] bytes = new byte[512];
    private int size;
    private int head;

    Out(boolean v5) {
        this.v5 = v5;
    }

    /** The last will of a connection. */
    record Will(String topic, byte[] payload, int qos, int delaySeconds) {}

    /** What a CONNECT says beside the client id. */
    record Hello(boolean clean, long expirySeconds, int receiveMaximum, @Nullable Will will) {
        static final int ANY = 0;

        /** A session that ends with its connection. */
        static final Hello CLEAN = new Hello(true, 0, ANY, null);

        /** A session that is kept. */
        static final Hello KEPT = new Hello(false, 86_400, ANY, null);

        Hello with(Will lastWords) {
            return new Hello(clean, expirySeconds, receiveMaximum, lastWords);
        }

        Hello atMost(int unacknowledged) {
            return new Hello(clean, expirySeconds, unacknowledged, will);
        }
    }

    Out connect(String clientId, Hello hello) {
        Will will = hello.will;
        int flags = hello.clean ? 2 : 0;
        flags |= will == null ? 0 : 4 | will.qos << 3;
        begin(0x10).text("MQTT").u8(v5 ? 5 : 4).u8(flags).u16(0);
        if (v5) {
            u8(hello.receiveMaximum > 0 ? 8 : 5).u8(0x11).u32(hello.expirySeconds);
            if (hello.receiveMaximum > 0) {
                u8(0x21).u16(hello.receiveMaximum);
            }
        }
        text(clientId);
        if (will != null) {
            if (v5) {
                u8(5).u8(0x18).u32(will.delaySeconds);
            }
            text(will.topic).u16(will.payload.length).raw(will.payload);
        }
        return end();
    }

    Out publish(String topic, byte[] payload, int qos, boolean dup, boolean retain, int packetId) {
        begin(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0)).text(topic);
        if (qos > 0) {
            u16(packetId);
        }
        return noProperties().raw(payload).end();
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
    Out ack(int type, int packetId) {
        return begin(type << 4 | (type == Packet.PUBREL ? 2 : 0)).u16(packetId).end();
    }

    Out subscribe(int packetId, String filter, int qos) {
        return begin(0x82).u16(packetId).noProperties().text(filter).u8(qos).end();
    }

    Out unsubscribe(int packetId, String filter) {
        return begin(0xA2).u16(packetId).noProperties().text(filter).end();
    }

    Out ping() {
        return begin(0xC0).end();
    }

    Out disconnect() {
        return begin(0xE0).end();
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** {@link #array} belongs to somebody else now. */
    void handedOver() {
        bytes = new byte[bytes.length];
        size = 0;
    }

    private Out begin(int first) {
        ensure(HEAD);
        head = size;
        bytes[head] = (byte) first;
        size += HEAD;
        return this;
    }

    /** Writes the length that is known now and closes the gap behind it. */
    private Out end() {
        int length = size - head - HEAD;
        int at = head + 1;
        int left = length;
        do {
            bytes[at++] = (byte) (left > 127 ? left & 127 | 128 : left);
            left >>= 7;
        } while (left > 0);
        System.arraycopy(bytes, head + HEAD, bytes, at, length);
        size = at + length;
        return this;
    }

    private Out noProperties() {
        return v5 ? u8(0) : this;
    }

    private Out u8(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    private Out u16(int value) {
        return u8(value >> 8).u8(value);
    }

    private Out u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    private Out text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return u16(utf8.length).raw(utf8);
    }

    private Out raw(byte[] value) {
        ensure(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
