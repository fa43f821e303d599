package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;

/** One thing that a client must not send: the bytes, and which rule and reason code answer them. */
record Forbidden(
        String claim, @Nullable MqttVersion after, ByteBuf bytes, String rule, int reasonCode) {
    static final int LIMIT = 200;
    static final int ALIASES = 4;

    private static final int MALFORMED = ReasonCode.MALFORMED_PACKET;
    private static final int PROTOCOL = ReasonCode.PROTOCOL_ERROR;

    static Forbidden malformed(
            String claim, @Nullable MqttVersion after, ByteBuf bytes, String rule) {
        return new Forbidden(claim, after, bytes, rule, MALFORMED);
    }

    static Forbidden protocolError(
            String claim, @Nullable MqttVersion after, ByteBuf bytes, String rule) {
        return new Forbidden(claim, after, bytes, rule, PROTOCOL);
    }

    static Stream<DynamicTest> tests(Stream<Forbidden> cases) {
        return cases.map(c -> DynamicTest.dynamicTest(c.claim, c::check));
    }

    /** At once and byte by byte, with a valid packet before it and one after it. */
    private void check() {
        Violation violation = decode(Integer.MAX_VALUE);
        assertThat(violation.rule()).as(violation.toString()).isEqualTo(rule);
        assertThat(violation.reasonCode()).as(violation.toString()).isEqualTo(reasonCode);
        assertThat(violation.packetType().ordinal())
                .isEqualTo(bytes.getUnsignedByte(bytes.readerIndex()) >> 4);
        assertThat(violation.detail()).isNotBlank().doesNotContain("\n");
        assertThat(decode(1)).isEqualTo(violation);
    }

    private Violation decode(int chunk) {
        PacketDecoder decoder = new PacketDecoder(LIMIT, ALIASES);
        Received received = new Received();
        if (after != null) {
            assertThat(decoder.decode(Bytes.connect(after), received)).isNull();
        }
        int packetsBefore = received.packets.size();
        ByteBuf all = Unpooled.buffer().writeBytes(bytes.duplicate()).writeShort(0xC000);
        ByteBuf arrived = Unpooled.buffer();
        while (all.isReadable()) {
            arrived.writeBytes(all, Math.min(chunk, all.readableBytes()));
            Violation violation = decoder.decode(arrived, received);
            if (violation != null) {
                assertThat(received.packets).hasSize(packetsBefore);
                assertThat(decoder.packetsReceived()).isEqualTo(packetsBefore);
                return violation;
            }
        }
        throw new AssertionError("accepted: " + received.lines());
    }
}
