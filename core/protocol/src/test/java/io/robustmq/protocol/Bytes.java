package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Packets written by hand, for tests: the remaining length is worked out, nothing is checked. */
final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Bytes of(int... values) {
        return new Bytes().u8(values);
    }

    /** A packet with a correct fixed header. */
    static ByteBuf packet(int header, Bytes body) {
        byte[] content = body.out.toByteArray();
        Bytes packet = of(header).varInt(content.length);
        packet.out.writeBytes(content);
        return packet.buf();
    }

    Bytes u8(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    Bytes u16(int value) {
        return u8(value >> 8, value);
    }

    Bytes u32(long value) {
        return u16((int) (value >> 16)).u16((int) value);
    }

    Bytes text(String text) {
        return binary(text.getBytes(StandardCharsets.UTF_8));
    }

    Bytes binary(byte... bytes) {
        u16(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    Bytes append(Bytes more) {
        out.writeBytes(more.out.toByteArray());
        return this;
    }

    /** Text without a length. */
    Bytes raw(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** Properties with their length before them. */
    Bytes properties(Bytes properties) {
        byte[] content = properties.out.toByteArray();
        varInt(content.length);
        out.writeBytes(content);
        return this;
    }

    Bytes noProperties() {
        return u8(0);
    }

    Bytes varInt(int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        return this;
    }

    ByteBuf buf() {
        return Unpooled.wrappedBuffer(out.toByteArray());
    }

    /** CONNECT of client "c" with Clean Start and no keep alive. */
    static ByteBuf connect(MqttVersion version) {
        return connect(version, new Bytes());
    }

    /** The same with these MQTT 5 properties. */
    static ByteBuf connect(MqttVersion version, Bytes properties) {
        String name = version == MqttVersion.V3_1 ? "MQIsdp" : "MQTT";
        Bytes body = new Bytes().text(name).u8(version.level(), 2).u16(0);
        if (version == MqttVersion.V5) {
            body.properties(properties);
        }
        return packet(0x10, body.text("c"));
    }
}
