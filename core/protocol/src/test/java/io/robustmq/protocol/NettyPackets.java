package io.robustmq.protocol;

import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What Netty's codec makes of one connection's packets, said in our types. */
final class NettyPackets {
    private final Map<Integer, String> aliases = new HashMap<>();

    String line(MqttMessage message) {
        return Received.line(ours(message));
    }

    private Object ours(MqttMessage message) {
        return switch (message.fixedHeader().messageType()) {
            case CONNECT -> connect((MqttConnectMessage) message);
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PUBACK -> ack(PacketType.PUBACK, message);
            case PUBREC -> ack(PacketType.PUBREC, message);
            case PUBREL -> ack(PacketType.PUBREL, message);
            case PUBCOMP -> ack(PacketType.PUBCOMP, message);
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
            case UNSUBSCRIBE -> {
                MqttUnsubscribeMessage m = (MqttUnsubscribeMessage) message;
                yield new Unsubscribe(m.variableHeader().messageId(), m.payload().topics());
            }
            case PINGREQ -> PacketType.PINGREQ;
            case DISCONNECT -> {
                if (message.variableHeader()
                        instanceof MqttReasonCodeAndPropertiesVariableHeader header) {
                    yield new Disconnect(
                            header.reasonCode() & 0xFF,
                            unsigned(
                                    header.properties(),
                                    MqttProperties.SESSION_EXPIRY_INTERVAL,
                                    -1));
                }
                yield new Disconnect(0, -1);
            }
            case AUTH -> {
                var header = (MqttReasonCodeAndPropertiesVariableHeader) message.variableHeader();
                yield new Received.Step(
                        header.reasonCode() & 0xFF,
                        value(header.properties(), MqttProperties.AUTHENTICATION_DATA)
                                        instanceof byte[] data
                                ? Received.hex(data)
                                : null);
            }
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> message.fixedHeader().messageType();
        };
    }

    private static Connect connect(MqttConnectMessage message) {
        MqttConnectVariableHeader header = message.variableHeader();
        MqttConnectPayload payload = message.payload();
        MqttProperties p = header.properties();
        boolean v5 = header.version() == 5;
        return new Connect(
                switch (header.version()) {
                    case 3 -> MqttVersion.V3_1;
                    case 4 -> MqttVersion.V3_1_1;
                    default -> MqttVersion.V5;
                },
                payload.clientIdentifier(),
                header.isCleanSession(),
                header.keepAliveTimeSeconds(),
                v5
                        ? unsigned(p, MqttProperties.SESSION_EXPIRY_INTERVAL, 0)
                        : header.isCleanSession() ? 0 : Connect.NEVER_EXPIRES,
                (int) unsigned(p, MqttProperties.RECEIVE_MAXIMUM, 65_535),
                unsigned(p, MqttProperties.MAXIMUM_PACKET_SIZE, 0),
                (int) unsigned(p, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
                unsigned(p, MqttProperties.REQUEST_RESPONSE_INFORMATION, 0) == 1,
                unsigned(p, MqttProperties.REQUEST_PROBLEM_INFORMATION, 1) == 1,
                payload.userName(),
                payload.passwordInBytes(),
                (String) value(p, MqttProperties.AUTHENTICATION_METHOD),
                (byte[]) value(p, MqttProperties.AUTHENTICATION_DATA),
                header.isWillFlag() ? will(header, payload) : null,
                userProperties(p));
    }

    private static Connect.Will will(MqttConnectVariableHeader header, MqttConnectPayload payload) {
        MqttProperties p = payload.willProperties();
        return new Connect.Will(
                payload.willTopic(),
                payload.willMessageInBytes(),
                header.willQos(),
                header.isWillRetain(),
                unsigned(p, MqttProperties.WILL_DELAY_INTERVAL, 0),
                unsigned(p, MqttProperties.PUBLICATION_EXPIRY_INTERVAL, -1),
                wire(p));
    }

    private Received.Publish publish(MqttPublishMessage message) {
        MqttProperties p = message.variableHeader().properties();
        String topic = message.variableHeader().topicName();
        int alias = (int) unsigned(p, MqttProperties.TOPIC_ALIAS, 0);
        if (alias > 0 && topic.isEmpty()) {
            topic = aliases.getOrDefault(alias, "");
        } else if (alias > 0) {
            aliases.put(alias, topic);
        }
        int qos = message.fixedHeader().qosLevel().value();
        return new Received.Publish(
                message.fixedHeader().isDup(),
                qos,
                message.fixedHeader().isRetain(),
                qos == 0 ? 0 : message.variableHeader().packetId(),
                topic,
                ByteBufUtil.hexDump(message.payload()),
                unsigned(p, MqttProperties.PUBLICATION_EXPIRY_INTERVAL, -1),
                text(p));
    }

    private static Received.Ack ack(PacketType type, MqttMessage message) {
        var header = (MqttMessageIdVariableHeader) message.variableHeader();
        int reasonCode =
                header instanceof MqttPubReplyMessageVariableHeader reply
                        ? reply.reasonCode() & 0xFF
                        : 0;
        return new Received.Ack(type, header.messageId(), reasonCode);
    }

    private static Subscribe subscribe(MqttSubscribeMessage message) {
        List<Subscribe.Filter> filters = new ArrayList<>();
        for (MqttTopicSubscription s : message.payload().topicSubscriptions()) {
            filters.add(
                    new Subscribe.Filter(
                            s.topicFilter(),
                            s.option().qos().value(),
                            s.option().isNoLocal(),
                            s.option().isRetainAsPublished(),
                            s.option().retainHandling().value()));
        }
        MqttProperties p = message.idAndPropertiesVariableHeader().properties();
        return new Subscribe(
                message.variableHeader().messageId(),
                (int) unsigned(p, MqttProperties.SUBSCRIPTION_IDENTIFIER, 0),
                filters);
    }

    /** As {@link WireProperties#text} writes the wire form of the same properties. */
    static String text(MqttProperties p) {
        Map<Integer, String> single = new TreeMap<>();
        Object format = value(p, MqttProperties.PAYLOAD_FORMAT_INDICATOR);
        if (format != null) {
            single.put(MqttProperties.PAYLOAD_FORMAT_INDICATOR, format.toString());
        }
        for (int id : new int[] {MqttProperties.CONTENT_TYPE, MqttProperties.RESPONSE_TOPIC}) {
            Object text = value(p, id);
            if (text != null) {
                single.put(id, text.toString());
            }
        }
        if (value(p, MqttProperties.CORRELATION_DATA) instanceof byte[] data) {
            single.put(MqttProperties.CORRELATION_DATA, Received.hex(data));
        }
        StringBuilder users = new StringBuilder();
        userProperties(p).forEach(u -> WireProperties.user(users, u.name(), u.value()));
        return WireProperties.text(single, users);
    }

    /** A will's properties on the wire, so that they can be in a Connect. */
    private static byte[] wire(MqttProperties p) {
        Bytes out = new Bytes();
        if (value(p, MqttProperties.PAYLOAD_FORMAT_INDICATOR) instanceof Integer format) {
            out.u8(MqttProperties.PAYLOAD_FORMAT_INDICATOR, format);
        }
        for (int id : new int[] {MqttProperties.CONTENT_TYPE, MqttProperties.RESPONSE_TOPIC}) {
            if (value(p, id) instanceof String text) {
                out.u8(id).text(text);
            }
        }
        if (value(p, MqttProperties.CORRELATION_DATA) instanceof byte[] data) {
            out.u8(MqttProperties.CORRELATION_DATA).binary(data);
        }
        for (UserProperty user : userProperties(p)) {
            out.u8(MqttProperties.USER_PROPERTY).text(user.name()).text(user.value());
        }
        return ByteBufUtil.getBytes(out.buf());
    }

    static List<UserProperty> userProperties(MqttProperties p) {
        List<UserProperty> all = new ArrayList<>();
        for (MqttProperties.MqttProperty<?> property :
                p.getProperties(MqttProperties.USER_PROPERTY)) {
            switch (property) {
                case MqttProperties.UserProperties several ->
                        several.value()
                                .forEach(pair -> all.add(new UserProperty(pair.key, pair.value)));
                case MqttProperties.UserProperty one ->
                        all.add(new UserProperty(one.value().key, one.value().value));
                default -> throw new AssertionError(property);
            }
        }
        return all;
    }

    static @Nullable Object value(MqttProperties properties, int id) {
        MqttProperties.MqttProperty<?> property = properties.getProperty(id);
        return property == null ? null : property.value();
    }

    static long unsigned(MqttProperties properties, int id, long absent) {
        return value(properties, id) instanceof Integer number ? number & 0xFFFF_FFFFL : absent;
    }
}
