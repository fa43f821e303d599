package io.robustmq.protocol;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CONNECT: MQTT 5, 3.1, and what MQTT 3.1.1 and 3.1 say otherwise. */
final class ConnectParser {
    private ConnectParser() {}

    private static final int RESERVED_FLAG = 0x01;
    private static final int CLEAN_START_FLAG = 0x02;
    private static final int WILL_FLAG = 0x04;
    private static final int WILL_RETAIN_FLAG = 0x20;
    private static final int PASSWORD_FLAG = 0x40;
    private static final int USER_NAME_FLAG = 0x80;

    private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;

    /** Protocol name and version, null if they are not ours. */
    static @Nullable MqttVersion readVersion(PacketReader reader) {
        int length = reader.skipBinary("protocol name");
        int nameAt = reader.at - length;
        int level = reader.u8("protocol version");
        if (reader.failed()) {
            return null;
        }
        if (isMqIsdp(reader, nameAt, length) && level == MqttVersion.V3_1.level()) {
            return MqttVersion.V3_1;
        }
        if (!isMqtt(reader, nameAt, length)) {
            unsupported(
                    reader,
                    "MQTT-3.1.2-1",
                    "protocol name of " + length + " bytes is not MQTT, level is " + level);
            return null;
        }
        for (MqttVersion version : MqttVersion.values()) {
            if (version.level() == level && version != MqttVersion.V3_1) {
                return version;
            }
        }
        unsupported(reader, "MQTT-3.1.2-2", "protocol level " + level + " is not 4 or 5");
        return null;
    }

    private static boolean isMqtt(PacketReader reader, int at, int length) {
        return length == 4 && reader.buf.getInt(at) == 0x4D51_5454;
    }

    private static boolean isMqIsdp(PacketReader reader, int at, int length) {
        return length == 6
                && reader.buf.getInt(at) == 0x4D51_4973
                && reader.buf.getShort(at + 4) == 0x6470;
    }

    private static void unsupported(PacketReader reader, String rule, String detail) {
        reader.fail(rule, ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, detail);
    }

    /** What follows the version, null if the reader failed. */
    static @Nullable Connect read(PacketReader reader, MqttVersion version) {
        boolean v5 = version == MqttVersion.V5;
        int flags = reader.u8("connect flags");
        checkFlags(reader, flags, version);
        int keepAliveSeconds = reader.u16("keep alive");
        ConnectProperties properties = new ConnectProperties();
        if (v5) {
            properties.read(reader);
        }
        String clientId = reader.string("client identifier");
        Connect.Will will = (flags & WILL_FLAG) == 0 ? null : readWill(reader, flags, v5);
        // in 3.1 the packet's end counts for more than the flags
        boolean mayEnd = version == MqttVersion.V3_1;
        boolean named = (flags & USER_NAME_FLAG) != 0 && !(mayEnd && reader.remaining() == 0);
        String userName = named ? reader.string("user name") : null;
        boolean proved = (flags & PASSWORD_FLAG) != 0 && !(mayEnd && reader.remaining() == 0);
        byte[] password = proved ? reader.binary("password") : null;
        reader.expectEnd();
        if (reader.failed()) {
            return null;
        }
        boolean cleanStart = (flags & CLEAN_START_FLAG) != 0;
        return new Connect(
                version,
                clientId,
                cleanStart,
                keepAliveSeconds,
                v5 ? properties.sessionExpirySeconds : cleanStart ? 0 : Connect.NEVER_EXPIRES,
                properties.receiveMaximum,
                properties.maximumPacketSize,
                properties.topicAliasMaximum,
                properties.requestResponseInformation,
                properties.requestProblemInformation,
                userName,
                password,
                properties.authenticationMethod,
                properties.authenticationData,
                will,
                List.copyOf(properties.userProperties));
    }

    private static void checkFlags(PacketReader reader, int flags, MqttVersion version) {
        if (reader.failed()) {
            return;
        }
        boolean v5 = version == MqttVersion.V5;
        if (version == MqttVersion.V3_1) {
            // what is not used there has no value to check
            if ((flags & WILL_FLAG) != 0 && willQos(flags) == 3) {
                reader.malformed("MQTT-3.1.2-12", "will QoS is 3");
            }
            return;
        }
        if ((flags & RESERVED_FLAG) != 0) {
            reader.malformed("MQTT-3.1.2-3", "reserved bit of the connect flags is 1");
        }
        int willQos = willQos(flags);
        if ((flags & WILL_FLAG) != 0) {
            if (willQos == 3) {
                reader.malformed("MQTT-3.1.2-12", "will QoS is 3");
            }
        } else if (willQos != 0) {
            reader.malformed("MQTT-3.1.2-11", "will QoS is " + willQos + " without a will");
        } else if ((flags & WILL_RETAIN_FLAG) != 0) {
            reader.malformed("MQTT-3.1.2-13", "will retain is 1 without a will");
        }
        if (!v5 && (flags & (USER_NAME_FLAG | PASSWORD_FLAG)) == PASSWORD_FLAG) {
            reader.malformed("MQTT3-3.1.2-22", "a password without a user name");
        }
    }

    private static int willQos(int flags) {
        return flags >> 3 & 3;
    }

    private static Connect.@Nullable Will readWill(PacketReader reader, int flags, boolean v5) {
        long delaySeconds = 0;
        long messageExpirySeconds = -1;
        byte[] forwarded = PacketReader.EMPTY;
        int propertiesLength = v5 ? reader.variableByteInteger("will property length") : 0;
        if (propertiesLength > 0 && reader.has(propertiesLength, "will properties")) {
            MessageProperties properties = new MessageProperties();
            properties.read(reader, PropertySet.WILL, propertiesLength);
            if (reader.failed()) {
                return null;
            }
            delaySeconds = properties.willDelaySeconds();
            messageExpirySeconds = properties.messageExpirySeconds();
            forwarded = properties.forwarded();
        }
        int topicLength = reader.skipBinary("will topic");
        int topicAt = reader.at - topicLength;
        byte[] payload = reader.binary("will payload");
        if (reader.failed()) {
            return null;
        }
        reader.checkTopicName("will topic", topicAt, topicLength);
        if (reader.failed()) {
            return null;
        }
        return new Connect.Will(
                new Topic(reader.copy(topicAt, topicLength)).name(),
                payload,
                willQos(flags),
                (flags & WILL_RETAIN_FLAG) != 0,
                delaySeconds,
                messageExpirySeconds,
                forwarded);
    }

    /** MQTT 5, 3.1.2.11, with the defaults it gives. */
    private static final class ConnectProperties {
        private long sessionExpirySeconds;
        private int receiveMaximum = DEFAULT_RECEIVE_MAXIMUM;
        private long maximumPacketSize;
        private int topicAliasMaximum;
        private boolean requestResponseInformation;
        private boolean requestProblemInformation = true;
        private @Nullable String authenticationMethod;
        private byte @Nullable [] authenticationData;
        private final List<UserProperty> userProperties = new ArrayList<>();

        void read(PacketReader reader) {
            int length = reader.variableByteInteger("property length");
            if (!reader.has(length, "properties")) {
                return;
            }
            int packetEnd = reader.end;
            reader.end = reader.at + length;
            long seen = 0;
            while (reader.remaining() > 0 && !reader.failed()) {
                seen = PropertySet.CONNECT.next(reader, seen);
                if (!reader.failed()) {
                    readOne(reader);
                }
            }
            reader.end = packetEnd;
            if (authenticationData != null && authenticationMethod == null) {
                reader.protocolError(
                        "MQTT-3.1.2.11.10", "authentication data without authentication method");
            }
        }

        private void readOne(PacketReader reader) {
            switch (reader.propertyId) {
                case PropertySet.SESSION_EXPIRY ->
                        sessionExpirySeconds = reader.u32("session expiry interval");
                case PropertySet.RECEIVE_MAXIMUM -> {
                    receiveMaximum = reader.u16("receive maximum");
                    notZero(reader, receiveMaximum, "MQTT-3.1.2.11.3", "receive maximum");
                }
                case PropertySet.MAXIMUM_PACKET_SIZE -> {
                    maximumPacketSize = reader.u32("maximum packet size");
                    notZero(reader, maximumPacketSize, "MQTT-3.1.2.11.4", "maximum packet size");
                }
                case PropertySet.TOPIC_ALIAS_MAXIMUM ->
                        topicAliasMaximum = reader.u16("topic alias maximum");
                case PropertySet.REQUEST_RESPONSE_INFORMATION ->
                        requestResponseInformation =
                                bit(reader, "MQTT-3.1.2.11.6", "request response information");
                case PropertySet.REQUEST_PROBLEM_INFORMATION ->
                        requestProblemInformation =
                                bit(reader, "MQTT-3.1.2.11.7", "request problem information");
                case PropertySet.AUTHENTICATION_METHOD ->
                        authenticationMethod = reader.string("authentication method");
                case PropertySet.AUTHENTICATION_DATA ->
                        authenticationData = reader.binary("authentication data");
                case PropertySet.USER_PROPERTY -> userProperties.add(reader.userProperty());
                default -> throw new AssertionError("no reader for property " + reader.propertyId);
            }
        }

        private static void notZero(PacketReader reader, long value, String rule, String field) {
            if (value == 0) {
                reader.protocolError(rule, field + " is 0");
            }
        }

        private static boolean bit(PacketReader reader, String rule, String field) {
            int value = reader.u8(field);
            if (value > 1) {
                reader.protocolError(rule, field + " is " + value + ", not 0 or 1");
            }
            return value == 1;
        }
    }
}
