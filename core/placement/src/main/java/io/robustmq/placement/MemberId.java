package io.robustmq.placement;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Which member of the placement group; drawn once, on its first start, and kept in its log. */
public record MemberId(long high, long low) {
    static final int BYTES = 16;

    static MemberId drawn(RandomGenerator chance) {
        return new MemberId(chance.nextLong(), chance.nextLong());
    }

    static MemberId read(ByteBuffer in) {
        return new MemberId(in.getLong(), in.getLong());
    }

    ByteBuffer put(ByteBuffer out) {
        return out.putLong(high).putLong(low);
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
