package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the two ends of a connection between brokers say before anything else.
 *
 * <pre>
 *   0       4         5      6
 *   | magic | version | kind | length 1 | home that is wanted | length 1 | home that asks |
 *
 *   the answer:
 *   | magic | version | status | length 2 | detail |
 *
 *   kind:   1 PEER, 2 TUNNEL, which has no home that asks
 *   status: 0 is welcome
 * </pre>
 */
record Preface(int kind, String wanted, String asking) {
    static final int PEER = 1;
    static final int TUNNEL = 2;

    private static final int MAGIC = 0x524D5150; // RMQP
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 6;
    private static final int ANSWER_BYTES = 8;
    private static final int MAX_DETAIL = 1000;

    enum Status {
        WELCOME,
        /** It speaks another version of this. */
        WRONG_VERSION,
        /** The home that is wanted is not served here. */
        WRONG_HOME,
        /** Nobody here has been told of the home that asks. */
        STRANGER,
        /** Such connections are not taken. */
        WRONG_KIND
    }

    private static final Status[] STATUSES = Status.values();

    /** What has come. */
    sealed interface Read {}

    /** Not all is there yet. */
    record Part() implements Read {}

    record Whole(Preface preface) implements Read {}

    /**
     * @param status null if it is not answered
     */
    record Wrong(@Nullable Status status, String detail) implements Read {}

    record Answer(Status status, String detail) {}

    private static final Part PART = new Part();

    void write(ByteBuf out) {
        out.writeInt(MAGIC).writeByte(VERSION).writeByte(kind);
        name(out, wanted);
        if (kind == PEER) {
            name(out, asking);
        }
    }

    private static void name(ByteBuf out, String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        out.writeByte(utf8.length).writeBytes(utf8);
    }

    /** Moves the reader index behind it if it is whole. */
    static Read read(ByteBuf in) {
        int at = in.readerIndex();
        if (in.readableBytes() >= Integer.BYTES && in.getInt(at) != MAGIC) {
            return new Wrong(null, "it does not begin as a connection between brokers does");
        }
        if (in.readableBytes() <= HEADER_BYTES) {
            return PART;
        }
        int version = in.getUnsignedByte(at + Integer.BYTES);
        if (version != VERSION) {
            return new Wrong(
                    Status.WRONG_VERSION, "version " + version + ", spoken here is " + VERSION);
        }
        int kind = in.getUnsignedByte(at + Integer.BYTES + 1);
        if (kind != PEER && kind != TUNNEL) {
            return new Wrong(Status.WRONG_KIND, "connections of kind " + kind + " are not known");
        }
        in.skipBytes(HEADER_BYTES);
        String wanted = name(in);
        String asking = wanted == null || kind == TUNNEL ? "" : name(in);
        if (wanted == null || asking == null) {
            in.readerIndex(at);
            return PART;
        }
        return new Whole(new Preface(kind, wanted, asking));
    }

    private static @Nullable String name(ByteBuf in) {
        int at = in.readerIndex();
        if (!in.isReadable() || in.readableBytes() <= in.getUnsignedByte(at)) {
            return null;
        }
        int length = in.readUnsignedByte();
        String name = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return name;
    }

    static void answer(ByteBuf out, Status status, String detail) {
        String text = detail.length() <= MAX_DETAIL ? detail : detail.substring(0, MAX_DETAIL);
        out.writeInt(MAGIC).writeByte(VERSION).writeByte(status.ordinal());
        out.writeShort(ByteBufUtil.utf8Bytes(text));
        out.writeCharSequence(text, StandardCharsets.UTF_8);
    }

    /** Null if it has not come whole. */
    static @Nullable Answer readAnswer(ByteBuf in) {
        int at = in.readerIndex();
        if (in.readableBytes() < ANSWER_BYTES) {
            return null;
        }
        int length = in.getUnsignedShort(at + HEADER_BYTES);
        if (in.readableBytes() < ANSWER_BYTES + length) {
            return null;
        }
        int status = in.getUnsignedByte(at + Integer.BYTES + 1);
        if (in.getInt(at) != MAGIC || status >= STATUSES.length) {
            return new Answer(Status.WRONG_VERSION, "it does not answer as a broker does");
        }
        in.skipBytes(ANSWER_BYTES);
        String detail = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        in.skipBytes(length);
        return new Answer(STATUSES[status], detail);
    }
}
