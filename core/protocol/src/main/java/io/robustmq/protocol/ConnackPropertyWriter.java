package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;

/** MQTT 5, 3.2.2.3: what differs from the default. */
final class ConnackPropertyWriter {
    private ConnackPropertyWriter() {}

    private static final int DEFAULT_RECEIVE_MAXIMUM = 65_535;
    private static final int DEFAULT_MAXIMUM_QOS = 2;

    static int size(ConnackProperties p) {
        int size = 0;
        size += p.sessionExpirySeconds() < 0 ? 0 : 5;
        size += p.receiveMaximum() == DEFAULT_RECEIVE_MAXIMUM ? 0 : 3;
        size += p.maximumQos() == DEFAULT_MAXIMUM_QOS ? 0 : 2;
        size += p.retainAvailable() ? 0 : 2;
        size += p.maximumPacketSize() == 0 ? 0 : 5;
        size += p.assignedClientId() == null ? 0 : 1 + Wire.sizeOfString(p.assignedClientId());
        size += p.topicAliasMaximum() == 0 ? 0 : 3;
        size += p.reasonString() == null ? 0 : 1 + Wire.sizeOfString(p.reasonString());
        size += p.wildcardSubscriptionAvailable() ? 0 : 2;
        size += p.subscriptionIdentifierAvailable() ? 0 : 2;
        size += p.sharedSubscriptionAvailable() ? 0 : 2;
        size += p.serverKeepAliveSeconds() < 0 ? 0 : 3;
        size +=
                p.responseInformation() == null
                        ? 0
                        : 1 + Wire.sizeOfString(p.responseInformation());
        size += p.authentication() == null ? 0 : p.authentication().size();
        return size;
    }

    static void write(ByteBuf out, ConnackProperties p) {
        if (p.sessionExpirySeconds() >= 0) {
            out.writeByte(PropertySet.SESSION_EXPIRY).writeInt((int) p.sessionExpirySeconds());
        }
        if (p.receiveMaximum() != DEFAULT_RECEIVE_MAXIMUM) {
            out.writeByte(PropertySet.RECEIVE_MAXIMUM).writeShort(p.receiveMaximum());
        }
        if (p.maximumQos() != DEFAULT_MAXIMUM_QOS) {
            out.writeByte(PropertySet.MAXIMUM_QOS).writeByte(p.maximumQos());
        }
        if (!p.retainAvailable()) {
            out.writeByte(PropertySet.RETAIN_AVAILABLE).writeByte(0);
        }
        if (p.maximumPacketSize() != 0) {
            out.writeByte(PropertySet.MAXIMUM_PACKET_SIZE).writeInt((int) p.maximumPacketSize());
        }
        if (p.assignedClientId() != null) {
            out.writeByte(PropertySet.ASSIGNED_CLIENT_IDENTIFIER);
            Wire.writeString(out, p.assignedClientId());
        }
        if (p.topicAliasMaximum() != 0) {
            out.writeByte(PropertySet.TOPIC_ALIAS_MAXIMUM).writeShort(p.topicAliasMaximum());
        }
        if (p.reasonString() != null) {
            out.writeByte(PropertySet.REASON_STRING);
            Wire.writeString(out, p.reasonString());
        }
        if (!p.wildcardSubscriptionAvailable()) {
            out.writeByte(PropertySet.WILDCARD_AVAILABLE).writeByte(0);
        }
        if (!p.subscriptionIdentifierAvailable()) {
            out.writeByte(PropertySet.SUBSCRIPTION_IDENTIFIER_AVAILABLE).writeByte(0);
        }
        if (!p.sharedSubscriptionAvailable()) {
            out.writeByte(PropertySet.SHARED_AVAILABLE).writeByte(0);
        }
        if (p.serverKeepAliveSeconds() >= 0) {
            out.writeByte(PropertySet.SERVER_KEEP_ALIVE).writeShort(p.serverKeepAliveSeconds());
        }
        if (p.responseInformation() != null) {
            out.writeByte(PropertySet.RESPONSE_INFORMATION);
            Wire.writeString(out, p.responseInformation());
        }
        if (p.authentication() != null) {
            p.authentication().write(out);
        }
    }
}
