package io.robustmq.protocol;

import static io.robustmq.protocol.Forbidden.malformed;
import static io.robustmq.protocol.Forbidden.protocolError;
import static io.robustmq.protocol.MqttVersion.V3_1_1;
import static io.robustmq.protocol.MqttVersion.V5;

import io.netty.buffer.ByteBuf;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ForbiddenPublishTest {

    private static ByteBuf v3(int header, Bytes body) {
        return Bytes.packet(header, body);
    }

    private static ByteBuf withTopicBytes(int... bytes) {
        return Bytes.packet(0x30, new Bytes().u16(bytes.length).u8(bytes));
    }

    private static ByteBuf with(Bytes properties) {
        return Bytes.packet(0x30, new Bytes().text("t").properties(properties).raw("payload"));
    }

    @TestFactory
    @Mqtt3({
        "MQTT-1.5.3-2",
        "MQTT-2.3.1-1",
        "MQTT-3.3.1-2",
        "MQTT-3.3.1-4",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-2",
        "MQTT-4.7.1-1",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2"
    })
    @Mqtt5({
        "MQTT-1.5.4-2",
        "MQTT-3.3.1-2",
        "MQTT-3.3.1-4",
        "MQTT-3.3.2-1",
        "MQTT-3.3.2-2",
        "MQTT-4.7.0-1",
        "MQTT-4.7.3-1",
        "MQTT-4.7.3-2"
    })
    Stream<DynamicTest> a_publish_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        malformed(
                                "QoS 3",
                                V3_1_1,
                                v3(0x36, new Bytes().text("t").u16(1)),
                                "MQTT-3.3.1-4"),
                        malformed(
                                "DUP with QoS 0",
                                V3_1_1,
                                v3(0x38, new Bytes().text("t")),
                                "MQTT-3.3.1-2"),
                        malformed("no topic", V3_1_1, v3(0x30, new Bytes()), "MQTT-2.1.4"),
                        malformed(
                                "a topic longer than the packet",
                                V3_1_1,
                                v3(0x30, new Bytes().u16(9).raw("short")),
                                "MQTT-2.1.4"),
                        protocolError(
                                "an empty topic in 3.1.1",
                                V3_1_1,
                                v3(0x30, new Bytes().text("")),
                                "MQTT-4.7.3-1"),
                        protocolError(
                                "an empty topic without an alias",
                                V5,
                                v3(0x30, new Bytes().text("").noProperties()),
                                "MQTT-4.7.3-1"),
                        wildcard("a # in the topic", "a/#"),
                        wildcard("a + in the topic", "a/+/b"),
                        malformed(
                                "U+0000 in the topic",
                                V3_1_1,
                                v3(0x30, new Bytes().text("a\0b")),
                                "MQTT-1.5.4-2"),
                        protocolError(
                                "packet identifier 0",
                                V3_1_1,
                                v3(0x32, new Bytes().text("t").u16(0)),
                                "MQTT-2.2.1-3"),
                        malformed(
                                "no packet identifier with QoS 1",
                                V3_1_1,
                                v3(0x32, new Bytes().text("t")),
                                "MQTT-2.1.4"),
                        malformed(
                                "no property length in MQTT 5",
                                V5,
                                v3(0x30, new Bytes().text("t")),
                                "MQTT-2.1.4"),
                        malformed(
                                "a property length beyond the packet",
                                V5,
                                v3(0x30, new Bytes().text("t").u8(5, 1, 1)),
                                "MQTT-2.1.4")));
    }

    @TestFactory
    @Mqtt3({"MQTT-1.5.3-1", "MQTT-3.3.2-1"})
    @Mqtt5({"MQTT-1.5.4-1", "MQTT-3.3.2-1"})
    Stream<DynamicTest> a_topic_must_not_have_ill_formed_utf_8() {
        return Forbidden.tests(
                Stream.of(
                                ill("a lone continuation byte", 0x80),
                                ill("an overlong slash", 0xC0, 0xAF),
                                ill("an overlong NUL", 0xC0, 0x80),
                                ill("an overlong form in three bytes", 0xE0, 0x80, 0xAF),
                                ill("an overlong form in four bytes", 0xF0, 0x80, 0x80, 0xAF),
                                ill("a high surrogate", 0xED, 0xA0, 0x80),
                                ill("a low surrogate", 0xED, 0xBF, 0xBF),
                                ill("a code point beyond U+10FFFF", 0xF4, 0x90, 0x80, 0x80),
                                ill("a lead byte F5", 0xF5, 0x80, 0x80, 0x80),
                                ill("a sequence that ends early", 0xE2, 0x82),
                                ill("a sequence broken off by ASCII", 0xE2, 0x82, 0x41),
                                ill("a bad third byte", 0xF0, 0x9F, 0x41, 0x80),
                                // behind eight bytes of ASCII, which are checked at one go
                                ill("FF after ASCII", asciiThen(0xFF)),
                                ill("a surrogate after ASCII", asciiThen(0xED, 0xA0, 0x80)))
                        .flatMap(s -> s));
    }

    @TestFactory
    @Mqtt5({
        "MQTT-1.5.7-1",
        "MQTT-3.3.2-8",
        "MQTT-3.3.2-13",
        "MQTT-3.3.2-14",
        "MQTT-3.3.2-19",
        "MQTT-3.3.4-6"
    })
    Stream<DynamicTest> publish_properties_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        malformed(
                                "one of another packet",
                                V5,
                                with(Bytes.of(0x11).u32(1)),
                                "MQTT-2.2.2.2"),
                        malformed(
                                "the will delay", V5, with(Bytes.of(0x18).u32(1)), "MQTT-2.2.2.2"),
                        malformed("an unknown one", V5, with(Bytes.of(0)), "MQTT-2.2.2.2"),
                        twice("payload format twice", Bytes.of(1, 1, 1, 1)),
                        twice("message expiry twice", Bytes.of(2).u32(1).u8(2).u32(1)),
                        twice("content type twice", Bytes.of(3).text("a").u8(3).text("a")),
                        twice("response topic twice", Bytes.of(8).text("a").u8(8).text("a")),
                        twice("correlation data twice", Bytes.of(9).text("a").u8(9).text("a")),
                        twice("topic alias twice", Bytes.of(0x23).u16(1).u8(0x23).u16(1)),
                        protocolError("payload format 2", V5, with(Bytes.of(1, 2)), "MQTT-3.3.2.3"),
                        protocolError(
                                "a subscription identifier",
                                V5,
                                with(Bytes.of(0x0B, 1)),
                                "MQTT-3.3.4-6"),
                        protocolError(
                                "a wildcard in the response topic",
                                V5,
                                with(Bytes.of(8).text("a/#")),
                                "MQTT-3.3.2-14"),
                        protocolError(
                                "an empty response topic",
                                V5,
                                with(Bytes.of(8).text("")),
                                "MQTT-4.7.3-1"),
                        malformed(
                                "a response topic that is not UTF-8",
                                V5,
                                with(Bytes.of(8).u16(1).u8(0xFE)),
                                "MQTT-1.5.4-1"),
                        malformed(
                                "a content type that is not UTF-8",
                                V5,
                                with(Bytes.of(3).u16(1).u8(0xFE)),
                                "MQTT-1.5.4-1"),
                        malformed(
                                "a user property name with U+0000",
                                V5,
                                with(Bytes.of(0x26).text("\0").text("v")),
                                "MQTT-1.5.4-2"),
                        malformed(
                                "a value that the property length cuts off",
                                V5,
                                with(Bytes.of(2, 0, 0)),
                                "MQTT-2.1.4"),
                        malformed(
                                "a user property without a value",
                                V5,
                                with(Bytes.of(0x26).text("n")),
                                "MQTT-2.1.4"),
                        new Forbidden(
                                "topic alias 0",
                                V5,
                                with(Bytes.of(0x23).u16(0)),
                                "MQTT-3.3.2-8",
                                ReasonCode.TOPIC_ALIAS_INVALID),
                        new Forbidden(
                                "a topic alias above the maximum",
                                V5,
                                with(Bytes.of(0x23).u16(Forbidden.ALIASES + 1)),
                                "MQTT-3.3.2-9",
                                ReasonCode.TOPIC_ALIAS_INVALID),
                        protocolError(
                                "a topic alias that has no topic yet",
                                V5,
                                Bytes.packet(
                                        0x30,
                                        new Bytes().text("").properties(Bytes.of(0x23).u16(1))),
                                "MQTT-3.3.4")));
    }

    private static Forbidden wildcard(String claim, String topic) {
        return new Forbidden(
                claim,
                V3_1_1,
                v3(0x30, new Bytes().text(topic)),
                "MQTT-3.3.2-2",
                ReasonCode.TOPIC_NAME_INVALID);
    }

    private static Stream<Forbidden> ill(String claim, int... bytes) {
        return Stream.of(malformed(claim, V3_1_1, withTopicBytes(bytes), "MQTT-1.5.4-1"));
    }

    private static int[] asciiThen(int... bytes) {
        return IntStream.concat("abcdefgh".chars(), IntStream.of(bytes)).toArray();
    }

    private static Forbidden twice(String claim, Bytes properties) {
        return protocolError(claim, V5, with(properties), "MQTT-3.3.2.3");
    }
}
