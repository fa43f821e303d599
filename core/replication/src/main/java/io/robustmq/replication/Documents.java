package io.robustmq.replication;

import java.nio.ByteBuffer;
import java.util.function.Function;

/**
 * A shard's documents as bytes, for {@link Metadata} over whatever keeps documents. Big-endian:
 *
 * <pre>
 *   0         1
 *   | version | shard | epoch 8 | owner | next segment 4 |      head, by the shard's name
 *   | version | description |                                   segment, by the shard's name and number
 * </pre>
 *
 * <p>Version is 1. Names and description are as {@link MessageCodec} draws them.
 */
public final class Documents {
    private static final byte VERSION = 1;

    private Documents() {}

    public static byte[] encoded(ShardHead head) {
        int bytes = 1 + Wire.bytes(head.name()) + Wire.bytes(head.owner()) + 12;
        ByteBuffer out = ByteBuffer.allocate(bytes).put(VERSION);
        Wire.put(out, head.name());
        out.putLong(head.epoch());
        Wire.put(out, head.owner());
        return out.putInt(head.nextSegment()).array();
    }

    public static byte[] encoded(Segment segment) {
        ByteBuffer out = ByteBuffer.allocate(1 + Wire.bytes(segment)).put(VERSION);
        Wire.put(out, segment);
        return out.array();
    }

    /**
     * @throws IllegalArgumentException if these are not the bytes of a head
     */
    public static ShardHead head(byte[] bytes) {
        return decoded(
                bytes,
                "head",
                from -> {
                    String name = Wire.name(from);
                    Wire.check(SegmentId.isShard(name), "no shard has the name \"" + name + '"');
                    return new ShardHead(name, from.getLong(), Wire.name(from), from.getInt());
                });
    }

    /**
     * @throws IllegalArgumentException if these are not the bytes of a segment
     */
    public static Segment segment(byte[] bytes) {
        return decoded(bytes, "segment", Wire::segment);
    }

    private static <T> T decoded(byte[] bytes, String what, Function<ByteBuffer, T> read) {
        ByteBuffer from = ByteBuffer.wrap(bytes);
        try {
            return Wire.complete(() -> {
                int version = from.get();
                Wire.check(version == VERSION, "its version is " + version);
                T document = read.apply(from);
                Wire.check(!from.hasRemaining(), "it goes on after its end");
                return document;
            });
        } catch (Wire.Malformed e) {
            throw new IllegalArgumentException("no document of a " + what + ": " + e.getMessage());
        }
    }
}
