package io.robustmq.protocol;

import static io.robustmq.protocol.Forbidden.malformed;
import static io.robustmq.protocol.Forbidden.protocolError;
import static io.robustmq.protocol.MqttVersion.V3_1_1;
import static io.robustmq.protocol.MqttVersion.V5;

import io.netty.buffer.ByteBuf;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class ForbiddenPacketTest {
    private static final int SUBSCRIBE = 0x82;
    private static final int UNSUBSCRIBE = 0xA2;
    private static final int DISCONNECT = 0xE0;

    @TestFactory
    @Mqtt3("MQTT-3.1.0-1")
    @Mqtt5("MQTT-3.1.0-1")
    Stream<DynamicTest> the_first_packet_must_not_be_anything_but_connect() {
        List<Forbidden> cases = new ArrayList<>();
        for (int type = 0; type < 16; type++) {
            if (type != PacketType.CONNECT.ordinal()) {
                cases.add(
                        protocolError(
                                PacketType.values()[type].toString(),
                                null,
                                Bytes.of(type << 4).buf(),
                                "MQTT-3.1.0-1"));
            }
        }
        cases.add(
                protocolError(
                        "an HTTP request",
                        null,
                        new Bytes().raw("GET / HTTP/1.1\r\n").buf(),
                        "MQTT-3.1.0-1"));
        cases.add(malformed("a TLS hello", null, Bytes.of(0x16, 3, 1).buf(), "MQTT-2.1.3-1"));
        return Forbidden.tests(cases.stream());
    }

    @TestFactory
    @Mqtt3({"MQTT-2.2.2-1", "MQTT-2.2.2-2", "MQTT-3.1.0-2"})
    @Mqtt5({"MQTT-1.5.5-1", "MQTT-2.1.3-1", "MQTT-3.1.0-2", "MQTT-4.12.0-7"})
    Stream<DynamicTest> a_connected_client_must_not_send() {
        return Forbidden.tests(
                Stream.of(
                        protocolError("a second CONNECT", V5, Bytes.connect(V5), "MQTT-3.1.0-2"),
                        malformed("packet type 0", V5, Bytes.of(0, 0).buf(), "MQTT-2.1.2"),
                        protocolError("CONNACK", V5, Bytes.of(0x20, 2, 0, 0).buf(), "MQTT-2.1.2"),
                        protocolError("SUBACK", V5, Bytes.of(0x90, 3).buf(), "MQTT-2.1.2"),
                        protocolError("UNSUBACK", V5, Bytes.of(0xB0, 3).buf(), "MQTT-2.1.2"),
                        protocolError("PINGRESP", V5, Bytes.of(0xD0, 0).buf(), "MQTT-2.1.2"),
                        malformed("AUTH in 3.1.1", V3_1_1, Bytes.of(0xF0, 0).buf(), "MQTT-2.1.2"),
                        protocolError(
                                "AUTH without enhanced authentication",
                                V5,
                                Bytes.of(0xF0, 2, 0x18, 0).buf(),
                                "MQTT-4.12.0-7"),
                        malformed(
                                "PINGREQ with flags", V5, Bytes.of(0xC1, 0).buf(), "MQTT-2.1.3-1"),
                        malformed(
                                "PINGREQ with content",
                                V5,
                                Bytes.of(0xC0, 1, 0).buf(),
                                "MQTT-2.1.4"),
                        new Forbidden(
                                "a packet above the limit",
                                V5,
                                Bytes.of(0x30).varInt(Forbidden.LIMIT - 2).buf(),
                                "MQTT-3.2.2-15",
                                ReasonCode.PACKET_TOO_LARGE),
                        new Forbidden(
                                "a packet of 256 MiB",
                                V5,
                                Bytes.of(0x30).varInt(268_435_455).buf(),
                                "MQTT-3.2.2-15",
                                ReasonCode.PACKET_TOO_LARGE),
                        malformed(
                                "a remaining length of five bytes",
                                V3_1_1,
                                Bytes.of(0x30, 0x80, 0x80, 0x80, 0x80, 1).buf(),
                                "MQTT-1.5.5-1"),
                        malformed(
                                "a remaining length in long form in MQTT 5",
                                V5,
                                Bytes.of(0xC0, 0x80, 0).buf(),
                                "MQTT-1.5.5-1")));
    }

    @TestFactory
    @Mqtt3({"MQTT-2.2.2-1", "MQTT-2.2.2-2", "MQTT-3.6.1-1"})
    @Mqtt5({
        "MQTT-2.1.3-1",
        "MQTT-3.4.2-1",
        "MQTT-3.5.2-1",
        "MQTT-3.6.1-1",
        "MQTT-3.6.2-1",
        "MQTT-3.7.2-1"
    })
    Stream<DynamicTest> an_acknowledgement_must_not_have() {
        List<Forbidden> cases = new ArrayList<>();
        acknowledgement(cases, 0x40, "MQTT-2.1.3-1", "MQTT-3.4.2-1", "MQTT-3.4.2.2");
        acknowledgement(cases, 0x50, "MQTT-2.1.3-1", "MQTT-3.5.2-1", "MQTT-3.5.2.2");
        acknowledgement(cases, 0x62, "MQTT-3.6.1-1", "MQTT-3.6.2-1", "MQTT-3.6.2.2");
        acknowledgement(cases, 0x70, "MQTT-2.1.3-1", "MQTT-3.7.2-1", "MQTT-3.7.2.2");
        return Forbidden.tests(cases.stream());
    }

    private static void acknowledgement(
            List<Forbidden> cases, int header, String flags, String reasons, String properties) {
        String name = PacketType.values()[header >> 4] + " with ";
        cases.add(malformed(name + "other flags", V5, Bytes.of(header ^ 1, 2, 0, 1).buf(), flags));
        cases.add(malformed(name + "one byte", V5, Bytes.of(header, 1, 0).buf(), "MQTT-2.1.4"));
        cases.add(
                protocolError(
                        name + "packet identifier 0",
                        V5,
                        Bytes.of(header, 2, 0, 0).buf(),
                        "MQTT-2.2.1-5"));
        cases.add(
                malformed(
                        name + "a reason code in 3.1.1",
                        V3_1_1,
                        Bytes.of(header, 3, 0, 1, 0).buf(),
                        "MQTT-2.1.4"));
        cases.add(
                protocolError(
                        name + "an unknown reason code",
                        V5,
                        Bytes.of(header, 3, 0, 1, 0x81).buf(),
                        reasons));
        cases.add(
                malformed(
                        name + "bytes after the properties",
                        V5,
                        Bytes.of(header, 5, 0, 1, 0, 0, 0).buf(),
                        "MQTT-2.1.4"));
        cases.add(
                malformed(
                        name + "a property of another packet",
                        V5,
                        Bytes.packet(header, Bytes.of(0, 1, 0).properties(Bytes.of(0x23).u16(1))),
                        "MQTT-2.2.2.2"));
        cases.add(
                protocolError(
                        name + "two reason strings",
                        V5,
                        Bytes.packet(
                                header,
                                Bytes.of(0, 1, 0)
                                        .properties(Bytes.of(0x1F).text("a").u8(0x1F).text("b"))),
                        properties));
    }

    private static ByteBuf subscribe5(Bytes properties, String filter, int options) {
        return Bytes.packet(
                SUBSCRIBE, new Bytes().u16(1).properties(properties).text(filter).u8(options));
    }

    private static ByteBuf subscribe3(Bytes rest) {
        return Bytes.packet(SUBSCRIBE, rest);
    }

    @TestFactory
    @Mqtt3({
        "MQTT-2.3.1-1",
        "MQTT-3.8.1-1",
        "MQTT-3.8.3-1",
        "MQTT-3.8.3-3",
        "MQTT-3.8.3-4",
        "MQTT-4.7.3-1"
    })
    @Mqtt5({
        "MQTT-3.8.1-1",
        "MQTT-3.8.3-1",
        "MQTT-3.8.3-2",
        "MQTT-3.8.3-4",
        "MQTT-3.8.3-5",
        "MQTT-4.7.3-1"
    })
    Stream<DynamicTest> a_subscribe_must_not_have() {
        Bytes none = new Bytes();
        return Forbidden.tests(
                Stream.of(
                        malformed("other flags", V5, Bytes.of(0x80, 0).buf(), "MQTT-3.8.1-1"),
                        protocolError(
                                "packet identifier 0",
                                V3_1_1,
                                subscribe3(new Bytes().u16(0).text("a").u8(0)),
                                "MQTT-2.2.1-3"),
                        protocolError(
                                "no filter",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1)),
                                "MQTT-3.8.3-2"),
                        malformed(
                                "an empty filter",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1).text("").u8(0)),
                                "MQTT-4.7.3-1"),
                        malformed(
                                "a filter without options",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1).text("a")),
                                "MQTT-2.1.4"),
                        malformed(
                                "QoS 3 in 3.1.1",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1).text("a").u8(3)),
                                "MQTT3-3.8.3-4"),
                        malformed(
                                "MQTT 5 options in 3.1.1",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1).text("a").u8(4)),
                                "MQTT3-3.8.3-4"),
                        malformed(
                                "a second filter with bad options",
                                V3_1_1,
                                subscribe3(new Bytes().u16(1).text("a").u8(0).text("b").u8(0x80)),
                                "MQTT3-3.8.3-4"),
                        malformed(
                                "reserved bits in its options",
                                V5,
                                subscribe5(none, "a", 0x40),
                                "MQTT-3.8.3-5"),
                        protocolError("QoS 3", V5, subscribe5(none, "a", 3), "MQTT-3.8.3.1"),
                        protocolError(
                                "retain handling 3",
                                V5,
                                subscribe5(none, "a", 0x30),
                                "MQTT-3.8.3.1"),
                        protocolError(
                                "no local on a shared subscription",
                                V5,
                                subscribe5(none, "$share/g/a", 4),
                                "MQTT-3.8.3-4"),
                        protocolError(
                                "subscription identifier 0",
                                V5,
                                subscribe5(Bytes.of(0x0B, 0), "a", 0),
                                "MQTT-3.8.2.1.2"),
                        protocolError(
                                "two subscription identifiers",
                                V5,
                                subscribe5(Bytes.of(0x0B, 1, 0x0B, 2), "a", 0),
                                "MQTT-3.8.2.1"),
                        malformed(
                                "a filter that is not UTF-8",
                                V5,
                                Bytes.packet(
                                        SUBSCRIBE,
                                        new Bytes().u16(1).noProperties().u16(1).u8(0xFF, 0)),
                                "MQTT-1.5.4-1")));
    }

    @TestFactory
    @Mqtt3({"MQTT-2.3.1-1", "MQTT-3.10.1-1", "MQTT-3.10.3-2"})
    @Mqtt5({"MQTT-3.10.1-1", "MQTT-3.10.3-2"})
    Stream<DynamicTest> an_unsubscribe_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        malformed("other flags", V5, Bytes.of(0xA0, 0).buf(), "MQTT-3.10.1-1"),
                        protocolError(
                                "packet identifier 0",
                                V3_1_1,
                                Bytes.packet(UNSUBSCRIBE, new Bytes().u16(0).text("a")),
                                "MQTT-2.2.1-3"),
                        protocolError(
                                "no filter in 3.1.1",
                                V3_1_1,
                                Bytes.packet(UNSUBSCRIBE, new Bytes().u16(1)),
                                "MQTT-3.10.3-2"),
                        protocolError(
                                "no filter",
                                V5,
                                Bytes.packet(UNSUBSCRIBE, new Bytes().u16(1).noProperties()),
                                "MQTT-3.10.3-2"),
                        malformed(
                                "an empty filter",
                                V5,
                                Bytes.packet(
                                        UNSUBSCRIBE, new Bytes().u16(1).noProperties().text("")),
                                "MQTT-4.7.3-1"),
                        malformed(
                                "a subscription identifier",
                                V5,
                                Bytes.packet(
                                        UNSUBSCRIBE,
                                        new Bytes().u16(1).properties(Bytes.of(0x0B, 1)).text("a")),
                                "MQTT-2.2.2.2")));
    }

    @TestFactory
    @Mqtt3("MQTT-3.14.1-1")
    @Mqtt5({"MQTT-3.14.1-1", "MQTT-3.14.2-1"})
    Stream<DynamicTest> a_disconnect_must_not_have() {
        return Forbidden.tests(
                Stream.of(
                        malformed("flags", V5, Bytes.of(0xE1, 0).buf(), "MQTT-3.14.1-1"),
                        malformed(
                                "a reason code in 3.1.1",
                                V3_1_1,
                                Bytes.of(DISCONNECT, 1, 0).buf(),
                                "MQTT-2.1.4"),
                        protocolError(
                                "a server's reason code",
                                V5,
                                Bytes.of(DISCONNECT, 1, 0x8E).buf(),
                                "MQTT-3.14.2-1"),
                        protocolError(
                                "a session expiry when CONNECT had 0",
                                V5,
                                Bytes.packet(
                                        DISCONNECT, Bytes.of(0).properties(Bytes.of(0x11).u32(1))),
                                "MQTT-3.14.2.2.2"),
                        protocolError(
                                "two session expiries",
                                V5,
                                Bytes.packet(
                                        DISCONNECT,
                                        Bytes.of(0)
                                                .properties(Bytes.of(0x11).u32(0).u8(0x11).u32(0))),
                                "MQTT-3.14.2.2"),
                        malformed(
                                "bytes after the properties",
                                V5,
                                Bytes.of(DISCONNECT, 3, 0, 0, 0).buf(),
                                "MQTT-2.1.4")));
    }
}
