package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the body of one packet. The first thing that is wrong is kept in {@link
 * #violation}; every later read answers 0 or empty and moves nothing, so that a parser may read
 * several fields and ask once. Never reads beyond {@link #end}.
 */
final class PacketReader {
    static final byte[] EMPTY = {};

    // for the connection
    private final PacketLimits limits;

    /** Whether it may send what servers do. */
    boolean ofPeer;

    // for this call of decode
    ByteBuf buf = Unpooled.EMPTY_BUFFER;
    // for this packet
    PacketType type = PacketType.RESERVED;
    int at;
    int end;

    /** The last identifier that {@link PropertySet#next} read. */
    int propertyId;

    @Nullable Violation violation;

    // for this set of properties
    private int userProperties;
    private int userPropertyBytes;

    PacketReader(PacketLimits limits) {
        this.limits = limits;
    }

    boolean failed() {
        return violation != null;
    }

    int remaining() {
        return end - at;
    }

    int u8(String field) {
        if (!has(1, field)) {
            return 0;
        }
        return buf.getUnsignedByte(at++);
    }

    int u16(String field) {
        if (!has(2, field)) {
            return 0;
        }
        int value = buf.getUnsignedShort(at);
        at += 2;
        return value;
    }

    long u32(String field) {
        if (!has(4, field)) {
            return 0;
        }
        long value = buf.getUnsignedInt(at);
        at += 4;
        return value;
    }

    /** MQTT 5, 1.5.5; only the shortest form is one. */
    int variableByteInteger(String field) {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int b = u8(field);
            if (failed()) {
                return 0;
            }
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    malformed("MQTT-1.5.5-1", field + " is not in its shortest form");
                    return 0;
                }
                return value;
            }
        }
        malformed("MQTT-1.5.5-1", field + " has more than the 4 bytes allowed");
        return 0;
    }

    /** Not 0 (MQTT-2.2.1-3). */
    int packetId() {
        int id = u16("packet identifier");
        if (id == 0 && !failed()) {
            String rule =
                    switch (type) {
                        case PUBACK, PUBREC, PUBREL, PUBCOMP -> "MQTT-2.2.1-5";
                        case RESERVED,
                                CONNECT,
                                CONNACK,
                                PUBLISH,
                                SUBSCRIBE,
                                SUBACK,
                                UNSUBSCRIBE,
                                UNSUBACK,
                                PINGREQ,
                                PINGRESP,
                                DISCONNECT,
                                AUTH ->
                                "MQTT-2.2.1-3";
                    };
            protocolError(rule, "packet identifier is 0");
        }
        return id;
    }

    String string(String field) {
        int length = skipString(field);
        return length <= 0 ? "" : buf.toString(at - length, length, StandardCharsets.UTF_8);
    }

    /** Checks a string and steps over it. Returns its length in bytes; it ends at {@link #at}. */
    int skipString(String field) {
        int length = skipBinary(field);
        checkString(field, at - length, length);
        return failed() ? 0 : length;
    }

    /** MQTT 5, 4.7: at least one character, well-formed, no wildcard. */
    void checkTopicName(String field, int from, int length) {
        if (length == 0) {
            protocolError("MQTT-4.7.3-1", field + " is empty");
            return;
        }
        checkString(field, from, length);
        for (int i = from; i < from + length && !failed(); i++) {
            byte b = buf.getByte(i);
            if (b == '#' || b == '+') {
                fail("MQTT-3.3.2-2", ReasonCode.TOPIC_NAME_INVALID, field + " contains a wildcard");
            }
        }
        checkTopicSize(field, from, length);
    }

    private void checkTopicSize(String field, int from, int length) {
        if (length > limits.maxTopicBytes()) {
            tooMuch(
                    PacketLimits.TOPIC_LENGTH,
                    ReasonCode.TOPIC_NAME_INVALID,
                    field + " has " + length + " bytes",
                    limits.maxTopicBytes());
        }
        if (length < limits.maxTopicLevels()) {
            return; // each level but the first takes a byte
        }
        int levels = 1;
        for (int i = from; i < from + length; i++) {
            levels += buf.getByte(i) == '/' ? 1 : 0;
        }
        if (levels > limits.maxTopicLevels()) {
            tooMuch(
                    PacketLimits.TOPIC_LEVELS,
                    ReasonCode.TOPIC_NAME_INVALID,
                    field + " has " + levels + " levels",
                    limits.maxTopicLevels());
        }
    }

    /** The first of a set of properties was read. */
    void beginProperties() {
        userProperties = 0;
        userPropertyBytes = 0;
    }

    /** Checks a user property and steps over it. */
    void skipUserProperty() {
        int nameBytes = skipString("user property name");
        userPropertyOf(nameBytes + skipString("user property value"));
    }

    UserProperty userProperty() {
        int from = at;
        UserProperty property =
                new UserProperty(string("user property name"), string("user property value"));
        userPropertyOf(at - from - 4);
        return property;
    }

    private void userPropertyOf(int bytes) {
        userProperties++;
        userPropertyBytes += bytes;
        if (userProperties > limits.maxUserProperties()) {
            tooMuch(
                    PacketLimits.USER_PROPERTIES,
                    ReasonCode.QUOTA_EXCEEDED,
                    "packet has " + userProperties + " or more user properties",
                    limits.maxUserProperties());
        } else if (userPropertyBytes > limits.maxUserPropertyBytes()) {
            tooMuch(
                    PacketLimits.USER_PROPERTY_BYTES,
                    ReasonCode.QUOTA_EXCEEDED,
                    "user properties have " + userPropertyBytes + " bytes or more",
                    limits.maxUserPropertyBytes());
        }
    }

    private void tooMuch(String rule, int reasonCode, String what, int limit) {
        fail(rule, reasonCode, what + ", the limit is " + limit);
    }

    private void checkString(String field, int from, int length) {
        switch (Utf8.check(buf, from, length)) {
            case WELL_FORMED -> {}
            case HAS_NUL -> malformed("MQTT-1.5.4-2", field + " contains U+0000");
            case ILL_FORMED -> malformed("MQTT-1.5.4-1", field + " is not well-formed UTF-8");
        }
    }

    byte[] binary(String field) {
        int length = skipBinary(field);
        return copy(at - length, length);
    }

    /** Steps over binary data. Returns its length; it ends at {@link #at}. */
    int skipBinary(String field) {
        int length = u16(field);
        if (!has(length, field)) {
            return 0;
        }
        at += length;
        return length;
    }

    byte[] copy(int from, int length) {
        if (length == 0) {
            return EMPTY;
        }
        byte[] bytes = new byte[length];
        buf.getBytes(from, bytes);
        return bytes;
    }

    /** That the packet ends here. */
    void expectEnd() {
        if (at != end && !failed()) {
            malformed(formatRule(), (end - at) + " bytes left over at the end of the packet");
        }
    }

    boolean has(int bytes, String field) {
        if (violation != null) {
            return false;
        }
        if (end - at < bytes) {
            malformed(
                    formatRule(),
                    field + " needs " + bytes + " bytes, " + (end - at) + " are left");
            return false;
        }
        return true;
    }

    private String formatRule() {
        return type == PacketType.CONNECT ? "MQTT-3.1.4-1" : "MQTT-2.1.4";
    }

    void malformed(String rule, String detail) {
        fail(rule, ReasonCode.MALFORMED_PACKET, detail);
    }

    void protocolError(String rule, String detail) {
        fail(rule, ReasonCode.PROTOCOL_ERROR, detail);
    }

    void fail(String rule, int reasonCode, String detail) {
        if (violation == null) {
            violation = new Violation(rule, type, reasonCode, detail);
        }
    }
}
