package io.robustmq.protocol;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscribePayload;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption.RetainedHandlingPolicy;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import io.netty.handler.codec.mqtt.MqttUnsubscribePayload;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One client's valid packets, CONNECT first, for Netty to encode. */
final class RandomPackets {
    static final int ALIASES = 5;
    private static final int[] ACK_REASONS = {0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99};
    private static final int[] DISCONNECT_REASONS = {0, 4, 0x80, 0x81, 0x82, 0x93, 0x98, 0x99};

    private final Random random;
    private final int level;
    private final boolean v5;
    private final List<String> topics = new ArrayList<>();
    private final boolean[] aliasKnown = new boolean[ALIASES + 1];
    private boolean sessionExpires;
    private @Nullable String authenticationMethod;

    RandomPackets(Random random) {
        this(random, 4 + random.nextInt(2));
    }

    /**
     * @param level of the protocol, 3 to 5
     */
    RandomPackets(Random random, int level) {
        this.random = random;
        this.level = level;
        this.v5 = level == 5;
    }

    boolean v5() {
        return v5;
    }

    MqttMessage connect() {
        boolean will = random.nextBoolean();
        boolean user = random.nextBoolean();
        boolean password = (user || v5) && random.nextBoolean();
        MqttProperties properties = new MqttProperties();
        if (v5) {
            connectProperties(properties);
        }
        return new MqttConnectMessage(
                header(MqttMessageType.CONNECT),
                new MqttConnectVariableHeader(
                        level == 3 ? "MQIsdp" : "MQTT",
                        level,
                        user,
                        password,
                        will && random.nextBoolean(),
                        will ? random.nextInt(3) : 0,
                        will,
                        random.nextBoolean(),
                        random.nextInt(65_536),
                        properties),
                new MqttConnectPayload(
                        clientId(),
                        will && v5 ? messageProperties(true) : MqttProperties.NO_PROPERTIES,
                        will ? topic() : null,
                        will ? bytes() : null,
                        user ? text() : null,
                        password ? bytes() : null));
    }

    /** Netty lets 3.1 have 1 to 23 characters. */
    private String clientId() {
        if (level == 3) {
            return "c" + random.nextInt();
        }
        return random.nextInt(10) == 0 ? "" : text();
    }

    private void connectProperties(MqttProperties p) {
        if (random.nextBoolean()) {
            int seconds = random.nextBoolean() ? random.nextInt() : 0;
            sessionExpires = seconds != 0;
            p.add(integer(MqttProperties.SESSION_EXPIRY_INTERVAL, seconds));
        }
        if (random.nextBoolean()) {
            p.add(integer(MqttProperties.RECEIVE_MAXIMUM, 1 + random.nextInt(65_535)));
        }
        if (random.nextBoolean()) {
            p.add(integer(MqttProperties.MAXIMUM_PACKET_SIZE, random.nextInt() | 1));
        }
        if (random.nextBoolean()) {
            p.add(integer(MqttProperties.TOPIC_ALIAS_MAXIMUM, random.nextInt(65_536)));
        }
        if (random.nextBoolean()) {
            p.add(integer(MqttProperties.REQUEST_RESPONSE_INFORMATION, random.nextInt(2)));
        }
        if (random.nextBoolean()) {
            p.add(integer(MqttProperties.REQUEST_PROBLEM_INFORMATION, random.nextInt(2)));
        }
        if (random.nextInt(3) == 0) {
            String method = text();
            authenticationMethod = method;
            p.add(new MqttProperties.StringProperty(MqttProperties.AUTHENTICATION_METHOD, method));
            p.add(new MqttProperties.BinaryProperty(MqttProperties.AUTHENTICATION_DATA, bytes()));
        }
        userProperties(p);
    }

    MqttMessage next() {
        return switch (random.nextInt(14)) {
            case 0 -> subscribe();
            case 1 -> unsubscribe();
            case 2 -> new MqttMessage(header(MqttMessageType.PINGREQ));
            case 3 -> ack(MqttMessageType.PUBACK, ACK_REASONS);
            case 4 -> ack(MqttMessageType.PUBREC, ACK_REASONS);
            case 5 -> ack(MqttMessageType.PUBREL, 0, 0x92);
            case 6 -> ack(MqttMessageType.PUBCOMP, 0, 0x92);
            case 7 -> disconnect();
            case 8 -> authenticationMethod == null ? publish() : auth(authenticationMethod);
            default -> publish();
        };
    }

    private MqttMessage publish() {
        int qos = random.nextInt(3);
        MqttProperties p = v5 ? messageProperties(false) : MqttProperties.NO_PROPERTIES;
        String topic = topic();
        if (v5 && random.nextInt(3) == 0) {
            int alias = 1 + random.nextInt(ALIASES);
            p.add(integer(MqttProperties.TOPIC_ALIAS, alias));
            if (aliasKnown[alias] && random.nextBoolean()) {
                topic = "";
            }
            aliasKnown[alias] = true;
        }
        return new MqttPublishMessage(
                new MqttFixedHeader(
                        MqttMessageType.PUBLISH,
                        qos > 0 && random.nextBoolean(),
                        MqttQoS.valueOf(qos),
                        random.nextBoolean(),
                        0),
                new MqttPublishVariableHeader(topic, id(), p),
                Unpooled.wrappedBuffer(bytes()));
    }

    private MqttProperties messageProperties(boolean will) {
        MqttProperties p = new MqttProperties();
        if (random.nextInt(3) == 0) {
            return p;
        }
        if (random.nextInt(3) == 0) {
            p.add(integer(MqttProperties.PAYLOAD_FORMAT_INDICATOR, random.nextInt(2)));
        }
        if (random.nextInt(3) == 0) {
            p.add(integer(MqttProperties.PUBLICATION_EXPIRY_INTERVAL, random.nextInt()));
        }
        if (random.nextInt(3) == 0) {
            p.add(new MqttProperties.StringProperty(MqttProperties.CONTENT_TYPE, text()));
        }
        if (random.nextInt(3) == 0) {
            p.add(new MqttProperties.StringProperty(MqttProperties.RESPONSE_TOPIC, topic()));
        }
        if (random.nextInt(3) == 0) {
            p.add(new MqttProperties.BinaryProperty(MqttProperties.CORRELATION_DATA, bytes()));
        }
        if (will && random.nextInt(3) == 0) {
            p.add(integer(MqttProperties.WILL_DELAY_INTERVAL, random.nextInt()));
        }
        userProperties(p);
        return p;
    }

    private MqttMessage subscribe() {
        List<MqttTopicSubscription> filters = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            filters.add(
                    new MqttTopicSubscription(
                            topic() + (random.nextBoolean() ? "/#" : ""),
                            v5
                                    ? new MqttSubscriptionOption(
                                            MqttQoS.valueOf(random.nextInt(3)),
                                            random.nextBoolean(),
                                            random.nextBoolean(),
                                            RetainedHandlingPolicy.valueOf(random.nextInt(3)))
                                    : MqttSubscriptionOption.onlyFromQos(
                                            MqttQoS.valueOf(random.nextInt(3)))));
        }
        MqttProperties p = new MqttProperties();
        if (v5 && random.nextBoolean()) {
            int identifier =
                    1 + random.nextInt(Wire.MAX_VARIABLE_BYTE_INTEGER >> random.nextInt(28));
            p.add(integer(MqttProperties.SUBSCRIPTION_IDENTIFIER, identifier));
        }
        if (v5) {
            userProperties(p);
        }
        return new MqttSubscribeMessage(
                header1(MqttMessageType.SUBSCRIBE),
                new MqttMessageIdAndPropertiesVariableHeader(id(), p),
                new MqttSubscribePayload(filters));
    }

    private MqttMessage unsubscribe() {
        MqttProperties p = new MqttProperties();
        if (v5) {
            userProperties(p);
        }
        return new MqttUnsubscribeMessage(
                header1(MqttMessageType.UNSUBSCRIBE),
                new MqttMessageIdAndPropertiesVariableHeader(id(), p),
                new MqttUnsubscribePayload(List.of(topic(), topic() + "/+")));
    }

    private MqttMessage ack(MqttMessageType type, int... reasons) {
        int reason = v5 ? reasons[random.nextInt(reasons.length)] : 0;
        return new MqttMessage(
                type == MqttMessageType.PUBREL ? header1(type) : header(type),
                new MqttPubReplyMessageVariableHeader(id(), (byte) reason, reasonProperties()));
    }

    private MqttMessage disconnect() {
        if (!v5) {
            return new MqttMessage(header(MqttMessageType.DISCONNECT));
        }
        MqttProperties p = reasonProperties();
        if (random.nextBoolean()) {
            int seconds = sessionExpires ? random.nextInt() : 0;
            p.add(integer(MqttProperties.SESSION_EXPIRY_INTERVAL, seconds));
        }
        int reason = DISCONNECT_REASONS[random.nextInt(DISCONNECT_REASONS.length)];
        return new MqttMessage(
                header(MqttMessageType.DISCONNECT),
                new MqttReasonCodeAndPropertiesVariableHeader((byte) reason, p));
    }

    private MqttMessage auth(String method) {
        MqttProperties p = reasonProperties();
        p.add(new MqttProperties.StringProperty(MqttProperties.AUTHENTICATION_METHOD, method));
        return new MqttMessage(
                header(MqttMessageType.AUTH),
                new MqttReasonCodeAndPropertiesVariableHeader(
                        (byte) (0x18 + random.nextInt(2)), p));
    }

    private MqttProperties reasonProperties() {
        MqttProperties p = new MqttProperties();
        if (v5 && random.nextInt(3) == 0) {
            p.add(new MqttProperties.StringProperty(MqttProperties.REASON_STRING, text()));
            userProperties(p);
        }
        return p;
    }

    private void userProperties(MqttProperties p) {
        for (int i = random.nextInt(6) - 3; i > 0; i--) {
            p.add(new MqttProperties.UserProperty(text(), text()));
        }
    }

    private int id() {
        return 1 + random.nextInt(65_535);
    }

    /** One of the last few as often as not: the decoder remembers them. */
    private String topic() {
        if (!topics.isEmpty() && random.nextBoolean()) {
            return topics.get(random.nextInt(topics.size()));
        }
        String topic = text().replace('#', '/').replace('+', '/');
        topics.add(topic);
        return topic;
    }

    private String text() {
        int length = random.nextInt(20) == 0 ? 300 : 1 + random.nextInt(20);
        StringBuilder text = new StringBuilder();
        boolean ascii = random.nextInt(4) != 0;
        for (int i = 0; i < length; i++) {
            int c = ascii ? 1 + random.nextInt(0x7E) : 1 + random.nextInt(0x1_FFFF);
            text.appendCodePoint(c >= 0xD800 && c <= 0xDFFF ? '~' : c);
        }
        return text.toString();
    }

    private byte[] bytes() {
        byte[] bytes =
                new byte[random.nextInt(40) == 0 ? random.nextInt(20_000) : random.nextInt(64)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0);
    }

    private static MqttFixedHeader header1(MqttMessageType type) {
        return new MqttFixedHeader(type, false, MqttQoS.AT_LEAST_ONCE, false, 0);
    }

    private static MqttProperties.IntegerProperty integer(int id, int value) {
        return new MqttProperties.IntegerProperty(id, value);
    }
}
