package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a protobuf message field by field. Collectors' answers have a handful of fields; what it
 * does not know it passes over, and what is no protobuf is an IOException.
 *
 * <pre>
 *   | varint: field number &lt;&lt; 3 | type | value |   type 0 varint, 1 eight bytes, 5 four bytes,
 *                                               2 length and so many bytes
 * </pre>
 */
final class ProtoReader {
    private static final int MAX_VARINT_BYTES = 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ByteBuffer bytes;

    // of the field that was read last
    private int field;
    private long number;
    private int begin;
    private ByteBuffer content = NOTHING;

    ProtoReader(ByteBuffer bytes) {
        this.bytes = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    static ProtoReader of(byte[] bytes) {
        return new ProtoReader(ByteBuffer.wrap(bytes));
    }

    /** Reads the next field; false if there is none. */
    boolean next() throws IOException {
        if (!bytes.hasRemaining()) {
            return false;
        }
        begin = bytes.position();
        long tag = varint();
        field = (int) (tag >>> 3);
        if (tag >>> 3 == 0 || tag >>> 3 > 0x1fff_ffffL) {
            throw broken();
        }
        number = 0;
        content = NOTHING;
        switch ((int) (tag & 7)) {
            case 0 -> number = varint();
            case 1 -> number = has(8).getLong();
            case 2 -> {
                long length = varint();
                if (length < 0 || length > bytes.remaining()) {
                    throw broken();
                }
                content = bytes.slice(bytes.position(), (int) length);
                bytes.position(bytes.position() + (int) length);
            }
            case 5 -> number = has(4).getInt();
            default -> throw broken();
        }
        return true;
    }

    int field() {
        return field;
    }

    /** 0 if it is none. */
    long number() {
        return number;
    }

    /** Empty if it is none. */
    String text() {
        return StandardCharsets.UTF_8.decode(content.duplicate()).toString();
    }

    /** Empty if it is none. */
    ProtoReader message() {
        return new ProtoReader(content);
    }

    /** The field as it is there, with its number. */
    ByteBuffer raw() {
        return bytes.slice(begin, bytes.position() - begin);
    }

    /** What was not read yet. */
    ByteBuffer rest() {
        return bytes.slice();
    }

    private long varint() throws IOException {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            byte next = has(1).get();
            value |= (long) (next & 0x7f) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw broken();
    }

    private ByteBuffer has(int length) throws IOException {
        if (bytes.remaining() < length) {
            throw broken();
        }
        return bytes;
    }

    private static IOException broken() {
        return new IOException("not protobuf");
    }
}
