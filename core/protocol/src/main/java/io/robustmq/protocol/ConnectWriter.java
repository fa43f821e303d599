package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A CONNECT to bytes: for a broker that hands a client on to another one. Any thread. */
public final class ConnectWriter {
    private static final int CONNECT = 0x10;
    private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;
    private static final String NAME_3_1 = "MQIsdp";
    private static final String NAME = "MQTT";

    private ConnectWriter() {}

    /** Such that a {@link PacketDecoder} reads the same; what has its default is left out. */
    public static void write(ByteBuf out, Connect connect) {
        ByteBuf rest = Unpooled.buffer();
        Wire.writeString(rest, connect.version() == MqttVersion.V3_1 ? NAME_3_1 : NAME);
        rest.writeByte(connect.version().level());
        rest.writeByte(flags(connect));
        rest.writeShort(connect.keepAliveSeconds());
        boolean v5 = connect.version() == MqttVersion.V5;
        if (v5) {
            writeProperties(rest, properties(connect));
        }
        Wire.writeString(rest, connect.clientId());
        Connect.Will will = connect.will();
        if (will != null) {
            if (v5) {
                writeProperties(rest, properties(will));
            }
            Wire.writeString(rest, will.topic());
            writeBinary(rest, will.payload());
        }
        String userName = connect.userName();
        if (userName != null) {
            Wire.writeString(rest, userName);
        }
        byte[] password = connect.password();
        if (password != null) {
            writeBinary(rest, password);
        }
        out.writeByte(CONNECT);
        Wire.writeVariableByteInteger(out, rest.readableBytes());
        out.writeBytes(rest);
    }

    private static int flags(Connect connect) {
        int flags = connect.cleanStart() ? 0x02 : 0;
        Connect.Will will = connect.will();
        if (will != null) {
            flags |= 0x04 | will.qos() << 3 | (will.retain() ? 0x20 : 0);
        }
        flags |= connect.password() == null ? 0 : 0x40;
        return flags | (connect.userName() == null ? 0 : 0x80);
    }

    private static ByteBuf properties(Connect connect) {
        ByteBuf out = Unpooled.buffer();
        if (connect.sessionExpirySeconds() != 0) {
            out.writeByte(PropertySet.SESSION_EXPIRY);
            out.writeInt((int) connect.sessionExpirySeconds());
        }
        if (connect.receiveMaximum() != DEFAULT_RECEIVE_MAXIMUM) {
            out.writeByte(PropertySet.RECEIVE_MAXIMUM).writeShort(connect.receiveMaximum());
        }
        if (connect.maximumPacketSize() != 0) {
            out.writeByte(PropertySet.MAXIMUM_PACKET_SIZE);
            out.writeInt((int) connect.maximumPacketSize());
        }
        if (connect.topicAliasMaximum() != 0) {
            out.writeByte(PropertySet.TOPIC_ALIAS_MAXIMUM).writeShort(connect.topicAliasMaximum());
        }
        if (connect.requestResponseInformation()) {
            out.writeByte(PropertySet.REQUEST_RESPONSE_INFORMATION).writeByte(1);
        }
        if (!connect.requestProblemInformation()) {
            out.writeByte(PropertySet.REQUEST_PROBLEM_INFORMATION).writeByte(0);
        }
        String method = connect.authenticationMethod();
        if (method != null) {
            out.writeByte(PropertySet.AUTHENTICATION_METHOD);
            Wire.writeString(out, method);
        }
        byte[] data = connect.authenticationData();
        if (data != null) {
            out.writeByte(PropertySet.AUTHENTICATION_DATA);
            writeBinary(out, data);
        }
        for (UserProperty each : connect.userProperties()) {
            out.writeByte(PropertySet.USER_PROPERTY);
            Wire.writeString(out, each.name());
            Wire.writeString(out, each.value());
        }
        return out;
    }

    private static ByteBuf properties(Connect.Will will) {
        ByteBuf out = Unpooled.buffer();
        if (will.delaySeconds() != 0) {
            out.writeByte(PropertySet.WILL_DELAY).writeInt((int) will.delaySeconds());
        }
        if (will.messageExpirySeconds() >= 0) {
            out.writeByte(PropertySet.MESSAGE_EXPIRY).writeInt((int) will.messageExpirySeconds());
        }
        return out.writeBytes(will.properties());
    }

    private static void writeProperties(ByteBuf out, ByteBuf properties) {
        Wire.writeVariableByteInteger(out, properties.readableBytes());
        out.writeBytes(properties);
    }

    private static void writeBinary(ByteBuf out, byte[] bytes) {
        out.writeShort(bytes.length).writeBytes(bytes);
    }
}
