package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Tracing;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes messages to a connected client, and knows when it reads too slowly. */
final class Subscriber {
    private static final byte[] NO_NAME = {};
    private static final int MORE = PacketEncoder.MOST_FOR_TOPIC_ALIAS;

    private final Connection connection;
    private final Session session;
    private final Outbound outbound;
    private final Loop loop;
    private final MqttVersion version;
    private final long maximumPacketSize;
    private final int window;
    private final boolean isPeer;
    private final @Nullable TopicAliases aliases;
    private long blockedSinceNanos;
    private long droppedWhileBlocked;

    Subscriber(Connection connection, Session session, Outbound outbound, Connect connect) {
        this.connection = connection;
        this.session = session;
        this.outbound = outbound;
        this.loop = session.home();
        this.version = connect.version();
        this.maximumPacketSize = connection.reasonStrings().maximumPacketSize();
        BrokerSettings settings = loop.shared().settings();
        this.isPeer = session.isPeer();
        this.window =
                isPeer
                        ? connect.receiveMaximum()
                        : Math.min(connect.receiveMaximum(), settings.queues().maxInFlight());
        int most =
                isPeer
                        ? connect.topicAliasMaximum()
                        : Math.min(connect.topicAliasMaximum(), settings.mqtt5().topicAliasOut());
        this.aliases = most == 0 ? null : new TopicAliases(most);
    }

    /** QoS 1 and 2 messages it may have unacknowledged. */
    int window() {
        return window;
    }

    Connection connection() {
        return connection;
    }

    boolean isBlocked() {
        return outbound.isBlocked();
    }

    /**
     * QoS 0, while it is being published: sent now or never.
     *
     * @param several others get the same, so that it is worth encoding once
     */
    void publishAtOnce(
            Publication message, boolean retain, int[] subscriptionIds, boolean several) {
        Tracing.PublishTrace trace = message.trace();
        Tracing.DeliveryTrace delivery =
                trace == null
                        ? null
                        : trace.delivery(
                                session.receiver(), connection.peer(), 0, System.nanoTime());
        if (outbound.isBlocked()) {
            droppedWhileBlocked++;
            dropped(message, DropReason.SLOW_CONSUMER, delivery);
            return;
        }
        if (several && trace == null && subscriptionIds.length == 0 && !message.isLarge()) {
            ByteBuf frame = message.frame(version, retain);
            int size = frame.readableBytes();
            if (size > maximumPacketSize) {
                dropped(message, DropReason.PACKET_TOO_LARGE, delivery);
                return;
            }
            outbound.packet(PacketType.PUBLISH, size).writeBytes(frame, frame.readerIndex(), size);
        } else {
            String traceparent = delivery == null ? null : delivery.context().traceparent();
            int payload = message.payloadLength();
            int size =
                    PacketEncoder.publishBytes(
                            version,
                            message.topicUtf8().length,
                            0,
                            message.expirySeconds(),
                            subscriptionIds,
                            message.properties(),
                            traceparent,
                            payload);
            if (size > maximumPacketSize) {
                dropped(message, DropReason.PACKET_TOO_LARGE, delivery);
                return;
            }
            int alias = aliasOf(message.topic(), message.topicUtf8(), size);
            int inline = message.isLarge() ? size - payload : size;
            ByteBuf out = outbound.packet(PacketType.PUBLISH, alias == 0 ? inline : inline + MORE);
            PacketEncoder.publishHeader(
                    out,
                    version,
                    alias > 0 ? NO_NAME : message.topicUtf8(),
                    0,
                    false,
                    retain,
                    0,
                    Math.abs(alias),
                    message.expirySeconds(),
                    subscriptionIds,
                    message.properties(),
                    traceparent,
                    payload);
            if (message.isLarge()) {
                outbound.share(message.sharedPayload());
            } else {
                message.writePayload(out);
            }
        }
        if (isPeer) {
            loop.forwarded(0, message.payloadLength());
        } else {
            outbound.appended(
                    message.topic(), message.properties(), message.receivedNanos(), trace != null);
            loop.delivered(0, message.payloadLength(), message.receivedNanos());
            session.countOfClass(Counters.CLASS_DELIVERED, 1);
        }
        report(message.topic(), 0, message.payloadLength(), message.receivedNanos(), delivery);
    }

    /** False if the client said that it takes no packet of this size. */
    boolean accepts(Delivery delivery) {
        return maximumPacketSize == Long.MAX_VALUE
                || size(delivery, traceparent(delivery), properties(delivery)) <= maximumPacketSize;
    }

    /**
     * A delivery that comes from the session.
     *
     * @param again sent before and not acknowledged: DUP is set, and it is not counted again
     */
    void publish(Delivery delivery, boolean again) {
        Message message = delivery.message;
        Tracing.DeliveryTrace trace = delivery.trace;
        String traceparent = traceparent(delivery);
        byte[] payload = message.payload();
        boolean large = payload.length >= Publication.LARGE_PAYLOAD;
        byte[] properties = properties(delivery);
        int size = size(delivery, traceparent, properties);
        int alias = aliasOf(message.topic(), message.topicUtf8(), size);
        int inline = large ? size - payload.length : size;
        ByteBuf out = outbound.packet(PacketType.PUBLISH, alias == 0 ? inline : inline + MORE);
        PacketEncoder.publishHeader(
                out,
                version,
                alias > 0 ? NO_NAME : message.topicUtf8(),
                delivery.qos,
                again,
                delivery.retain,
                delivery.packetId,
                Math.abs(alias),
                expirySeconds(message),
                delivery.subscriptionIds,
                properties,
                traceparent,
                payload.length);
        if (!large) {
            out.writeBytes(payload);
        } else if (loop.publication().isOf(message)) {
            outbound.share(loop.publication().sharedPayload());
        } else {
            outbound.share(Unpooled.wrappedBuffer(payload));
        }
        if (again) {
            return;
        }
        session.countOfClass(Counters.CLASS_DELIVERED, 1);
        if (isPeer) {
            loop.forwarded(delivery.qos, payload.length);
            if (delivery.trace != null) {
                report(
                        message.topic(),
                        delivery.qos,
                        payload.length,
                        message.receivedNanos(),
                        trace);
            }
        } else if (delivery.live) {
            if (delivery.qos == 0) {
                outbound.appended(
                        message.topic(),
                        message.properties(),
                        message.receivedNanos(),
                        trace != null);
            }
            loop.delivered(delivery.qos, payload.length, message.receivedNanos());
            report(message.topic(), delivery.qos, payload.length, message.receivedNanos(), trace);
        } else {
            loop.deliveredLate(delivery.qos, payload.length);
            boolean told = delivery.context != null && loop.samplers().delivered.take(true);
            if (trace != null || told) {
                outbound.mark(
                        new Written(
                                message.topic(),
                                delivery.qos,
                                payload.length,
                                message.receivedNanos(),
                                false,
                                told,
                                trace,
                                delivery.context));
            }
        }
    }

    /** See {@link TopicAliases#of}; what is encoded once for several clients has none. */
    private int aliasOf(String topic, byte[] topicUtf8, int size) {
        TopicAliases some = aliases;
        return some == null
                ? 0
                : some.of(topic, topicUtf8.length, size + MORE <= maximumPacketSize);
    }

    /** Another home is told when a message was retained that counts there too. */
    private byte[] properties(Delivery delivery) {
        Message message = delivery.message;
        Stamp stamp = message.stamp();
        return isPeer && stamp != null && delivery.retain && delivery.share == null
                ? stamp.before(message.properties(), message.qos())
                : message.properties();
    }

    private int size(Delivery delivery, @Nullable String traceparent, byte[] properties) {
        Message message = delivery.message;
        return PacketEncoder.publishBytes(
                version,
                message.topicUtf8().length,
                delivery.qos,
                expirySeconds(message),
                delivery.subscriptionIds,
                properties,
                traceparent,
                message.payload().length);
    }

    private long expirySeconds(Message message) {
        return message.expires() ? message.expirySecondsLeft(loop.nowMillis()) : -1;
    }

    private void report(
            String topic,
            int qos,
            int payloadBytes,
            long receivedNanos,
            Tracing.@Nullable DeliveryTrace trace) {
        // of an event that is sent by MQTT there must be no event, which would be sent in turn
        boolean sampled =
                !isPeer
                        && !TopicLevels.isBrokersOwn(topic)
                        && (loop.samplers().delivered.take(trace != null)
                                || loop.shared().isTraced(connection.peer(), topic));
        if (sampled || trace != null) {
            outbound.mark(
                    new Written(
                            topic,
                            qos,
                            payloadBytes,
                            receivedNanos,
                            true,
                            sampled,
                            trace,
                            trace == null ? null : trace.context()));
        }
    }

    private void dropped(
            Publication message, DropReason reason, Tracing.@Nullable DeliveryTrace trace) {
        if (trace != null) {
            trace.dropped(reason, System.nanoTime());
        }
        session.dropped(message, 0, reason);
    }

    private static @Nullable String traceparent(Delivery delivery) {
        return delivery.context == null ? null : delivery.context.traceparent();
    }

    /** PUBREL for a message that the client has acknowledged with PUBREC. */
    void pubrel(int packetId) {
        PacketEncoder.pubrel(
                outbound.packet(PacketType.PUBREL, ClientPackets.ACK_BYTES), version, packetId, 0);
    }

    /** PUBCOMP for a message of the client's own. */
    void pubcomp(int packetId) {
        PacketEncoder.pubcomp(
                outbound.packet(PacketType.PUBCOMP, ClientPackets.ACK_BYTES), version, packetId, 0);
    }

    void writabilityChanged(boolean writable) {
        if (writable == !outbound.isBlocked()) {
            return;
        }
        outbound.blocked(!writable);
        session.updateShares();
        if (writable) {
            loop.counters().add(Counters.SLOW_CONSUMERS, -1);
            connection.emit(
                    new ConnectionEvent.WriteResumed(
                            connection.peer(),
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - blockedSinceNanos),
                            droppedWhileBlocked));
            // as a task of its own: this may be within a flush in the middle of sending a message,
            // which the next ones must not overtake
            loop.executor().execute(session::pump);
        } else {
            blockedSinceNanos = System.nanoTime();
            droppedWhileBlocked = 0;
            loop.counters().add(Counters.SLOW_CONSUMERS, 1);
            connection.emit(
                    new ConnectionEvent.WriteBlocked(connection.peer(), outbound.pendingBytes()));
        }
    }

    /** The connection ended. */
    void gone() {
        if (outbound.isBlocked()) {
            outbound.blocked(false);
            loop.counters().add(Counters.SLOW_CONSUMERS, -1);
        }
    }
}
