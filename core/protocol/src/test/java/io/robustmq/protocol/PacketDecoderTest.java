package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class PacketDecoderTest {
    private static final int LIMIT = 1024;

    private final PacketDecoder decoder = new PacketDecoder(LIMIT, 4);
    private final Received received = new Received();

    private static ByteBuf publish(String topic, String payload) {
        return Bytes.packet(0x30, new Bytes().text(topic).noProperties().raw(payload));
    }

    @Test
    void the_version_is_known_once_connect_is_read() {
        assertThat(decoder.version()).isNull();
        assertThat(decoder.decode(Bytes.connect(MqttVersion.V3_1_1), received)).isNull();
        assertThat(decoder.version()).isEqualTo(MqttVersion.V3_1_1);
        assertThat(decoder.packetsReceived()).isEqualTo(1);
    }

    @Test
    void several_packets_in_one_buffer_are_all_handed_over() {
        ByteBuf in =
                Unpooled.wrappedBuffer(
                        Bytes.connect(MqttVersion.V5),
                        publish("a/b", "1"),
                        publish("a/b", "22"),
                        Bytes.of(0x40, 2, 0, 7).buf(),
                        Bytes.of(0xC0, 0).buf());
        assertThat(decoder.decode(in, received)).isNull();
        assertThat(in.isReadable()).isFalse();
        assertThat(received.packets.subList(1, 5))
                .containsExactly(
                        new Received.Publish(false, 0, false, 0, "a/b", "31", -1, "{}"),
                        new Received.Publish(false, 0, false, 0, "a/b", "3232", -1, "{}"),
                        new Received.Ack(PacketType.PUBACK, 7, 0),
                        PacketType.PINGREQ);
        assertThat(decoder.packetsReceived()).isEqualTo(5);
    }
}
