package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketEncoderTest {
    private static final int[] NO_IDS = {};
    private static final byte[] TOPIC = "t".getBytes(StandardCharsets.US_ASCII);

    private final ByteBuf out = Unpooled.buffer();

    private String written() {
        return ByteBufUtil.hexDump(out);
    }

    private void publish(
            MqttVersion version,
            int qos,
            long expiry,
            byte[] forwarded,
            @Nullable String traceparent,
            int payloadLength) {
        PacketEncoder.publishHeader(
                out,
                version,
                TOPIC,
                qos,
                false,
                false,
                7,
                0,
                expiry,
                NO_IDS,
                forwarded,
                traceparent,
                payloadLength);
    }

    @Test
    void a_connack_for_3_1_1_has_no_properties() {
        PacketEncoder.connack(
                out, MqttVersion.V3_1_1, true, 0, ConnackProperties.refused("ignored"));
        assertThat(written()).isEqualTo("20020100");
    }

    @Test
    void a_connack_leaves_out_what_is_the_default() {
        PacketEncoder.connack(out, MqttVersion.V5, false, 0, ConnackProperties.DEFAULTS);
        assertThat(written()).isEqualTo("2003000000");
    }

    @Test
    @Mqtt3("MQTT-3.2.2-4")
    @Mqtt5("MQTT-3.2.2-6")
    void a_refusing_connack_never_says_that_a_session_is_present() {
        PacketEncoder.connack(out, MqttVersion.V5, true, 0x87, ConnackProperties.refused("no"));
        assertThat(written()).isEqualTo("20080087051f00026e6f");
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource({
        "0x00, 0", "0x84, 1", "0x85, 2", "0x88, 3", "0x89, 3", "0x97, 3", "0x86, 4", "0x87, 5",
        "0x8C, 5"
    })
    @Mqtt3("MQTT-3.2.2-6")
    void a_reason_code_becomes_a_return_code_of_3_1_1(int reasonCode, int returnCode) {
        PacketEncoder.connack(
                out, MqttVersion.V3_1_1, false, reasonCode, ConnackProperties.DEFAULTS);
        assertThat(out.getByte(3)).isEqualTo((byte) returnCode);
    }

    @Test
    void a_publish_header_counts_the_payload_that_follows() {
        publish(MqttVersion.V3_1_1, 0, -1, new byte[0], null, 200);
        assertThat(written()).isEqualTo("30cb01000174");
    }

    @Test
    void a_publish_with_qos_has_its_packet_identifier() {
        publish(MqttVersion.V5, 1, -1, new byte[0], null, 0);
        assertThat(written()).isEqualTo("3206000174000700");
    }

    @Test
    void a_message_expiry_goes_out_as_it_is_given() {
        publish(MqttVersion.V5, 0, 0xFFFF_FFFFL, new byte[0], null, 0);
        assertThat(written()).isEqualTo("30090001740502ffffffff");
    }

    @Test
    void properties_are_not_for_3_1_1() {
        publish(MqttVersion.V3_1_1, 0, 5, new byte[] {1, 1}, "00-a", 0);
        assertThat(written()).isEqualTo("3003000174");
    }

    @Test
    void a_packet_identifier_of_0_with_qos_is_the_callers_defect() {
        assertThatThrownBy(() ->
                        PacketEncoder.publishHeader(
                                out,
                                MqttVersion.V5,
                                TOPIC,
                                1,
                                false,
                                false,
                                0,
                                0,
                                -1,
                                NO_IDS,
                                new byte[0],
                                null,
                                0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("packet identifier");
        assertThat(out.isReadable()).isFalse();
    }

    @Test
    void a_packet_longer_than_mqtt_can_say_is_the_callers_defect() {
        assertThatThrownBy(() ->
                        publish(
                                MqttVersion.V5,
                                0,
                                -1,
                                new byte[0],
                                null,
                                Wire.MAX_VARIABLE_BYTE_INTEGER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("268435455");
        assertThat(out.isReadable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7f",
        "128, 8001",
        "16383, ff7f",
        "16384, 808001",
        "2097151, ffff7f",
        "2097152, 80808001",
        "268435455, ffffff7f"
    })
    @Mqtt5("MQTT-1.5.5-1")
    void a_variable_byte_integer_is_as_the_specification_has_it(int value, String bytes) {
        Wire.writeVariableByteInteger(out, value);
        assertThat(written()).isEqualTo(bytes);
        assertThat(Wire.sizeOfVariableByteInteger(value)).isEqualTo(out.readableBytes());
    }

    @Test
    void acknowledgements_are_four_bytes_for_success() {
        PacketEncoder.puback(out, MqttVersion.V5, 0xFFFF, 0);
        PacketEncoder.pubrec(out, MqttVersion.V5, 1, 0);
        PacketEncoder.pubrel(out, MqttVersion.V3_1_1, 1, 0x92);
        PacketEncoder.pubcomp(out, MqttVersion.V5, 1, 0x92);
        assertThat(written()).isEqualTo("4002ffff" + "50020001" + "62020001" + "7003000192");
    }

    @Test
    @Mqtt3({"MQTT-3.8.4-5", "MQTT-3.9.3-2"})
    void a_suback_for_3_1_1_has_one_code_for_all_refusals() {
        PacketEncoder.suback(out, MqttVersion.V3_1_1, 1, new int[] {2, 0x87}, null);
        assertThat(written()).isEqualTo("900400010280");
    }

    @Test
    @Mqtt3("MQTT-3.10.4-4")
    void an_unsuback_for_3_1_1_has_no_codes() {
        PacketEncoder.unsuback(out, MqttVersion.V3_1_1, 1, new int[] {0, 0x11}, null);
        assertThat(written()).isEqualTo("b0020001");
    }

    @Test
    void a_disconnect_says_why() {
        PacketEncoder.disconnect(out, 0x8D, null);
        PacketEncoder.disconnect(out, 0x8D, "é");
        assertThat(written()).isEqualTo("e0018d" + "e0078d051f0002c3a9");
    }
}
