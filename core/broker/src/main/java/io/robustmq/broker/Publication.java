package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.telemetry.event.Tracing;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The message being published on a loop: the same object every time, filled and emptied around each
 * publish. It makes what several subscribers can share once, and only when one needs it: the copy
 * that queues keep, the encoded QoS 0 frames, the large payload.
 */
final class Publication {
    private static final int[] NO_IDS = {};

    /** Payloads from here on are not copied per client but shared. */
    static final int LARGE_PAYLOAD = 8 * 1024;

    private final ByteBufAllocator allocator;
    private final InstantSource clock;

    /** QoS 0 packets by version and retain flag; the buffers are kept from publish to publish. */
    private final @Nullable ByteBuf[] frames = new @Nullable ByteBuf[4];

    private int framesMade;

    // for this publish
    private @Nullable PublishPacket packet;
    private @Nullable Publishing logged;
    private @Nullable Message message;
    private @Nullable ByteBuf sharedPayload;
    private String topic = "";
    private byte[] topicUtf8 = {};
    private int qos;
    private boolean retain;
    private int payloadLength;
    private long expirySeconds;
    private long expiresAtMillis;
    private byte[] properties = {};
    private long receivedNanos;
    private long loggedNanos;
    private @Nullable Session publisher;
    private Tracing.@Nullable PublishTrace trace;
    private @Nullable Stamp stamp;

    Publication(ByteBufAllocator allocator, InstantSource clock) {
        this.allocator = allocator;
        this.clock = clock;
    }

    Publication of(
            PublishPacket received,
            Session from,
            long nanos,
            Tracing.@Nullable PublishTrace tracedBy) {
        packet = received;
        topic = received.topic();
        topicUtf8 = received.topicUtf8();
        qos = received.qos();
        retain = received.retain();
        payloadLength = received.payloadLength();
        expirySeconds = received.messageExpirySeconds();
        properties = received.forwardedProperties();
        receivedNanos = nanos;
        publisher = from;
        trace = tracedBy;
        stamp = null;
        expiresAtMillis = Message.expiresAtMillis(expirySeconds, clock.millis());
        return this;
    }

    /** It goes there instead. */
    void rewritten(String other, byte[] otherUtf8) {
        topic = other;
        topicUtf8 = otherUtf8;
    }

    /** It is to be retained, here and at the other homes. */
    void stamp(Stamp now) {
        stamp = now;
        if (message != null) {
            message = message.stamped(now);
        }
    }

    /** It is what another home has retained. */
    void stamped(Stamp.Stamped by) {
        stamp = by.stamp();
        qos = by.qos();
        properties = by.properties();
    }

    /** A message that is in the log now. */
    Publication of(Publishing committed) {
        Publishing.Content content = committed.content();
        logged = committed;
        topic = content.topic();
        topicUtf8 = content.topicUtf8();
        qos = content.qos();
        retain = content.retain();
        payloadLength = content.payloadLength();
        expiresAtMillis = content.expiresAtMillis();
        expirySeconds = Message.expirySecondsLeft(expiresAtMillis, clock.millis());
        properties = content.properties();
        receivedNanos = content.receivedNanos();
        loggedNanos = committed.durableNanos();
        publisher = content.publisher();
        trace = content.trace();
        stamp = content.stamp();
        return this;
    }

    Publication of(Message kept, @Nullable Session from, Tracing.@Nullable PublishTrace tracedBy) {
        message = kept;
        topic = kept.topic();
        topicUtf8 = kept.topicUtf8();
        qos = kept.qos();
        retain = kept.retain();
        payloadLength = kept.payload().length;
        expiresAtMillis = kept.expiresAtMillis();
        expirySeconds = Message.expirySecondsLeft(expiresAtMillis, clock.millis());
        properties = kept.properties();
        receivedNanos = kept.receivedNanos();
        publisher = from;
        trace = tracedBy;
        stamp = kept.stamp();
        return this;
    }

    /** Lets go of everything that belongs to this publish. */
    void done() {
        packet = null;
        logged = null;
        message = null;
        publisher = null;
        trace = null;
        loggedNanos = 0;
        framesMade = 0;
        if (sharedPayload != null) {
            sharedPayload.release();
            sharedPayload = null;
        }
    }

    /** Frees the buffers; this object is not used again. */
    void close() {
        done();
        for (int i = 0; i < frames.length; i++) {
            ByteBuf frame = frames[i];
            if (frame != null) {
                frame.release();
                frames[i] = null;
            }
        }
    }

    /** The copy to keep, made when first asked for. */
    Message message() {
        Message kept = message;
        if (kept == null && logged != null) {
            kept = logged.message();
            message = kept;
        }
        if (kept == null) {
            byte[] payload = new byte[payloadLength];
            copyPayload(payload, 0);
            kept =
                    new Message(
                            topic,
                            topicUtf8,
                            payload,
                            qos,
                            retain,
                            expiresAtMillis,
                            properties,
                            receivedNanos,
                            stamp);
            message = kept;
        }
        return kept;
    }

    /** True while this very message is being published. */
    @SuppressWarnings("ReferenceEquality") // its fields would be a longer way to the same answer
    boolean isOf(Message kept) {
        return message == kept;
    }

    /** The QoS 0 packet, whole, for subscribers without identifiers; not to be released. */
    ByteBuf frame(MqttVersion version, boolean retained) {
        int which = (version == MqttVersion.V5 ? 2 : 0) + (retained ? 1 : 0);
        ByteBuf frame = frames[which];
        if ((framesMade & 1 << which) != 0 && frame != null) {
            return frame;
        }
        if (frame == null) {
            frame = allocator.directBuffer(1024);
            frames[which] = frame;
        }
        frame.clear();
        PacketEncoder.publishHeader(
                frame,
                version,
                topicUtf8,
                0,
                false,
                retained,
                0,
                0,
                expirySeconds,
                NO_IDS,
                properties,
                null,
                payloadLength);
        writePayload(frame);
        framesMade |= 1 << which;
        return frame;
    }

    /** A large payload, copied once for all subscribers; the caller releases what it gets. */
    ByteBuf sharedPayload() {
        ByteBuf shared = sharedPayload;
        if (shared == null) {
            shared = allocator.directBuffer(payloadLength);
            writePayload(shared);
            sharedPayload = shared;
        }
        return shared.retainedDuplicate();
    }

    void writePayload(ByteBuf out) {
        PublishPacket received = packet;
        if (received != null) {
            received.writePayload(out);
        } else if (logged != null) {
            out.writeBytes(logged.payload(), logged.payloadAt(), payloadLength);
        } else if (message != null) {
            out.writeBytes(message.payload());
        }
    }

    /** Into {@code out} from {@code at} on. */
    void copyPayload(byte[] out, int at) {
        PublishPacket received = packet;
        if (received != null) {
            received.payload().readBytes(out, at, payloadLength);
        } else if (message != null) {
            System.arraycopy(message.payload(), 0, out, at, payloadLength);
        }
    }

    boolean isLarge() {
        return payloadLength >= LARGE_PAYLOAD;
    }

    String topic() {
        return topic;
    }

    byte[] topicUtf8() {
        return topicUtf8;
    }

    int qos() {
        return qos;
    }

    boolean retain() {
        return retain;
    }

    int payloadLength() {
        return payloadLength;
    }

    /** -1 without expiry. */
    long expirySeconds() {
        return expirySeconds;
    }

    /** {@link Message#NEVER} without expiry. */
    long expiresAtMillis() {
        return expiresAtMillis;
    }

    /** As {@link Message#bytes} counts. */
    int bytes() {
        return topicUtf8.length + properties.length + payloadLength;
    }

    /** Where in the log it is; only while a message is delivered that is. */
    long offset() {
        Publishing committed = logged;
        if (committed == null) {
            throw new IllegalStateException("a message on " + topic + " is not in the log");
        }
        return committed.offset();
    }

    byte[] properties() {
        return properties;
    }

    long receivedNanos() {
        return receivedNanos;
    }

    /** When the log had it; 0 if it is not from there. */
    long loggedNanos() {
        return loggedNanos;
    }

    /** Null for a will and for what another loop handed over. */
    @Nullable Session publisher() {
        return publisher;
    }

    Tracing.@Nullable PublishTrace trace() {
        return trace;
    }

    /** Null but for what is retained where there are several homes. */
    @Nullable Stamp stamp() {
        return stamp;
    }
}
