package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The PUBLISH being handed over: a view of the receive buffer, the same object every time, valid
 * only during {@link PacketHandler#publish}. {@link #topic}, {@link #topicUtf8} and {@link
 * #forwardedProperties} may be kept.
 */
public final class PublishPacket {
    // for the connection
    private final int topicAliasMaximum;
    private final TopicCache cache = new TopicCache();
    private final MessageProperties properties = new MessageProperties();
    private @Nullable Topic[] aliases = {};

    // for this packet
    private ByteBuf buf = Unpooled.EMPTY_BUFFER;
    private int flags;
    private int packetId;
    private Topic topic = Topic.NONE;
    private boolean hasProperties;
    private int payloadAt;
    private int payloadLength;

    PublishPacket(int topicAliasMaximum) {
        this.topicAliasMaximum = topicAliasMaximum;
    }

    public boolean dup() {
        return (flags & 8) != 0;
    }

    public boolean retain() {
        return (flags & 1) != 0;
    }

    public int qos() {
        return flags >> 1 & 3;
    }

    /** 0 for QoS 0. */
    public int packetId() {
        return packetId;
    }

    /** The name, an alias resolved. The same String while a topic repeats on this connection. */
    public String topic() {
        return topic.name();
    }

    /** The name's bytes, shared: not to be modified. */
    public byte[] topicUtf8() {
        return topic.utf8();
    }

    public int payloadLength() {
        return payloadLength;
    }

    /** A slice of the receive buffer, not retained. */
    public ByteBuf payload() {
        return buf.slice(payloadAt, payloadLength);
    }

    /** Appends the payload to {@code out} without making a slice. */
    public void writePayload(ByteBuf out) {
        out.writeBytes(buf, payloadAt, payloadLength);
    }

    /** Seconds, unsigned 32 bits; -1 if absent. */
    public long messageExpirySeconds() {
        return hasProperties ? properties.messageExpirySeconds() : -1;
    }

    /**
     * The properties to hand on, as they are on the wire, without their length, the topic alias and
     * the message expiry. Not to be modified; a new array, or one shared empty one.
     */
    public byte[] forwardedProperties() {
        return hasProperties ? properties.forwarded() : PacketReader.EMPTY;
    }

    /** Whom it is for, by what a peer subscribed with; 0 of a client's. */
    public int subscriptionIdentifier() {
        return hasProperties ? properties.subscriptionIdentifier() : 0;
    }

    /** The Payload Format Indicator says that it is UTF-8, and it is not. */
    public boolean isBrokenText() {
        return hasProperties && properties.isText() && !Utf8.isText(buf, payloadAt, payloadLength);
    }

    /** The first value of a user property, whose name is ASCII. */
    public @Nullable String userProperty(String name) {
        return hasProperties ? properties.userProperty(name) : null;
    }

    /** The same of what {@link #forwardedProperties} gave. */
    public static @Nullable String userProperty(byte[] forwardedProperties, String name) {
        ByteBuf wrapped = Unpooled.wrappedBuffer(forwardedProperties);
        return MessageProperties.userProperty(wrapped, 0, forwardedProperties.length, name);
    }

    /** From behind the fixed header to the end of the packet; the reader says what is wrong. */
    void read(PacketReader reader, int headerFlags, boolean v5) {
        buf = reader.buf;
        flags = headerFlags;
        int length = reader.skipBinary("topic name");
        int topicAt = reader.at - length;
        packetId = (headerFlags & 6) == 0 ? 0 : reader.packetId();
        hasProperties = false;
        if (v5) {
            int propertiesLength = reader.variableByteInteger("property length");
            if (propertiesLength > 0) {
                readProperties(reader, propertiesLength);
            }
        }
        if (reader.failed()) {
            return;
        }
        payloadAt = reader.at;
        payloadLength = reader.end - payloadAt;
        if (hasProperties && properties.hasTopicAlias()) {
            resolveAlias(reader, topicAt, length);
        } else {
            topic = name(reader, topicAt, length);
        }
    }

    private void readProperties(PacketReader reader, int length) {
        if (!reader.has(length, "properties")) {
            return;
        }
        properties.read(reader, PropertySet.PUBLISH, length);
        hasProperties = true;
    }

    private Topic name(PacketReader reader, int at, int length) {
        Topic known = cache.find(reader.buf, at, length);
        if (known != null && length > 0) {
            return known;
        }
        reader.checkTopicName("topic name", at, length);
        if (reader.failed()) {
            return Topic.NONE;
        }
        Topic added = new Topic(reader.copy(at, length));
        cache.add(added, reader.buf, at, length);
        return added;
    }

    /** MQTT 5, 3.3.4: what a topic alias does. */
    private void resolveAlias(PacketReader reader, int topicAt, int topicLength) {
        int alias = properties.topicAlias();
        if (alias > topicAliasMaximum) {
            reader.fail(
                    "MQTT-3.3.2-9",
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias " + alias + " is above the maximum of " + topicAliasMaximum);
            return;
        }
        if (topicLength > 0) {
            topic = name(reader, topicAt, topicLength);
            if (aliases.length < alias) {
                aliases = Arrays.copyOf(aliases, Math.min(topicAliasMaximum, Math.max(alias, 8)));
            }
            aliases[alias - 1] = topic;
            return;
        }
        Topic known = alias <= aliases.length ? aliases[alias - 1] : null;
        if (known == null) {
            reader.protocolError("MQTT-3.3.4", "topic alias " + alias + " has no topic yet");
            return;
        }
        topic = known;
    }

    /** Lets go of the receive buffer. */
    void release() {
        buf = Unpooled.EMPTY_BUFFER;
        properties.release();
    }
}
