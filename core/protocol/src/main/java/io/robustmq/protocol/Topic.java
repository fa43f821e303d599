package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A topic name in both forms, so that neither is made twice. Never modified. */
record Topic(byte[] utf8, String name) {
    static final Topic NONE = new Topic(PacketReader.EMPTY);

    // ByteBuf's order
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    Topic(byte[] utf8) {
        this(utf8, new String(utf8, StandardCharsets.UTF_8));
    }

    boolean hasBytes(ByteBuf buf, int at, int length) {
        byte[] mine = utf8;
        if (mine.length != length) {
            return false;
        }
        if (length < Long.BYTES) {
            for (int i = 0; i < length; i++) {
                if (buf.getByte(at + i) != mine[i]) {
                    return false;
                }
            }
            return true;
        }
        // the last step overlaps the one before it
        int last = length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            if (buf.getLong(at + i) != (long) LONG.get(mine, i)) {
                return false;
            }
        }
        return buf.getLong(at + last) == (long) LONG.get(mine, last);
    }
}
