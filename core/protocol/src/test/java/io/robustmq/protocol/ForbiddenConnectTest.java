package io.robustmq.protocol;

import static io.robustmq.protocol.Forbidden.malformed;
import static io.robustmq.protocol.Forbidden.protocolError;

import io.netty.buffer.ByteBuf;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ForbiddenConnectTest {
    private static final int V3 = 4;
    private static final int V5 = 5;

    /** Name, level, flags and keep alive; then nothing. */
    private static Bytes head(int level, int flags) {
        return new Bytes().text("MQTT").u8(level, flags).u16(60);
    }

    private static ByteBuf v5(Bytes properties) {
        return Bytes.packet(0x10, head(V5, 2).properties(properties).text("c"));
    }

    private static ByteBuf v5Will(Bytes properties) {
        return Bytes.packet(
                0x10,
                head(V5, 6).noProperties().text("c").properties(properties).text("t").text("p"));
    }

    @TestFactory
    @Mqtt3({
        "MQTT-1.5.3-1", "MQTT-1.5.3-2", "MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3",
        "MQTT-3.1.2-9", "MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.2-14", "MQTT-3.1.2-15",
        "MQTT-3.1.2-18", "MQTT-3.1.2-19", "MQTT-3.1.2-20", "MQTT-3.1.2-21", "MQTT-3.1.2-22",
        "MQTT-3.1.3-1", "MQTT-3.1.3-3", "MQTT-3.1.3-4", "MQTT-3.1.3-10", "MQTT-3.1.3-11",
        "MQTT-3.1.4-1"
    })
    @Mqtt5({
        "MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3",
        "MQTT-3.1.2-9", "MQTT-3.1.2-11", "MQTT-3.1.2-12", "MQTT-3.1.2-13", "MQTT-3.1.2-16",
        "MQTT-3.1.2-17", "MQTT-3.1.2-18", "MQTT-3.1.2-19", "MQTT-3.1.3-3", "MQTT-3.1.3-4",
        "MQTT-3.1.3-11", "MQTT-3.1.3-12", "MQTT-3.1.4-1"
    })
    Stream<DynamicTest> a_connect_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        new Forbidden(
                                "another protocol name",
                                null,
                                Bytes.packet(
                                        0x10, new Bytes().text("MQIsdp").u8(4, 2).u16(0).text("c")),
                                "MQTT-3.1.2-1",
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                        new Forbidden(
                                "a protocol name in lower case",
                                null,
                                Bytes.packet(
                                        0x10, new Bytes().text("mqtt").u8(4, 2).u16(0).text("c")),
                                "MQTT-3.1.2-1",
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                        new Forbidden(
                                "level 3",
                                null,
                                Bytes.packet(0x10, head(3, 2).text("c")),
                                "MQTT-3.1.2-2",
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                        new Forbidden(
                                "level 6",
                                null,
                                Bytes.packet(0x10, head(6, 2).noProperties().text("c")),
                                "MQTT-3.1.2-2",
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION),
                        connect("fixed header flags", Bytes.of(0x11, 0).buf(), "MQTT-2.1.3-1"),
                        connect("no content", Bytes.of(0x10, 0).buf(), "MQTT-3.1.4-1"),
                        connect(
                                "the reserved flag",
                                Bytes.packet(0x10, head(V3, 3).text("c")),
                                "MQTT-3.1.2-3"),
                        connect(
                                "a will QoS without a will",
                                Bytes.packet(0x10, head(V3, 0x0A).text("c")),
                                "MQTT-3.1.2-11"),
                        connect(
                                "a will QoS of 3",
                                Bytes.packet(0x10, head(V3, 0x1E).text("c").text("t").text("p")),
                                "MQTT-3.1.2-12"),
                        connect(
                                "will retain without a will",
                                Bytes.packet(0x10, head(V3, 0x22).text("c")),
                                "MQTT-3.1.2-13"),
                        connect(
                                "a password without a user name in 3.1.1",
                                Bytes.packet(0x10, head(V3, 0x42).text("c").text("p")),
                                "MQTT3-3.1.2-22"),
                        connect(
                                "no client identifier",
                                Bytes.packet(0x10, head(V3, 2)),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a client identifier with U+0000",
                                Bytes.packet(0x10, head(V3, 2).text("a\0")),
                                "MQTT-1.5.4-2"),
                        connect(
                                "a client identifier that is not UTF-8",
                                Bytes.packet(0x10, head(V3, 2).u16(1).u8(0xFF)),
                                "MQTT-1.5.4-1"),
                        connect(
                                "a user name that is not UTF-8",
                                Bytes.packet(0x10, head(V3, 0x82).text("c").u16(1).u8(0xC1)),
                                "MQTT-1.5.4-1"),
                        connect(
                                "a will topic that is not UTF-8",
                                Bytes.packet(0x10, head(V3, 6).text("c").u16(1).u8(0xC1).text("p")),
                                "MQTT-1.5.4-1"),
                        connect(
                                "a password without its flag",
                                Bytes.packet(0x10, head(V3, 0x82).text("c").text("u").text("p")),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a user name flag and no user name",
                                Bytes.packet(0x10, head(V3, 0x82).text("c")),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a password flag and no password",
                                Bytes.packet(0x10, head(V5, 0x42).noProperties().text("c")),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a will flag and no will",
                                Bytes.packet(0x10, head(V3, 6).text("c")),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a user name without its flag",
                                Bytes.packet(0x10, head(V3, 2).text("c").text("u")),
                                "MQTT-3.1.4-1"),
                        protocolError(
                                "an empty will topic",
                                null,
                                Bytes.packet(0x10, head(V3, 6).text("c").text("").text("p")),
                                "MQTT-4.7.3-1"),
                        new Forbidden(
                                "a wildcard in the will topic",
                                null,
                                Bytes.packet(0x10, head(V3, 6).text("c").text("a/#").text("p")),
                                "MQTT-3.3.2-2",
                                ReasonCode.TOPIC_NAME_INVALID),
                        connect(
                                "a remaining length in long form with MQTT 5",
                                Bytes.of(0x10, 0x8E, 0)
                                        .text("MQTT")
                                        .u8(5, 2)
                                        .u16(0)
                                        .noProperties()
                                        .text("c")
                                        .buf(),
                                "MQTT-1.5.5-1")));
    }

    @TestFactory
    @Mqtt5({"MQTT-1.5.5-1", "MQTT-1.5.7-1"})
    Stream<DynamicTest> connect_properties_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        connect("one of another packet", v5(Bytes.of(0x23).u16(1)), "MQTT-2.2.2.2"),
                        connect("an unknown one", v5(Bytes.of(0x7E, 0)), "MQTT-2.2.2.2"),
                        connect(
                                "an identifier in two bytes",
                                v5(Bytes.of(0x91, 0).u32(1)),
                                "MQTT-2.2.2.2"),
                        twice("session expiry twice", Bytes.of(0x11).u32(1).u8(0x11).u32(1)),
                        twice("receive maximum twice", Bytes.of(0x21).u16(1).u8(0x21).u16(1)),
                        twice("maximum packet size twice", Bytes.of(0x27).u32(9).u8(0x27).u32(9)),
                        twice("topic alias maximum twice", Bytes.of(0x22).u16(1).u8(0x22).u16(1)),
                        twice("request response twice", Bytes.of(0x19, 1, 0x19, 1)),
                        twice("request problem twice", Bytes.of(0x17, 1, 0x17, 1)),
                        twice(
                                "authentication method twice",
                                Bytes.of(0x15).text("a").u8(0x15).text("a")),
                        twice(
                                "authentication data twice",
                                Bytes.of(0x16).text("a").u8(0x16).text("a")),
                        protocolError(
                                "receive maximum 0",
                                null,
                                v5(Bytes.of(0x21).u16(0)),
                                "MQTT-3.1.2.11.3"),
                        protocolError(
                                "maximum packet size 0",
                                null,
                                v5(Bytes.of(0x27).u32(0)),
                                "MQTT-3.1.2.11.4"),
                        protocolError(
                                "request response information 2",
                                null,
                                v5(Bytes.of(0x19, 2)),
                                "MQTT-3.1.2.11.6"),
                        protocolError(
                                "request problem information 2",
                                null,
                                v5(Bytes.of(0x17, 2)),
                                "MQTT-3.1.2.11.7"),
                        protocolError(
                                "authentication data without a method",
                                null,
                                v5(Bytes.of(0x16).text("a")),
                                "MQTT-3.1.2.11.10"),
                        connect(
                                "a user property value that is not UTF-8",
                                v5(Bytes.of(0x26).text("n").u16(1).u8(0xC0)),
                                "MQTT-1.5.4-1"),
                        connect(
                                "a value cut off by the property length",
                                v5(Bytes.of(0x11).u16(0)),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a property length beyond the packet",
                                Bytes.packet(0x10, head(V5, 2).u8(100).text("c")),
                                "MQTT-3.1.4-1"),
                        connect(
                                "a property length in long form",
                                Bytes.packet(0x10, head(V5, 2).u8(0x80, 0).text("c")),
                                "MQTT-1.5.5-1"),
                        connect(
                                "a property length of five bytes",
                                Bytes.packet(
                                        0x10, head(V5, 2).u8(0x80, 0x80, 0x80, 0x80, 1).text("c")),
                                "MQTT-1.5.5-1"),
                        connect(
                                "no property length",
                                Bytes.packet(0x10, head(V5, 2)),
                                "MQTT-3.1.4-1")));
    }

    @TestFactory
    Stream<DynamicTest> will_properties_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        connect("a topic alias", v5Will(Bytes.of(0x23).u16(1)), "MQTT-2.2.2.2"),
                        protocolError(
                                "the will delay twice",
                                null,
                                v5Will(Bytes.of(0x18).u32(1).u8(0x18).u32(1)),
                                "MQTT-3.1.3.2"),
                        protocolError(
                                "payload format 2", null, v5Will(Bytes.of(1, 2)), "MQTT-3.1.3.2"),
                        protocolError(
                                "a response topic with a wildcard",
                                null,
                                v5Will(Bytes.of(8).text("a/+")),
                                "MQTT-3.3.2-14")));
    }

    private static Forbidden connect(String claim, ByteBuf bytes, String rule) {
        return malformed(claim, null, bytes, rule);
    }

    private static Forbidden twice(String claim, Bytes properties) {
        return protocolError(claim, null, v5(properties), "MQTT-3.1.2.11");
    }
}
