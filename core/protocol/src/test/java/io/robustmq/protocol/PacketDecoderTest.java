package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PacketDecoderTest {
    private static final int LIMIT = 1024;

    private final PacketDecoder decoder = new PacketDecoder(LIMIT, 4);
    private final Received received = new Received();

    private static ByteBuf publish(String topic, Bytes properties, String payload) {
        return Bytes.packet(0x30, new Bytes().text(topic).properties(properties).raw(payload));
    }

    private static ByteBuf publish(String topic, String payload) {
        return publish(topic, new Bytes(), payload);
    }

    private static Received.Publish message(String topic, String payloadHex) {
        return new Received.Publish(false, 0, false, 0, topic, payloadHex, -1, "{}");
    }

    private void decode(ByteBuf... parts) {
        assertThat(decoder.decode(Unpooled.wrappedBuffer(parts), received)).isNull();
    }

    @Test
    void the_version_is_known_once_connect_is_read() {
        assertThat(decoder.version()).isNull();
        decode(Bytes.connect(MqttVersion.V3_1_1));
        assertThat(decoder.version()).isEqualTo(MqttVersion.V3_1_1);
        assertThat(decoder.packetsReceived()).isEqualTo(1);
    }

    @Test
    void the_version_is_known_even_if_the_rest_of_connect_is_wrong() {
        ByteBuf bad = Bytes.packet(0x10, new Bytes().text("MQTT").u8(5, 3));
        assertThat(decoder.decode(bad, received)).isNotNull();
        assertThat(decoder.version()).isEqualTo(MqttVersion.V5);
    }

    @Test
    void a_3_1_1_session_ends_with_the_connection_only_if_it_is_clean() {
        decode(Bytes.connect(MqttVersion.V3_1_1));
        Connect clean = (Connect) received.packets.getFirst();
        assertThat(clean.cleanStart()).isTrue();
        assertThat(clean.sessionExpirySeconds()).isZero();

        new PacketDecoder(LIMIT, 0)
                .decode(
                        Bytes.packet(0x10, new Bytes().text("MQTT").u8(4, 0).u16(0).text("c")),
                        received);
        Connect kept = (Connect) received.packets.getLast();
        assertThat(kept.sessionExpirySeconds()).isEqualTo(Connect.NEVER_EXPIRES);
        assertThat(kept.receiveMaximum()).isEqualTo(65_535);
        assertThat(kept.requestProblemInformation()).isTrue();
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
                        message("a/b", "31"),
                        message("a/b", "3232"),
                        new Received.Ack(PacketType.PUBACK, 7, 0),
                        PacketType.PINGREQ);
        assertThat(decoder.packetsReceived()).isEqualTo(5);
    }

    @Test
    void a_partial_packet_stays_and_says_how_long_it_will_be() {
        decode(Bytes.connect(MqttVersion.V5));
        ByteBuf in = Unpooled.buffer().writeByte(0x30);
        assertThat(decoder.decode(in, received)).isNull();
        assertThat(decoder.pendingPacketBytes()).isZero();
        in.writeByte(10).writeByte(0);
        assertThat(decoder.decode(in, received)).isNull();
        assertThat(in.readableBytes()).isEqualTo(3);
        assertThat(decoder.pendingPacketBytes()).isEqualTo(12);
        assertThat(received.packets).hasSize(1);
    }

    @Test
    void a_handler_that_wants_no_more_gets_no_more_until_the_next_call() {
        ByteBuf in =
                Unpooled.wrappedBuffer(
                        Bytes.connect(MqttVersion.V5), publish("a", ""), publish("b", ""));
        received.stopAfter(2);
        assertThat(decoder.decode(in, received)).isNull();
        assertThat(received.packets).hasSize(2);
        assertThat(in.readableBytes()).isEqualTo(6);
        received.stopAfter(100);
        assertThat(decoder.decode(in, received)).isNull();
        assertThat(received.packets.getLast()).isEqualTo(message("b", ""));
    }

    @Test
    void a_packet_as_large_as_the_limit_is_let_in() {
        decode(Bytes.connect(MqttVersion.V5));
        ByteBuf largest = publish("t", "x".repeat(LIMIT - 3 - 4));
        assertThat(largest.readableBytes()).isEqualTo(LIMIT);
        decode(largest);
        assertThat(received.packets).hasSize(2);
    }

    @Test
    void a_long_form_of_the_remaining_length_is_let_in_from_3_1_1() {
        decode(
                Bytes.of(0x10, 0x8D, 0).text("MQTT").u8(4, 2).u16(0).text("c").buf(),
                Bytes.of(0xC0, 0x80, 0x80, 0).buf());
        assertThat(received.packets.getLast()).isEqualTo(PacketType.PINGREQ);
    }

    @Test
    void a_topic_alias_stands_for_the_last_topic_given_with_it() {
        Bytes one = Bytes.of(0x23).u16(1);
        decode(
                Bytes.connect(MqttVersion.V5),
                publish("first", one, ""),
                publish("", one, "1"),
                publish("second", one, ""),
                publish("", one, "2"));
        assertThat(received.packets.get(2)).isEqualTo(message("first", "31"));
        assertThat(received.packets.get(4)).isEqualTo(message("second", "32"));
    }

    @Test
    void a_repeated_topic_is_the_same_object_also_among_others() {
        List<String> seen = new ArrayList<>();
        ForwardingHandler keep =
                new ForwardingHandler(received) {
                    @Override
                    public void publish(PublishPacket publish) {
                        seen.add(publish.topic());
                    }
                };
        decode(Bytes.connect(MqttVersion.V5));
        for (int i = 0; i < 32; i++) {
            decoder.decode(publish("sensor/" + i % 16 + "/temperature", ""), keep);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(seen.get(16 + i)).isSameAs(seen.get(i));
        }
    }

    @Test
    void more_topics_than_the_cache_holds_are_still_told_apart() {
        decode(Bytes.connect(MqttVersion.V5));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 500; i++) {
                decode(publish("t/" + i, ""));
                assertThat(received.packets.getLast()).isEqualTo(message("t/" + i, ""));
            }
        }
    }

    @Test
    void forwarded_properties_are_the_senders_bytes_without_alias_and_expiry() {
        Bytes properties =
                Bytes.of(0x26)
                        .text("a")
                        .text("1")
                        .u8(0x23)
                        .u16(2)
                        .u8(1, 1)
                        .u8(2)
                        .u32(0xFFFF_FFFFL)
                        .u8(0x26)
                        .text("traceparent")
                        .text("00-x");
        List<@Nullable Object> seen = new ArrayList<>();
        decode(Bytes.connect(MqttVersion.V5));
        decoder.decode(
                publish("t", properties, ""),
                new ForwardingHandler(received) {
                    @Override
                    public void publish(PublishPacket p) {
                        seen.add(Received.hex(p.forwardedProperties()));
                        seen.add(p.messageExpirySeconds());
                        seen.add(p.userProperty("traceparent"));
                        seen.add(p.userProperty("tracestate"));
                    }
                });
        assertThat(seen)
                .containsExactly(
                        "26000161000131" + "0101" + "26000b7472616365706172656e74" + "000430302d78",
                        0xFFFF_FFFFL,
                        "00-x",
                        null);
    }

    @Test
    void a_password_is_never_in_the_text_of_a_connect() {
        decode(
                Bytes.packet(
                        0x10,
                        new Bytes()
                                .text("MQTT")
                                .u8(4, 0xC2)
                                .u16(0)
                                .text("c")
                                .text("user")
                                .text("secret")));
        assertThat(received.packets.getFirst().toString()).doesNotContain("secret");
    }
}
