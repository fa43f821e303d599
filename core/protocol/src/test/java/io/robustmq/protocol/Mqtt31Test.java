package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** Where MQTT 3.1 differs from 3.1.1. */
class Mqtt31Test {
    private final PacketDecoder decoder = new PacketDecoder(1000, 0);
    private final Received received = new Received();

    private Connect connect(Bytes rest) {
        ByteBuf packet = Bytes.packet(0x10, new Bytes().text("MQIsdp").u8(3).append(rest));
        assertThat(decoder.decode(packet, received)).isNull();
        return (Connect) received.packets.getFirst();
    }

    @Test
    void its_protocol_name_and_level_are_its_own() {
        assertThat(connect(Bytes.of(2).u16(60).text("c")).version()).isEqualTo(MqttVersion.V3_1);
        assertThat(decoder.version()).isEqualTo(MqttVersion.V3_1);
    }

    @Test
    void a_user_name_and_a_password_that_the_flags_announce_may_be_missing() {
        Connect none = connect(Bytes.of(0xC2).u16(60).text("c"));
        assertThat(none.userName()).isNull();
        assertThat(none.password()).isNull();
    }

    @Test
    void a_password_that_the_flags_announce_may_be_missing_behind_the_user_name() {
        Connect named = connect(Bytes.of(0xC2).u16(60).text("c").text("user"));
        assertThat(named.userName()).isEqualTo("user");
        assertThat(named.password()).isNull();
    }

    @Test
    void flags_that_are_not_used_are_not_looked_at() {
        assertThat(connect(Bytes.of(0x2B).u16(60).text("c")).will()).isNull();
    }

    @Test
    void subscribe_unsubscribe_and_pubrel_may_say_that_they_are_repeated() {
        connect(Bytes.of(2).u16(60).text("c"));
        ByteBuf repeated =
                Unpooled.wrappedBuffer(
                        Bytes.packet(0x8A, new Bytes().u16(1).text("t").u8(1)),
                        Bytes.packet(0xAA, new Bytes().u16(2).text("t")),
                        Bytes.of(0x6A, 2, 0, 3).buf());
        assertThat(decoder.decode(repeated, received)).isNull();
        assertThat(received.packets).hasSize(4);
    }

    @Test
    void a_connack_has_no_flags_and_a_suback_no_refusal() {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.connack(out, MqttVersion.V3_1, true, 0, ConnackProperties.DEFAULTS);
        PacketEncoder.suback(out, MqttVersion.V3_1, 1, new int[] {2, 0x87}, "not for you");
        PacketEncoder.unsuback(out, MqttVersion.V3_1, 1, new int[] {0x11}, null);
        PacketEncoder.puback(out, MqttVersion.V3_1, 1, 0x10);
        assertThat(ByteBufUtil.hexDump(out))
                .isEqualTo("20020000" + "900400010200" + "b0020001" + "40020001");
    }
}
