package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Our decoder beside Netty's. {@code -Dseed=} repeats a run, {@code -Dfuzz.rounds=} lengthens it;
 * every failure names its round and shows the bytes.
 */
class DifferentialFuzzTest {
    private static final int MAX_PACKET = 1 << 20;
    private static final int MAX_PACKETS = 8;
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 6_000);
    private static final int[] EDGES = {0, 1, 0x23, 0x7F, 0x80, 0xFF};

    /**
     * What the specification forbids and Netty lets through; we are to refuse it all the same.
     * There is no list of the reverse: whatever we accept, Netty has to accept.
     */
    private static final Set<String> STRICTER_THAN_NETTY =
            Set.of(
                    // lengths that are not in their shortest form
                    "MQTT-1.5.5-1",
                    // packets that only a server sends, packets before or after CONNECT's time
                    "MQTT-2.1.2",
                    "MQTT-3.1.0-1",
                    "MQTT-3.1.0-2",
                    // bytes left over, values that reach beyond the properties' length
                    "MQTT-2.1.4",
                    "MQTT-3.1.4-1",
                    // MQTT 3.1's name with another level, or any other name
                    "MQTT-3.1.2-1",
                    // Netty checks no combination of the CONNECT flags
                    "MQTT-3.1.2-11",
                    "MQTT-3.1.2-12",
                    "MQTT-3.1.2-13",
                    "MQTT3-3.1.2-22",
                    // nor whether a property belongs here, is there twice, is in its range
                    "MQTT-2.2.2.2",
                    "MQTT-3.1.2.11",
                    "MQTT-3.1.2.11.3",
                    "MQTT-3.1.2.11.4",
                    "MQTT-3.1.2.11.6",
                    "MQTT-3.1.2.11.7",
                    "MQTT-3.1.2.11.10",
                    "MQTT-3.1.3.2",
                    "MQTT-3.3.2.3",
                    "MQTT-3.3.4-6",
                    "MQTT-3.4.2.2",
                    "MQTT-3.5.2.2",
                    "MQTT-3.6.2.2",
                    "MQTT-3.7.2.2",
                    "MQTT-3.8.2.1",
                    "MQTT-3.8.2.1.2",
                    "MQTT-3.14.2.2",
                    "MQTT-3.14.2.2.2",
                    "MQTT-3.15.2.2",
                    // nor topic aliases, nor any topic but a PUBLISH's for wildcards, nor empty
                    // ones
                    "MQTT-3.3.2-2",
                    "MQTT-3.3.2-8",
                    "MQTT-3.3.2-9",
                    "MQTT-3.3.2-14",
                    "MQTT-3.3.4",
                    "MQTT-4.7.3-1",
                    // nor DUP with QoS 0, subscription options, a list without filters
                    "MQTT-3.3.1-2",
                    "MQTT-3.8.3-2",
                    "MQTT-3.8.3-4",
                    "MQTT-3.8.3-5",
                    "MQTT3-3.8.3-4",
                    "MQTT-3.10.3-2",
                    // nor reason codes
                    "MQTT-3.4.2-1",
                    "MQTT-3.5.2-1",
                    "MQTT-3.6.2-1",
                    "MQTT-3.7.2-1",
                    "MQTT-3.14.2-1",
                    "MQTT-3.15.2-1",
                    // nor that AUTH goes with CONNECT
                    "MQTT-4.12.0-5",
                    "MQTT-4.12.0-7");

    private final long seed = Long.getLong("seed", new Random().nextLong());

    record Outcome(List<String> packets, @Nullable Violation violation) {}

    @Test
    void what_netty_encodes_is_read_with_the_same_fields() {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            Stream stream = validStream(random, new RandomPackets(random, 3 + random.nextInt(3)));
            Outcome outcome = decodeInPieces(stream.bytes, random);
            assertThat(outcome.violation).as("round %s of seed %s", round, seed).isNull();
            assertThat(outcome.packets)
                    .as("round %s of seed %s", round, seed)
                    .isEqualTo(stream.lines);
        }
    }

    @Test
    void damaged_bytes_are_read_as_netty_reads_them_or_refused() {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            byte[] bytes = damaged(random);
            String where = "round " + round + " of seed " + seed + ": " + hex(bytes);
            Outcome whole = decodeWhole(bytes, random);
            assertThat(decodeInPieces(bytes, random)).as(where).isEqualTo(whole);
            compareWithNetty(bytes, whole, where);
        }
    }

    static void compareWithNetty(byte[] bytes, Outcome ours, String where) {
        try (NettyPeer netty = new NettyPeer()) {
            List<MqttMessage> theirs = netty.decode(bytes);
            NettyPackets packets = new NettyPackets();
            for (int i = 0; i < ours.packets.size(); i++) {
                assertThat(theirs).as(where).hasSizeGreaterThan(i);
                MqttMessage message = theirs.get(i);
                assertThat(message.decoderResult().isSuccess())
                        .as("%s: %s, Netty: %s", where, ours.packets.get(i), message)
                        .isTrue();
                assertThat(packets.line(message)).as(where).isEqualTo(ours.packets.get(i));
            }
            boolean nettyAcceptsMore =
                    theirs.size() > ours.packets.size()
                            && theirs.get(ours.packets.size()).decoderResult().isSuccess();
            if (nettyAcceptsMore) {
                Violation violation = ours.violation;
                assertThat(STRICTER_THAN_NETTY)
                        .as("%s: %s", where, violation)
                        .contains(violation == null ? "nothing" : violation.rule());
            }
            theirs.forEach(io.netty.util.ReferenceCountUtil::release);
        }
    }

    /** CONNECT and some packets as Netty writes them, where each starts, and what they say. */
    private record Stream(byte[] bytes, List<Integer> starts, List<String> lines) {}

    private static Stream validStream(Random random, RandomPackets packets) {
        NettyPackets names = new NettyPackets();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List<Integer> starts = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        try (NettyPeer netty = new NettyPeer()) {
            MqttMessage message = packets.connect();
            for (int left = random.nextInt(MAX_PACKETS); left >= 0; left--) {
                starts.add(all.size());
                lines.add(names.line(message));
                all.writeBytes(netty.encode(message));
                message = packets.next();
            }
        }
        return new Stream(all.toByteArray(), starts, lines);
    }

    /** Most of the damage is done near the start of a packet, where there is most to break. */
    private static byte[] damaged(Random random) {
        Stream stream = validStream(random, new RandomPackets(random));
        byte[] bytes = stream.bytes;
        for (int i = 1 + random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            int start = stream.starts.get(random.nextInt(stream.starts.size()));
            int at = Math.min(bytes.length - 1, start + random.nextInt(i == 1 ? 60 : 12));
            bytes =
                    switch (random.nextInt(6)) {
                        case 0, 1 -> withByte(bytes, at, bytes[at] ^ 1 << random.nextInt(8));
                        case 2 -> withByte(bytes, at, random.nextInt(256));
                        case 3 -> withByte(bytes, at, EDGES[random.nextInt(EDGES.length)]);
                        case 4 -> spliced(bytes, at, at, random);
                        default -> spliced(bytes, at, Math.min(bytes.length, at + 3), random);
                    };
        }
        return random.nextInt(5) == 0
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1))
                : bytes;
    }

    private static byte[] withByte(byte[] bytes, int at, int value) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    /** Up to three bytes of anything in the place of those between {@code from} and {@code to}. */
    private static byte[] spliced(byte[] bytes, int from, int to, Random random) {
        byte[] put = new byte[random.nextInt(4)];
        random.nextBytes(put);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, from);
        out.writeBytes(put);
        out.write(bytes, to, bytes.length - to);
        return out.toByteArray();
    }

    /** In a direct buffer, somewhere in the middle of it. */
    private static Outcome decodeWhole(byte[] bytes, Random random) {
        int offset = random.nextInt(16);
        ByteBuf in = PooledByteBufAllocator.DEFAULT.directBuffer(offset + bytes.length + 16);
        try {
            in.writeZero(offset).writeBytes(bytes).readerIndex(offset);
            PacketDecoder decoder = new PacketDecoder(MAX_PACKET, RandomPackets.ALIASES);
            Received received = new Received();
            Violation violation = decoder.decode(in, received);
            return new Outcome(received.lines(), violation);
        } finally {
            in.release();
        }
    }

    /**
     * Each time in an array that ends with the last byte received, so that reading on would throw.
     */
    private static Outcome decodeInPieces(byte[] bytes, Random random) {
        PacketDecoder decoder = new PacketDecoder(MAX_PACKET, RandomPackets.ALIASES);
        Received received = new Received();
        int largest = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(200);
        if (bytes.length > 4_000) {
            largest += 500;
        }
        int read = 0;
        int arrived = 0;
        while (arrived < bytes.length) {
            arrived = Math.min(bytes.length, arrived + 1 + random.nextInt(largest));
            ByteBuf in = Unpooled.wrappedBuffer(Arrays.copyOfRange(bytes, read, arrived));
            Violation violation = decoder.decode(in, received);
            if (violation != null) {
                return new Outcome(received.lines(), violation);
            }
            read += in.readerIndex();
            int pending = decoder.pendingPacketBytes();
            assertThat(pending == 0 || pending > arrived - read).isTrue();
        }
        return new Outcome(received.lines(), null);
    }

    private static String hex(byte[] bytes) {
        return ByteBufUtil.hexDump(Arrays.copyOf(bytes, Math.min(bytes.length, 500)));
    }
}
