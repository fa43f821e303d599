package io.robustmq.protocol;

import java.util.Locale;

/**
 * Which properties a client may put where (MQTT 5, table 2-4), and the rules that hold for all of
 * them: known, allowed here, at most once but for the User Property.
 */
enum PropertySet {
    CONNECT(
            "MQTT-3.1.2.11",
            PropertySet.SESSION_EXPIRY,
            PropertySet.AUTHENTICATION_METHOD,
            PropertySet.AUTHENTICATION_DATA,
            PropertySet.REQUEST_PROBLEM_INFORMATION,
            PropertySet.REQUEST_RESPONSE_INFORMATION,
            PropertySet.RECEIVE_MAXIMUM,
            PropertySet.TOPIC_ALIAS_MAXIMUM,
            PropertySet.USER_PROPERTY,
            PropertySet.MAXIMUM_PACKET_SIZE),
    WILL(
            "MQTT-3.1.3.2",
            PropertySet.PAYLOAD_FORMAT,
            PropertySet.MESSAGE_EXPIRY,
            PropertySet.CONTENT_TYPE,
            PropertySet.RESPONSE_TOPIC,
            PropertySet.CORRELATION_DATA,
            PropertySet.WILL_DELAY,
            PropertySet.USER_PROPERTY),
    PUBLISH(
            "MQTT-3.3.2.3",
            PropertySet.PAYLOAD_FORMAT,
            PropertySet.MESSAGE_EXPIRY,
            PropertySet.CONTENT_TYPE,
            PropertySet.RESPONSE_TOPIC,
            PropertySet.CORRELATION_DATA,
            PropertySet.SUBSCRIPTION_IDENTIFIER,
            PropertySet.TOPIC_ALIAS,
            PropertySet.USER_PROPERTY),
    PUBACK("MQTT-3.4.2.2", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    PUBREC("MQTT-3.5.2.2", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    PUBREL("MQTT-3.6.2.2", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    PUBCOMP("MQTT-3.7.2.2", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    SUBSCRIBE("MQTT-3.8.2.1", PropertySet.SUBSCRIPTION_IDENTIFIER, PropertySet.USER_PROPERTY),
    SUBACK("MQTT-3.9.2.1", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    UNSUBSCRIBE("MQTT-3.10.2.1", PropertySet.USER_PROPERTY),
    UNSUBACK("MQTT-3.11.2.1", PropertySet.REASON_STRING, PropertySet.USER_PROPERTY),
    DISCONNECT(
            "MQTT-3.14.2.2",
            PropertySet.SESSION_EXPIRY,
            PropertySet.SERVER_REFERENCE,
            PropertySet.REASON_STRING,
            PropertySet.USER_PROPERTY),
    AUTH(
            "MQTT-3.15.2.2",
            PropertySet.AUTHENTICATION_METHOD,
            PropertySet.AUTHENTICATION_DATA,
            PropertySet.REASON_STRING,
            PropertySet.USER_PROPERTY);

    static final int PAYLOAD_FORMAT = 0x01;
    static final int MESSAGE_EXPIRY = 0x02;
    static final int CONTENT_TYPE = 0x03;
    static final int RESPONSE_TOPIC = 0x08;
    static final int CORRELATION_DATA = 0x09;
    static final int SUBSCRIPTION_IDENTIFIER = 0x0B;
    static final int SESSION_EXPIRY = 0x11;
    static final int ASSIGNED_CLIENT_IDENTIFIER = 0x12;
    static final int SERVER_KEEP_ALIVE = 0x13;
    static final int AUTHENTICATION_METHOD = 0x15;
    static final int AUTHENTICATION_DATA = 0x16;
    static final int REQUEST_PROBLEM_INFORMATION = 0x17;
    static final int WILL_DELAY = 0x18;
    static final int REQUEST_RESPONSE_INFORMATION = 0x19;
    static final int RESPONSE_INFORMATION = 0x1A;
    static final int SERVER_REFERENCE = 0x1C;
    static final int REASON_STRING = 0x1F;
    static final int RECEIVE_MAXIMUM = 0x21;
    static final int TOPIC_ALIAS_MAXIMUM = 0x22;
    static final int TOPIC_ALIAS = 0x23;
    static final int MAXIMUM_QOS = 0x24;
    static final int RETAIN_AVAILABLE = 0x25;
    static final int USER_PROPERTY = 0x26;
    static final int MAXIMUM_PACKET_SIZE = 0x27;
    static final int WILDCARD_AVAILABLE = 0x28;
    static final int SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29;
    static final int SHARED_AVAILABLE = 0x2A;

    private final String section;
    private final long allowed;

    PropertySet(String section, int... ids) {
        this.section = section;
        long mask = 0;
        for (int id : ids) {
            mask |= 1L << id;
        }
        this.allowed = mask;
    }

    /** The section of the specification that forbids what has no numbered statement. */
    String section() {
        return section;
    }

    /**
     * Reads an identifier. Answers {@code seen} with it added, unchanged if the reader failed; the
     * identifier itself is then in {@code reader.propertyId}.
     */
    long next(PacketReader reader, long seen) {
        int id = reader.u8("property identifier");
        if (reader.failed()) {
            return seen;
        }
        // identifiers are variable byte integers, but all there are have one byte
        if (id >= Long.SIZE || (allowed >>> id & 1) == 0) {
            reader.malformed("MQTT-2.2.2.2", "property " + hex(id) + " is not one of this packet");
            return seen;
        }
        if ((seen >>> id & 1) != 0 && id != USER_PROPERTY) {
            reader.protocolError(section, "property " + hex(id) + " is there more than once");
            return seen;
        }
        if (seen == 0) {
            reader.beginProperties();
        }
        reader.propertyId = id;
        return seen | 1L << id;
    }

    static String hex(int id) {
        return "0x" + (id < 16 ? "0" : "") + Integer.toHexString(id).toUpperCase(Locale.ROOT);
    }
}
