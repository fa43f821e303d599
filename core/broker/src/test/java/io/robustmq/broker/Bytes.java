package io.robustmq.broker;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Puts together the bytes of a packet, MQTT 5, 1.5. */
final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int value) {
        out.write(value);
        return this;
    }

    Bytes u16(int value) {
        return u8(value >> 8).u8(value);
    }

    Bytes u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    Bytes varint(int value) {
        int rest = value;
        while (rest > 127) {
            u8(rest & 127 | 128);
            rest >>= 7;
        }
        return u8(rest);
    }

    Bytes text(String value) {
        return binary(value.getBytes(StandardCharsets.UTF_8));
    }

    Bytes binary(byte[] value) {
        return u16(value.length).raw(value);
    }

    Bytes raw(byte[] value) {
        out.writeBytes(value);
        return this;
    }

    /** With its length before it. */
    Bytes sized(Bytes properties) {
        byte[] value = properties.array();
        return varint(value.length).raw(value);
    }

    byte[] array() {
        return out.toByteArray();
    }
}
