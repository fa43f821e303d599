package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Data types of MQTT 5, 1.5, written. */
final class Wire {
    private Wire() {}

    static final int MAX_VARIABLE_BYTE_INTEGER = 268_435_455;
    private static final int MAX_STRING_BYTES = 65_535;

    static int sizeOfVariableByteInteger(int value) {
        return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
    }

    static void writeVariableByteInteger(ByteBuf out, int value) {
        if (value < 0x80) {
            out.writeByte(value);
        } else if (value < 0x4000) {
            out.writeShort((value & 0x7F | 0x80) << 8 | value >> 7);
        } else {
            int rest = value;
            while (rest >= 0x80) {
                out.writeByte(rest & 0x7F | 0x80);
                rest >>>= 7;
            }
            out.writeByte(rest);
        }
    }

    static int sizeOfString(String text) {
        return 2 + ByteBufUtil.utf8Bytes(text);
    }

    static void writeString(ByteBuf out, String text) {
        int bytes = ByteBufUtil.utf8Bytes(text);
        if (bytes > MAX_STRING_BYTES) {
            throw new IllegalArgumentException(
                    "an MQTT string has at most " + MAX_STRING_BYTES + " bytes, this one " + bytes);
        }
        out.writeShort(bytes);
        ByteBufUtil.reserveAndWriteUtf8(out, text, bytes);
    }
}
