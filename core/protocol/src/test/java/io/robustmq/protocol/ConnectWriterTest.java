package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectWriterTest {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 3_000);

    private final long seed = Long.getLong("seed", new Random().nextLong());

    @Test
    void what_is_written_is_read_as_the_same_whatever_version_it_is() {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            RandomPackets client = new RandomPackets(random, 3 + random.nextInt(3));
            try (NettyPeer netty = new NettyPeer()) {
                Received first = read(Unpooled.wrappedBuffer(netty.encode(client.connect())));
                ByteBuf again = Unpooled.buffer();
                ConnectWriter.write(again, (Connect) first.packets.getFirst());
                List<String> lines = read(again).lines();
                assertThat(lines).as("round %s of seed %s", round, seed).isEqualTo(first.lines());
            }
        }
    }

    private static Received read(ByteBuf in) {
        Received received = new Received();
        assertThat(new PacketDecoder(1 << 20, 0).decode(in, received)).isNull();
        assertThat(in.isReadable()).isFalse();
        return received;
    }
}
