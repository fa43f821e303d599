package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The properties of an application message, in a PUBLISH or of a will, checked and left where they
 * are. What concerns only this hop is cut out when they are copied:
 *
 * <pre>
 *   | 26 user property ... | 23 alias | 26 user property ... | 02 expiry |
 *   | kept                 | cut      | kept                 | cut       |
 * </pre>
 */
final class MessageProperties {
    // Topic Alias or Will Delay, Message Expiry, and what a peer says whom it is for
    private static final int MAX_CUTS = 3;

    private ByteBuf buf = Unpooled.EMPTY_BUFFER;
    private int start;
    private int end;
    private long seen;
    private long messageExpirySeconds;
    private int topicAlias;
    private int subscriptionIdentifier;
    private boolean text;
    private long willDelaySeconds;
    private int cuts;
    private final int[] cutAt = new int[MAX_CUTS];
    private final int[] cutLength = new int[MAX_CUTS];

    /** Lets go of the receive buffer. */
    void release() {
        buf = Unpooled.EMPTY_BUFFER;
    }

    private void clear() {
        start = 0;
        end = 0;
        seen = 0;
        messageExpirySeconds = -1;
        topicAlias = 0;
        subscriptionIdentifier = 0;
        text = false;
        willDelaySeconds = 0;
        cuts = 0;
    }

    /**
     * Reads a property length of at least 1 and what it announces; {@code set} is PUBLISH or WILL.
     */
    void read(PacketReader reader, PropertySet set, int length) {
        clear();
        int packetEnd = reader.end;
        buf = reader.buf;
        start = reader.at;
        end = start + length;
        reader.end = end;
        while (reader.at < end && !reader.failed()) {
            readOne(reader, set);
        }
        reader.end = packetEnd;
    }

    private void readOne(PacketReader reader, PropertySet set) {
        int from = reader.at;
        seen = set.next(reader, seen);
        if (reader.failed()) {
            return;
        }
        switch (reader.propertyId) {
            case PropertySet.PAYLOAD_FORMAT -> {
                int format = reader.u8("payload format indicator");
                if (format > 1) {
                    reader.protocolError(
                            set.section(),
                            "payload format indicator is " + format + ", not 0 or 1");
                }
                text = format == 1;
            }
            case PropertySet.MESSAGE_EXPIRY -> {
                messageExpirySeconds = reader.u32("message expiry interval");
                cut(from, reader.at);
            }
            case PropertySet.CONTENT_TYPE -> reader.skipString("content type");
            case PropertySet.RESPONSE_TOPIC -> responseTopic(reader);
            case PropertySet.CORRELATION_DATA -> reader.skipBinary("correlation data");
            case PropertySet.SUBSCRIPTION_IDENTIFIER -> {
                if (!reader.ofPeer) {
                    reader.protocolError(
                            "MQTT-3.3.4-6", "a client's PUBLISH has a subscription identifier");
                    return;
                }
                subscriptionIdentifier = reader.variableByteInteger("subscription identifier");
                cut(from, reader.at);
            }
            case PropertySet.WILL_DELAY -> {
                willDelaySeconds = reader.u32("will delay interval");
                cut(from, reader.at);
            }
            case PropertySet.TOPIC_ALIAS -> {
                topicAlias = reader.u16("topic alias");
                if (topicAlias == 0) {
                    reader.fail("MQTT-3.3.2-8", ReasonCode.TOPIC_ALIAS_INVALID, "topic alias is 0");
                }
                cut(from, reader.at);
            }
            case PropertySet.USER_PROPERTY -> reader.skipUserProperty();
            default -> throw new AssertionError("no reader for property " + reader.propertyId);
        }
    }

    private static void responseTopic(PacketReader reader) {
        int length = reader.skipString("response topic");
        if (reader.failed()) {
            return;
        }
        if (length == 0) {
            reader.protocolError("MQTT-4.7.3-1", "response topic is empty");
        }
        for (int i = reader.at - length; i < reader.at; i++) {
            byte b = reader.buf.getByte(i);
            if (b == '#' || b == '+') {
                reader.protocolError("MQTT-3.3.2-14", "response topic contains a wildcard");
            }
        }
    }

    private void cut(int from, int to) {
        cutAt[cuts] = from;
        cutLength[cuts] = to - from;
        cuts++;
    }

    long messageExpirySeconds() {
        return messageExpirySeconds;
    }

    boolean hasTopicAlias() {
        return (seen >>> PropertySet.TOPIC_ALIAS & 1) != 0;
    }

    int topicAlias() {
        return topicAlias;
    }

    /** 0 if absent. */
    int subscriptionIdentifier() {
        return subscriptionIdentifier;
    }

    /** Whether the sender says that the payload is UTF-8. */
    boolean isText() {
        return text;
    }

    long willDelaySeconds() {
        return willDelaySeconds;
    }

    /** Wire form without length and without what is for this hop only. */
    byte[] forwarded() {
        int length = end - start;
        for (int i = 0; i < cuts; i++) {
            length -= cutLength[i];
        }
        if (length == 0) {
            return PacketReader.EMPTY;
        }
        byte[] bytes = new byte[length];
        int from = start;
        int to = 0;
        for (int i = 0; i < cuts; i++) {
            buf.getBytes(from, bytes, to, cutAt[i] - from);
            to += cutAt[i] - from;
            from = cutAt[i] + cutLength[i];
        }
        buf.getBytes(from, bytes, to, end - from);
        return bytes;
    }

    /** The first value under a name of ASCII characters. */
    @Nullable String userProperty(String name) {
        return (seen >>> PropertySet.USER_PROPERTY & 1) == 0
                ? null
                : userProperty(buf, start, end, name);
    }

    /** The same of checked properties from {@code start} until {@code end}. */
    static @Nullable String userProperty(ByteBuf buf, int start, int end, String name) {
        int at = start;
        while (at < end) {
            int id = buf.getByte(at);
            at++;
            switch (id) {
                case PropertySet.PAYLOAD_FORMAT -> at += 1;
                case PropertySet.TOPIC_ALIAS -> at += 2;
                case PropertySet.MESSAGE_EXPIRY, PropertySet.WILL_DELAY -> at += 4;
                case PropertySet.SUBSCRIPTION_IDENTIFIER -> at = behindInteger(buf, at);
                case PropertySet.USER_PROPERTY -> {
                    int nameAt = at + 2;
                    int nameLength = buf.getUnsignedShort(at);
                    int valueAt = nameAt + nameLength + 2;
                    int valueLength = buf.getUnsignedShort(valueAt - 2);
                    if (isAt(buf, name, nameAt, nameLength)) {
                        return buf.toString(valueAt, valueLength, StandardCharsets.UTF_8);
                    }
                    at = valueAt + valueLength;
                }
                // content type, response topic, correlation data: a length and that many bytes
                default -> at += 2 + buf.getUnsignedShort(at);
            }
        }
        return null;
    }

    private static int behindInteger(ByteBuf buf, int from) {
        int at = from;
        while (buf.getByte(at) < 0) {
            at++;
        }
        return at + 1;
    }

    private static boolean isAt(ByteBuf buf, String name, int at, int length) {
        if (name.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buf.getByte(at + i) != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
