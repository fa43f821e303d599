package io.robustmq.placement;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that nobody changes any more. Two with the same bytes are equal. */
public final class Content {
    /** Of one document. */
    public static final int MAX_BYTES = 256 << 10;

    private final byte[] bytes;

    private Content(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of them. */
    public static Content of(byte[] bytes) {
        return owning(bytes.clone());
    }

    /**
     * @param bytes not to be changed any more
     */
    static Content owning(byte[] bytes) {
        if (bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a document has at most " + MAX_BYTES + " bytes, was " + bytes.length);
        }
        return new Content(bytes);
    }

    public int size() {
        return bytes.length;
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Read-only. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    void writeTo(Output out) {
        out.putInt(bytes.length).putBytes(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Content content && Arrays.equals(bytes, content.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length + " bytes";
    }
}
