package io.robustmq.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private static final SegmentId ID = new SegmentId("orders", 7, 1L << 40);
    private static final Segment SEALED =
            Segment.open(ID, 9, List.of("journal-1", "journal-2", "jürnal-3"), 2).sealed(1L << 41);
    private static final List<Entry> ENTRIES =
            List.of(Entry.of(1, new byte[0]), Entry.of(-5, new byte[] {1, 2, 3}, 17, -4));

    static Stream<Message> messages() {
        return Stream.of(
                new Message.Append(ID, 9, 41, 42, ENTRIES),
                new Message.Append(ID, 9, -1, 0, List.of()),
                new Message.Fence(ID, Long.MAX_VALUE),
                new Message.Read(ID, 0, -1, 12, 1000, 77),
                new Message.Copy(SEALED, 12),
                new Message.Appended(ID, 9, 50),
                new Message.Fenced(ID, 9, 50, 48),
                new Message.Refused(ID, 9, Message.Refusal.DISK, 10, 50),
                new Message.Records(ID, 77, 48, 12, ENTRIES),
                new Message.Copied(ID, 12));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_message_is_the_same_after_its_way(Message message) {
        assertThat(MessageCodec.decode(MessageCodec.encoded(message)))
                .isEqualTo(new MessageCodec.Decoded.Whole(message));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void no_part_of_a_message_is_a_message(Message message) {
        ByteBuffer whole = MessageCodec.encoded(message);
        for (int length = 0; length < whole.remaining(); length++) {
            assertThat(MessageCodec.decode(whole.slice(0, length)))
                    .isInstanceOf(MessageCodec.Decoded.Malformed.class);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_flipped_bit_is_found(Message message) {
        byte[] bytes = MessageCodec.encoded(message).array();
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(MessageCodec.decode(ByteBuffer.wrap(bytes)))
                    .as("bit " + bit)
                    .isInstanceOf(MessageCodec.Decoded.Malformed.class);
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
        }
    }

    @Test
    void noise_is_malformed_and_nothing_else() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = new byte[chance.nextInt(200)];
            chance.nextBytes(noise);
            if (noise.length > 2) {
                noise[0] = MessageCodec.VERSION;
                noise[1] = (byte) chance.nextInt(11);
            }
            assertThat(MessageCodec.decode(ByteBuffer.wrap(noise)))
                    .as("-Dseed=" + seed)
                    .isInstanceOf(MessageCodec.Decoded.Malformed.class);
        }
    }

    @Test
    void the_bytes_are_those_that_are_drawn() {
        Message append =
                new Message.Append(
                        new SegmentId("s", 2, 3), 4, 5, 6, List.of(Entry.of(7, new byte[] {8}, 9)));
        assertThat(HexFormat.of().formatHex(MessageCodec.encoded(append).array()))
                .isEqualTo(
                        "0101002a" // version, append, head bytes
                                + "d1745b4c"
                                + "0173000000020000000000000003"
                                + "000000000000000400000000000000050000000000000006"
                                + "00000001"
                                + "0000000e"
                                + "80d1ef61"
                                + "0000000000000007010000000908");
    }
}
