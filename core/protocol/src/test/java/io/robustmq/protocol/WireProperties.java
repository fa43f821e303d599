package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * Forwarded properties as text: those there can be one of by identifier, then the user properties
 * in their order. Written apart from the code under test, for it to be compared with.
 */
final class WireProperties {
    private WireProperties() {}

    static String text(byte[] wire) {
        ByteBuf buf = Unpooled.wrappedBuffer(wire);
        Map<Integer, String> single = new TreeMap<>();
        StringBuilder users = new StringBuilder();
        while (buf.isReadable()) {
            int id = buf.readByte();
            switch (id) {
                case 0x01 -> single.put(id, Integer.toString(buf.readByte()));
                case 0x03, 0x08 -> single.put(id, string(buf));
                case 0x09 -> {
                    byte[] data = new byte[buf.readUnsignedShort()];
                    buf.readBytes(data);
                    single.put(id, Received.hex(data));
                }
                case 0x26 -> user(users, string(buf), string(buf));
                default -> throw new AssertionError("property " + id + " is not to be forwarded");
            }
        }
        return text(single, users);
    }

    static String text(Map<Integer, String> single, CharSequence users) {
        return single + users.toString();
    }

    static void user(StringBuilder users, String name, String value) {
        users.append(" (").append(name).append('=').append(value).append(')');
    }

    private static String string(ByteBuf buf) {
        return buf.readCharSequence(buf.readUnsignedShort(), StandardCharsets.UTF_8).toString();
    }
}
