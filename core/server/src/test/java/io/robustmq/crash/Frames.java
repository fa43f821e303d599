package io.robustmq.crash;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Cuts what comes from the broker into packets. */
final class Frames {
    private final boolean v5;
    private ByteBuffer buffer;

    Frames(boolean v5, int capacity) {
        this.v5 = v5;
        buffer = ByteBuffer.allocate(capacity).flip();
    }

    /** Room for more bytes: put them in, then ask {@link #next}. */
    ByteBuffer room() {
        if (buffer.remaining() == buffer.capacity()) {
            ByteBuffer larger = ByteBuffer.allocate(buffer.capacity() * 2);
            larger.put(buffer);
            buffer = larger.flip();
        }
        return buffer.compact();
    }

    /** After bytes were put into {@link #room}. */
    void filled() {
        buffer.flip();
    }

    @Nullable Packet next() {
        int at = buffer.position() + 1;
        int length = 0;
        int shift = 0;
        int b;
        do {
            if (at >= buffer.limit()) {
                return null;
            }
            b = buffer.get(at++) & 0xff;
            length |= (b & 127) << shift;
            shift += 7;
        } while (b > 127);
        if (at + length > buffer.limit()) {
            return null;
        }
        int first = buffer.get(buffer.position()) & 0xff;
        byte[] body = new byte[length];
        buffer.position(at).get(body);
        return new Packet(v5, first >> 4, first & 15, body);
    }
}
