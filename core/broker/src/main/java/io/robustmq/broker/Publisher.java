package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Violation;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import org.jspecify.annotations.Nullable;

/** What a client's PUBLISH does: checked, retained, routed, answered. */
final class Publisher {
    private static final String TRACEPARENT = "traceparent";
    private static final String TRACESTATE = "tracestate";

    private final Connection connection;
    private final Shared shared;

    Publisher(Connection connection) {
        this.connection = connection;
        this.shared = connection.loop().shared();
    }

    void publish(PublishPacket packet, Session session) {
        Loop loop = connection.loop();
        int qos = packet.qos();
        if (qos == 2 && !mayReceive(packet.packetId(), session)) {
            return;
        }
        Counters counters = loop.counters();
        counters.add(Counters.PUBLISHES_RECEIVED + qos, 1);
        counters.add(Counters.PUBLISHED_BYTES, packet.payloadLength());
        Tracing.PublishTrace trace = begin(packet);
        String topic = packet.topic();
        if (topic.charAt(0) == '$' && TopicLevels.isBrokersOwn(topic)) {
            deny(packet, session, trace);
            return;
        }
        if (trace != null) {
            trace.step(Tracing.Step.AUTHORIZE, connection.readNanos(), System.nanoTime());
        }
        Publication publication =
                loop.publication().of(packet, session, connection.readNanos(), trace);
        try {
            if (packet.retain() && !retain(publication, loop) && qos > 0 && isTold()) {
                reject(packet, trace);
                return;
            }
            int deliveries = route(publication, loop);
            if (qos > 0) {
                int code =
                        deliveries == 0 ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
                answer(qos, packet.packetId(), code, session);
            }
            report(publication, deliveries, loop);
        } finally {
            publication.done();
        }
    }

    /** QoS 2: false if it is a repeat, which is answered, or one too many. */
    private boolean mayReceive(int packetId, Session session) {
        if (session.hasReceived(packetId)) {
            PacketEncoder.pubrec(ack(), connection.version(), packetId, ReasonCode.SUCCESS);
            return false;
        }
        int maximum = shared.settings().limits().receiveMaximum();
        if (isTold() && session.receivedCount() >= maximum) {
            connection.ended(
                    new Violation(
                            "MQTT-3.3.4-9",
                            PacketType.PUBLISH,
                            ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                            "more than " + maximum + " QoS 2 messages not released"));
            return false;
        }
        return true;
    }

    private Tracing.@Nullable PublishTrace begin(PublishPacket packet) {
        TraceContext parent = null;
        if (isTold()) {
            String traceparent = packet.userProperty(TRACEPARENT);
            if (traceparent != null) {
                String state = packet.userProperty(TRACESTATE);
                parent = TraceContext.parse(traceparent, state == null ? "" : state);
            }
        }
        if (parent == null && shared.tracing().skipsUnparented()) {
            return null;
        }
        return shared.tracing()
                .begin(
                        connection.peer(),
                        packet.topic(),
                        packet.qos(),
                        packet.payloadLength(),
                        parent,
                        connection.readNanos());
    }

    private boolean retain(Publication publication, Loop loop) {
        Tracing.PublishTrace trace = publication.trace();
        long began = trace == null ? 0 : System.nanoTime();
        boolean done = loop.retaining().retain(publication, connection.peer());
        if (trace != null) {
            trace.step(Tracing.Step.RETAIN, began, System.nanoTime());
        }
        return done;
    }

    private static int route(Publication publication, Loop loop) {
        Tracing.PublishTrace trace = publication.trace();
        if (trace == null) {
            return loop.router().publish(publication);
        }
        long began = System.nanoTime();
        int deliveries = loop.router().publish(publication);
        long ended = System.nanoTime();
        trace.step(Tracing.Step.ROUTE, began, ended);
        trace.routed(deliveries, ended);
        return deliveries;
    }

    private void answer(int qos, int packetId, int reasonCode, Session session) {
        if (qos == 1) {
            PacketEncoder.puback(ack(), connection.version(), packetId, reasonCode);
        } else {
            session.receivedNow(packetId);
            PacketEncoder.pubrec(ack(), connection.version(), packetId, reasonCode);
        }
    }

    /** A 3.1.1 client cannot be told: it gets its acknowledgement all the same [MQTT-3.3.5-2]. */
    private void deny(PublishPacket packet, Session session, Tracing.@Nullable PublishTrace trace) {
        int code = ReasonCode.NOT_AUTHORIZED;
        shared.events()
                .emit(
                        new AuthenticationEvent.PublishDenied(
                                connection.peer(), packet.topic(), code));
        if (trace != null) {
            trace.refused(code, "$SYS topics belong to the broker", System.nanoTime());
        }
        if (isTold()) {
            answerFailed(packet, code);
        } else if (packet.qos() > 0) {
            answer(packet.qos(), packet.packetId(), ReasonCode.SUCCESS, session);
        }
    }

    /** Not stored, so not routed either: the client may try again. */
    private void reject(PublishPacket packet, Tracing.@Nullable PublishTrace trace) {
        int code = ReasonCode.QUOTA_EXCEEDED;
        String detail =
                "retained messages are limited to "
                        + shared.settings().retained().maxMessages()
                        + " of "
                        + TopicLevels.MAX
                        + " levels and "
                        + shared.settings().retained().maxBytes()
                        + " bytes in all";
        emit(new MessageEvent.Rejected(connection.peer(), packet.topic(), code, detail), trace);
        if (trace != null) {
            trace.refused(code, detail, System.nanoTime());
        }
        answerFailed(packet, code);
    }

    private void answerFailed(PublishPacket packet, int reasonCode) {
        if (packet.qos() == 1) {
            PacketEncoder.puback(ack(), connection.version(), packet.packetId(), reasonCode);
        } else if (packet.qos() == 2) {
            PacketEncoder.pubrec(ack(), connection.version(), packet.packetId(), reasonCode);
        }
    }

    private void report(Publication publication, int deliveries, Loop loop) {
        Tracing.PublishTrace trace = publication.trace();
        boolean traced = trace != null;
        if (deliveries == 0 && loop.samplers().unrouted.take(traced)) {
            emit(
                    new MessageEvent.Unrouted(
                            connection.peer(), publication.topic(), publication.qos()),
                    trace);
        }
        if (loop.samplers().published.take(traced)) {
            emit(
                    new MessageEvent.Published(
                            connection.peer(),
                            publication.topic(),
                            publication.qos(),
                            publication.retain(),
                            publication.payloadLength(),
                            deliveries),
                    trace);
        }
    }

    private void emit(Event event, Tracing.@Nullable PublishTrace trace) {
        if (trace == null) {
            shared.events().emit(event);
        } else {
            shared.events().emit(event, trace.context());
        }
    }

    private ByteBuf ack() {
        return connection.outbound().packet(ClientPackets.ACK_BYTES);
    }

    /** Only MQTT 5 has reason codes, properties and a Receive Maximum. */
    private boolean isTold() {
        return connection.version() == MqttVersion.V5;
    }
}
