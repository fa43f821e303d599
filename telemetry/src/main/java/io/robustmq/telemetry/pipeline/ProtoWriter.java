package io.robustmq.telemetry.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Writes a protobuf message, in the form that {@link ProtoReader} has, from its end to its
 * beginning: so the length of a message within it is known when it is to be put in front of it. Of
 * each message the last field is written first. One thread.
 */
final class ProtoWriter {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int FIRST_ROOM = 1 << 16;

    /** What an unusual message took is given back. */
    private static final int KEPT_ROOM = 1 << 20;

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH = 2;
    private static final int FOUR_BYTES = 5;
    private static final int LONGEST_VARINT = 10;

    // what is written is at the end of it
    private byte[] buffer = new byte[FIRST_ROOM];
    private int at = buffer.length;

    /** Begins a message; what there was of another is forgotten. */
    void begin() {
        if (buffer.length > KEPT_ROOM) {
            buffer = new byte[FIRST_ROOM];
        }
        at = buffer.length;
    }

    /** The message so far. */
    byte[] message() {
        return Arrays.copyOfRange(buffer, at, buffer.length);
    }

    /** How many bytes were written of this message. */
    int written() {
        return buffer.length - at;
    }

    /** Makes a field of all that was written since. */
    void message(int field, int since) {
        varint(written() - since);
        tag(field, LENGTH);
    }

    void bytes(int field, byte[] value) {
        raw(value, 0, value.length);
        varint(value.length);
        tag(field, LENGTH);
    }

    /** What is left in it, which stays there. */
    void bytes(int field, ByteBuffer value) {
        raw(value.array(), value.arrayOffset() + value.position(), value.remaining());
        varint(value.remaining());
        tag(field, LENGTH);
    }

    /** Sixteen bytes, the first eight of them first. */
    void bytes(int field, long first, long second) {
        int before = written();
        eight(Long.reverseBytes(second));
        eight(Long.reverseBytes(first));
        message(field, before);
    }

    void bytes(int field, long eight) {
        int before = written();
        eight(Long.reverseBytes(eight));
        message(field, before);
    }

    void number(int field, long value) {
        varint(value);
        tag(field, VARINT);
    }

    void fixed64(int field, long value) {
        eight(value);
        tag(field, EIGHT_BYTES);
    }

    void fixed32(int field, int value) {
        room(Integer.BYTES);
        at -= Integer.BYTES;
        INT.set(buffer, at, value);
        tag(field, FOUR_BYTES);
    }

    /** Fields that are written already. */
    void raw(byte[] fields) {
        raw(fields, 0, fields.length);
    }

    private void raw(byte[] from, int offset, int length) {
        room(length);
        at -= length;
        System.arraycopy(from, offset, buffer, at, length);
    }

    private void eight(long value) {
        room(Long.BYTES);
        at -= Long.BYTES;
        LONG.set(buffer, at, value);
    }

    private void tag(int field, int type) {
        varint(field << 3 | type);
    }

    private void varint(long value) {
        room(LONGEST_VARINT);
        if ((value & ~0x7f) == 0) {
            buffer[--at] = (byte) value;
            return;
        }
        int length = (70 - Long.numberOfLeadingZeros(value)) / 7;
        at -= length;
        long left = value;
        for (int i = 0; i < length; i++) {
            buffer[at + i] = (byte) (left & 0x7f | (i < length - 1 ? 0x80 : 0));
            left >>>= 7;
        }
    }

    private void room(int bytes) {
        if (at < bytes) {
            int used = written();
            byte[] larger = new byte[Math.max(2 * buffer.length, used + bytes + LONGEST_VARINT)];
            System.arraycopy(buffer, at, larger, larger.length - used, used);
            buffer = larger;
            at = larger.length - used;
        }
    }
}
