package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Our encoder's packets as a client sees them that uses Netty's decoder. */
class EncoderFuzzTest {
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 6_000);
    private static final int[] REASONS = {0, 0, 0x10, 0x80, 0x87, 0x97};

    private static final PacketType[] ACKNOWLEDGEMENTS = {
        PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP
    };

    private final long seed = Long.getLong("seed", new Random().nextLong());

    @Test
    void netty_reads_what_is_encoded_with_the_same_fields() {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(seed + round);
            RandomPackets client = new RandomPackets(random);
            MqttVersion version = client.v5() ? MqttVersion.V5 : MqttVersion.V3_1_1;
            try (NettyPeer netty = new NettyPeer()) {
                netty.encode(client.connect());
                ByteBuf out = Unpooled.buffer();
                List<String> expected = new ArrayList<>();
                for (int left = random.nextInt(6); left >= 0; left--) {
                    expected.add(encodeOne(random, version, out));
                }
                List<String> seen = new ArrayList<>();
                for (MqttMessage message : netty.decode(ByteBufUtil.getBytes(out))) {
                    seen.add(line(message));
                    io.netty.util.ReferenceCountUtil.release(message);
                }
                assertThat(seen).as("round %s of seed %s", round, seed).isEqualTo(expected);
            }
        }
    }

    private static String encodeOne(Random random, MqttVersion version, ByteBuf out) {
        boolean v5 = version == MqttVersion.V5;
        int id = 1 + random.nextInt(65_535);
        int reason = REASONS[random.nextInt(REASONS.length)];
        int seen = v5 ? reason : 0;
        return switch (random.nextInt(14)) {
            case 0 -> connack(random, version, out);
            case 1 -> {
                PacketEncoder.puback(out, version, id, reason);
                yield ack(MqttMessageType.PUBACK, id, seen);
            }
            case 2 -> {
                PacketEncoder.pubrec(out, version, id, reason);
                yield ack(MqttMessageType.PUBREC, id, seen);
            }
            case 3 -> {
                PacketEncoder.pubrel(out, version, id, reason);
                yield ack(MqttMessageType.PUBREL, id, seen);
            }
            case 4 -> {
                PacketEncoder.pubcomp(out, version, id, reason);
                yield ack(MqttMessageType.PUBCOMP, id, seen);
            }
            case 5 -> {
                int[] codes = {0, 1, 2, 0x80, 0x8F, 0x97};
                PacketEncoder.suback(
                        out, version, id, codes, random.nextBoolean() ? text(random) : null);
                List<Integer> granted =
                        v5
                                ? List.of(0, 1, 2, 0x80, 0x8F, 0x97)
                                : List.of(0, 1, 2, 0x80, 0x80, 0x80);
                yield "SUBACK " + id + " " + granted;
            }
            case 6 -> {
                PacketEncoder.unsuback(
                        out,
                        version,
                        id,
                        new int[] {0, 0x11},
                        random.nextBoolean() ? text(random) : null);
                yield "UNSUBACK " + id + " " + (v5 ? "[0, 17]" : "[]");
            }
            case 7 -> {
                PacketEncoder.pingresp(out);
                yield "PINGRESP";
            }
            case 8 -> {
                String why = v5 && random.nextBoolean() ? text(random) : null;
                PacketEncoder.disconnect(out, v5 ? 0x8E : 0, v5 ? why : null);
                yield "DISCONNECT " + (v5 ? 0x8E : 0) + " " + why;
            }
            case 9 -> v5 ? explained(random, out, id) : publish(random, version, out, id);
            case 10 -> v5 ? auth(random, out) : publish(random, version, out, id);
            default -> publish(random, version, out, id);
        };
    }

    private static String explained(Random random, ByteBuf out, int id) {
        PacketType type = ACKNOWLEDGEMENTS[random.nextInt(ACKNOWLEDGEMENTS.length)];
        String why = text(random);
        PacketEncoder.acknowledge(out, type, id, 0x83, why);
        return ack(MqttMessageType.valueOf(type.ordinal()), id, 0x83) + " " + why;
    }

    private static String auth(Random random, ByteBuf out) {
        PacketEncoder.auth(
                out,
                0x18,
                new ConnackProperties.Authentication(text(random), new byte[random.nextInt(200)]));
        return "AUTH 24 null";
    }

    private static String ack(MqttMessageType type, int id, int reason) {
        return type + " " + id + " " + reason;
    }

    private static String connack(Random random, MqttVersion version, ByteBuf out) {
        ConnackProperties p =
                new ConnackProperties(
                        random.nextBoolean() ? 65_535 : 1 + random.nextInt(65_535),
                        random.nextInt(3),
                        random.nextBoolean(),
                        random.nextBoolean() ? 0 : 1 + random.nextInt(Integer.MAX_VALUE - 1),
                        random.nextBoolean() ? null : text(random),
                        random.nextBoolean() ? 0 : random.nextInt(65_536),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean() ? -1 : random.nextInt(65_536),
                        random.nextBoolean() ? -1 : random.nextInt() & 0xFFFF_FFFFL,
                        random.nextBoolean() ? null : text(random),
                        random.nextBoolean() ? null : text(random),
                        random.nextBoolean()
                                ? null
                                : new ConnackProperties.Authentication(
                                        text(random), new byte[random.nextInt(3)]));
        boolean present = random.nextBoolean();
        PacketEncoder.connack(out, version, present, 0, p);
        return "CONNACK "
                + present
                + " 0 "
                + (version == MqttVersion.V5 ? p : ConnackProperties.DEFAULTS);
    }

    private static String publish(Random random, MqttVersion version, ByteBuf out, int id) {
        String topic = text(random);
        byte[] topicUtf8 = topic.getBytes(StandardCharsets.UTF_8);
        int qos = random.nextInt(3);
        boolean dup = random.nextBoolean();
        boolean retain = random.nextBoolean();
        long expiry = random.nextBoolean() ? -1 : random.nextInt() & 0xFFFF_FFFFL;
        int[] ids =
                random.ints(random.nextInt(3), 1, Wire.MAX_VARIABLE_BYTE_INTEGER)
                        .map(i -> 1 + (i >> random.nextInt(28)))
                        .toArray();
        String traceparent = random.nextBoolean() ? null : "00-" + random.nextLong();
        Bytes wire = new Bytes();
        String properties = messageProperties(random, wire, traceparent);
        byte[] forwarded = ByteBufUtil.getBytes(wire.buf());
        byte[] payload = new byte[random.nextInt(30) == 0 ? 20_000 : random.nextInt(300)];
        random.nextBytes(payload);
        int alias = random.nextBoolean() ? 0 : 1 + random.nextInt(65_535);
        int before = out.writerIndex();
        PacketEncoder.publishHeader(
                out,
                version,
                topicUtf8,
                qos,
                dup,
                retain,
                id,
                alias,
                expiry,
                ids,
                forwarded,
                traceparent,
                payload.length);
        out.writeBytes(payload);
        int bytes =
                PacketEncoder.publishBytes(
                        version,
                        topicUtf8.length,
                        qos,
                        expiry,
                        ids,
                        forwarded,
                        traceparent,
                        payload.length);
        boolean v5 = version == MqttVersion.V5;
        int more = v5 && alias > 0 ? PacketEncoder.MOST_FOR_TOPIC_ALIAS : 0;
        assertThat(out.writerIndex() - before).isBetween(bytes, bytes + more);
        Received.Publish fields =
                new Received.Publish(
                        dup,
                        qos,
                        retain,
                        qos == 0 ? 0 : id,
                        topic,
                        Received.hex(payload),
                        v5 ? expiry : -1,
                        v5 ? properties : "{}");
        return fields + (v5 ? Arrays.toString(ids) + alias : "[]0");
    }

    /** Random properties and what they are to be seen as once the traceparent was replaced. */
    private static String messageProperties(
            Random random, Bytes wire, @Nullable String traceparent) {
        java.util.TreeMap<Integer, String> single = new java.util.TreeMap<>();
        StringBuilder users = new StringBuilder();
        if (random.nextBoolean()) {
            wire.u8(0x26).text("traceparent").text("00-of-the-publisher");
            if (traceparent == null) {
                WireProperties.user(users, "traceparent", "00-of-the-publisher");
            }
        }
        if (random.nextBoolean()) {
            wire.u8(1, 1);
            single.put(1, "1");
        }
        if (random.nextBoolean()) {
            String type = text(random);
            wire.u8(3).text(type);
            single.put(3, type);
        }
        if (random.nextBoolean()) {
            String name = text(random);
            wire.u8(0x26).text(name).text("");
            WireProperties.user(users, name, "");
        }
        if (random.nextBoolean()) {
            wire.u8(9).binary((byte) 0x26, (byte) 0);
            single.put(9, "2600");
        }
        if (traceparent != null) {
            WireProperties.user(users, "traceparent", traceparent);
        }
        return WireProperties.text(single, users);
    }

    private static String line(MqttMessage m) {
        assertThat(m.decoderResult().isSuccess()).as(m.toString()).isTrue();
        MqttMessageType type = m.fixedHeader().messageType();
        return switch (m) {
            case MqttConnAckMessage connack -> connack(connack);
            case MqttPublishMessage publish ->
                    new NettyPackets().line(publish)
                            + subscriptionIds(publish)
                            + NettyPackets.unsigned(
                                    publish.variableHeader().properties(),
                                    MqttProperties.TOPIC_ALIAS,
                                    0);
            case MqttSubAckMessage suback ->
                    type
                            + " "
                            + suback.variableHeader().messageId()
                            + " "
                            + suback.payload().reasonCodes();
            case MqttUnsubAckMessage unsuback ->
                    type
                            + " "
                            + unsuback.variableHeader().messageId()
                            + " "
                            + unsuback.payload().unsubscribeReasonCodes();
            default ->
                    switch (m.variableHeader()) {
                        case MqttPubReplyMessageVariableHeader reply ->
                                ack(type, reply.messageId(), reply.reasonCode() & 0xFF)
                                        + explanation(reply.properties());
                        case MqttMessageIdVariableHeader header -> ack(type, header.messageId(), 0);
                        case MqttReasonCodeAndPropertiesVariableHeader header ->
                                type
                                        + " "
                                        + (header.reasonCode() & 0xFF)
                                        + " "
                                        + NettyPackets.value(
                                                header.properties(), MqttProperties.REASON_STRING);
                        case null -> type.toString();
                        default -> throw new AssertionError(m);
                    };
        };
    }

    private static List<Object> subscriptionIds(MqttPublishMessage publish) {
        List<Object> ids = new ArrayList<>();
        publish.variableHeader()
                .properties()
                .getProperties(MqttProperties.SUBSCRIPTION_IDENTIFIER)
                .forEach(p -> ids.add(p.value()));
        return ids;
    }

    private static String connack(MqttConnAckMessage m) {
        MqttProperties p = m.variableHeader().properties();
        ConnackProperties seen =
                new ConnackProperties(
                        (int) NettyPackets.unsigned(p, MqttProperties.RECEIVE_MAXIMUM, 65_535),
                        (int) NettyPackets.unsigned(p, MqttProperties.MAXIMUM_QOS, 2),
                        flag(p, MqttProperties.RETAIN_AVAILABLE),
                        NettyPackets.unsigned(p, MqttProperties.MAXIMUM_PACKET_SIZE, 0),
                        (String) NettyPackets.value(p, MqttProperties.ASSIGNED_CLIENT_IDENTIFIER),
                        (int) NettyPackets.unsigned(p, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
                        flag(p, MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE),
                        flag(p, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE),
                        flag(p, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE),
                        (int) NettyPackets.unsigned(p, MqttProperties.SERVER_KEEP_ALIVE, -1),
                        NettyPackets.unsigned(p, MqttProperties.SESSION_EXPIRY_INTERVAL, -1),
                        (String) NettyPackets.value(p, MqttProperties.REASON_STRING),
                        (String) NettyPackets.value(p, MqttProperties.RESPONSE_INFORMATION),
                        authentication(p));
        return "CONNACK "
                + m.variableHeader().isSessionPresent()
                + " "
                + (m.variableHeader().connectReturnCode().byteValue() & 0xFF)
                + " "
                + seen;
    }

    private static ConnackProperties.@Nullable Authentication authentication(MqttProperties p) {
        return NettyPackets.value(p, MqttProperties.AUTHENTICATION_METHOD) instanceof String method
                ? new ConnackProperties.Authentication(method, data(p))
                : null;
    }

    private static byte[] data(MqttProperties p) {
        return NettyPackets.value(p, MqttProperties.AUTHENTICATION_DATA) instanceof byte[] data
                ? data
                : new byte[0];
    }

    private static String explanation(MqttProperties p) {
        Object why = NettyPackets.value(p, MqttProperties.REASON_STRING);
        return why == null ? "" : " " + why;
    }

    private static boolean flag(MqttProperties p, int id) {
        return NettyPackets.unsigned(p, id, 1) == 1;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("t");
        for (int i = random.nextInt(30); i > 0; i--) {
            text.appendCodePoint("ab/é€😀".codePointAt(random.nextInt(3)));
        }
        return random.nextInt(3) == 0 ? text + "é€😀" : text.toString();
    }
}
