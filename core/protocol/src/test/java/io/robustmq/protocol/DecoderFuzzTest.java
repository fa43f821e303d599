package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Whatever a client sends. {@code bin/fuzz} looks for new inputs; the ones it found interesting are
 * kept among the test's resources, and tried by every build.
 *
 * <p>An input says in its first byte what has happened before, and in the second how the rest,
 * which is what the client sends, is cut:
 *
 * <pre>
 *   0            1       2
 *   | .....SCC   | cuts  | bytes ...
 *
 *   S   packets are small
 *   CC  0 nothing before, 1 CONNECT of 3.1.1, 2 of 5, 3 of 5 with an authentication method
 * </pre>
 */
class DecoderFuzzTest {
    private static final int LARGE = 1 << 20;
    private static final int SMALL = 64;
    private static final byte[] NOTHING = {};
    private static final byte[] V3_1_1 = bytes(Bytes.connect(MqttVersion.V3_1_1));
    private static final byte[] V5 = bytes(Bytes.connect(MqttVersion.V5, Bytes.of(0x11).u32(60)));
    private static final byte[] V5_AUTH =
            bytes(Bytes.connect(MqttVersion.V5, Bytes.of(0x15).text("m")));

    @FuzzTest
    void any_bytes_are_read_as_netty_reads_them_or_refused(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] sent = sent(input);
        int limit = (input[0] & 4) == 0 ? LARGE : SMALL;
        DifferentialFuzzTest.Outcome whole = whole(sent, limit);
        assertThat(inPieces(sent, limit, input[1] & 0xFF)).isEqualTo(whole);
        refusedInOneLine(whole.violation());
        if (limit == LARGE) {
            DifferentialFuzzTest.compareWithNetty(sent, whole, ByteBufUtil.hexDump(input));
        }
        canBeWrittenAndReadAgain(sent);
    }

    private static void refusedInOneLine(@Nullable Violation violation) {
        if (violation != null) {
            assertThat(violation.reasonCode()).isGreaterThanOrEqualTo(0x80);
            assertThat(violation.detail()).isNotBlank().doesNotContain("\n");
        }
    }

    /** What goes both ways is written as it was read. */
    private static void canBeWrittenAndReadAgain(byte[] sent) {
        PacketDecoder decoder = new PacketDecoder(LARGE, RandomPackets.ALIASES);
        WritesAgain writer = new WritesAgain();
        decoder.decode(Unpooled.wrappedBuffer(sent), writer);
        Received again = new Received();
        Violation violation =
                new PacketDecoder(2 * LARGE, 0)
                        .decode(Unpooled.wrappedBuffer(writer.written()), again);
        assertThat(violation).isNull();
        assertThat(again.lines()).isEqualTo(writer.expected());
    }

    private static byte[] sent(byte[] input) {
        byte[] before =
                switch (input[0] & 3) {
                    case 0 -> NOTHING;
                    case 1 -> V3_1_1;
                    case 2 -> V5;
                    default -> V5_AUTH;
                };
        byte[] sent = Arrays.copyOf(before, before.length + input.length - 2);
        System.arraycopy(input, 2, sent, before.length, input.length - 2);
        return sent;
    }

    /** In a pooled buffer, with other bytes around. */
    private static DifferentialFuzzTest.Outcome whole(byte[] sent, int limit) {
        ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer(16 + sent.length);
        try {
            in.writeLong(-1).writeBytes(sent).writeLong(-1);
            in.readerIndex(8).writerIndex(8 + sent.length);
            Received received = new Received();
            PacketDecoder decoder = new PacketDecoder(limit, RandomPackets.ALIASES);
            Violation violation = decoder.decode(in, received);
            assertThat(in.refCnt()).isEqualTo(1);
            assertThat(decoder.packetsReceived()).isEqualTo(received.packets.size());
            return new DifferentialFuzzTest.Outcome(received.lines(), violation);
        } finally {
            assertThat(in.release()).isTrue();
        }
    }

    /**
     * As they arrive, each time in a buffer that has nothing beyond them: reading on would throw.
     *
     * @param cuts 0 is byte by byte
     */
    private static DifferentialFuzzTest.Outcome inPieces(byte[] sent, int limit, int cuts) {
        PacketDecoder decoder = new PacketDecoder(limit, RandomPackets.ALIASES);
        Received received = new Received();
        Random random = new Random(cuts);
        int largest = cuts == 0 ? 1 : 1 + random.nextInt(100);
        int read = 0;
        int arrived = 0;
        @Nullable Violation violation = null;
        while (arrived < sent.length && violation == null) {
            arrived = Math.min(sent.length, arrived + 1 + random.nextInt(largest));
            ByteBuf in = Unpooled.wrappedBuffer(sent, read, arrived - read);
            violation = decoder.decode(in, received);
            assertThat(in.refCnt()).isEqualTo(1);
            read += in.readerIndex();
            int pending = decoder.pendingPacketBytes();
            assertThat(pending == 0 || pending > arrived - read).isTrue();
            assertThat(pending).isLessThanOrEqualTo(limit);
        }
        return new DifferentialFuzzTest.Outcome(received.lines(), violation);
    }

    private static byte[] bytes(ByteBuf packet) {
        return ByteBufUtil.getBytes(packet);
    }
}
