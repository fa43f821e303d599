package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ValueType;

/**
 * Reads what a forward receiver says. Nothing is taken larger than it can honestly be: whoever
 * listens there may be something else. Throws MessagePackException at what is something else.
 */
final class ForwardReader {
    private static final int MAX_FIELDS = 16;
    private static final int MAX_BYTES = 4096;

    private final MessageUnpacker in;

    ForwardReader(MessageUnpacker in) {
        this.in = in;
    }

    /**
     * @param authSalt empty if no user name is asked for
     */
    record Helo(byte[] nonce, byte[] authSalt) {}

    record Pong(boolean taken, String why, String name, String digest) {}

    Helo helo() throws IOException {
        kind(2, "HELO");
        byte[] nonce = {};
        byte[] authSalt = {};
        int fields = bounded(in.unpackMapHeader(), MAX_FIELDS);
        for (int i = 0; i < fields; i++) {
            switch (text()) {
                case "nonce" -> nonce = bytes();
                case "auth" -> authSalt = bytes();
                case String _ -> in.skipValue();
            }
        }
        return new Helo(nonce, authSalt);
    }

    Pong pong() throws IOException {
        kind(5, "PONG");
        return new Pong(in.unpackBoolean(), text(), text(), text());
    }

    /** The id of the chunk that it has. */
    String acknowledged() throws IOException {
        if (in.getNextFormat().getValueType() == ValueType.ARRAY) {
            helo();
            throw new IOException("it asks for a shared key (sinks.fluent.shared-key)");
        }
        String chunk = "";
        int fields = bounded(in.unpackMapHeader(), MAX_FIELDS);
        for (int i = 0; i < fields; i++) {
            if (text().equals("ack")) {
                chunk = text();
            } else {
                in.skipValue();
            }
        }
        return chunk;
    }

    private void kind(int length, String name) throws IOException {
        if (in.unpackArrayHeader() != length || !text().equals(name)) {
            throw new IOException("it should say " + name + ", and said something else");
        }
    }

    private String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Some have strings where others have binaries. */
    private byte[] bytes() throws IOException {
        int length =
                in.getNextFormat().getValueType() == ValueType.BINARY
                        ? in.unpackBinaryHeader()
                        : in.unpackRawStringHeader();
        return in.readPayload(bounded(length, MAX_BYTES));
    }

    private static int bounded(int length, int limit) throws IOException {
        if (length > limit) {
            throw new IOException("its answer is not the forward protocol");
        }
        return length;
    }
}
