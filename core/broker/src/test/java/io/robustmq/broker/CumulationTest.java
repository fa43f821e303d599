package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.robustmq.protocol.Auth;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.Disconnect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketDecoder;
import io.robustmq.protocol.PacketHandler;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Unsubscribe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CumulationTest {
    private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);
    private final Admitting handler = new Admitting();
    private final Cumulation input = new Cumulation(new PacketDecoder(1000, 0), handler);

    @Test
    void a_read_that_comes_unasked_waits() {
        input.read(read(ClientScript.connect(0, MqttVersion.V3_1_1, true)), buffers);
        input.read(read((byte) 0xC0, (byte) 0, (byte) 0xC0), buffers);
        input.read(read((byte) 0), buffers);
        assertThat(handler.packets).containsExactly("connect");
        handler.wantsMore = true;
        assertThat(input.resume()).isNull();
        assertThat(handler.packets).containsExactly("connect", "pingreq", "pingreq");
        input.close();
        assertThat(buffers.metric().usedHeapMemory()).isZero();
        assertThat(buffers.metric().usedDirectMemory()).isZero();
    }

    private static ByteBuf read(byte... bytes) {
        return Unpooled.wrappedBuffer(bytes);
    }

    /** Wants nothing more behind a CONNECT until a test says so. */
    private static final class Admitting implements PacketHandler {
        final List<String> packets = new ArrayList<>();
        boolean wantsMore = true;

        @Override
        public boolean wantsMore() {
            return wantsMore;
        }

        @Override
        public void connect(Connect connect) {
            packets.add("connect");
            wantsMore = false;
        }

        @Override
        public void publish(PublishPacket publish) {
            packets.add("publish");
        }

        @Override
        public void puback(int packetId, int reasonCode) {
            packets.add("puback");
        }

        @Override
        public void pubrec(int packetId, int reasonCode) {
            packets.add("pubrec");
        }

        @Override
        public void pubrel(int packetId, int reasonCode) {
            packets.add("pubrel");
        }

        @Override
        public void pubcomp(int packetId, int reasonCode) {
            packets.add("pubcomp");
        }

        @Override
        public void subscribe(Subscribe subscribe) {
            packets.add("subscribe");
        }

        @Override
        public void unsubscribe(Unsubscribe unsubscribe) {
            packets.add("unsubscribe");
        }

        @Override
        public void pingreq() {
            packets.add("pingreq");
        }

        @Override
        public void disconnect(Disconnect disconnect) {
            packets.add("disconnect");
        }

        @Override
        public void auth(Auth auth) {
            packets.add("auth");
        }
    }
}
