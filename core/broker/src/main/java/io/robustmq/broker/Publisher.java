package io.robustmq.broker;

import io.netty.buffer.ByteBufUtil;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Violation;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client's PUBLISH does: checked, retained, routed, answered. What must be kept is delivered
 * and answered when the log has it ({@link Logged}); what nobody keeps, at once.
 */
final class Publisher {
    static final String TRACEPARENT = "traceparent";
    static final String TRACESTATE = "tracestate";
    private static final String NOT_ALLOWED = "this client may not publish to this topic";

    private final Connection connection;
    private final Shared shared;
    private final PublishEvents events;
    private final PublishAnswers answers;
    private final @Nullable Rewriting rewriting;
    private final boolean checksPayloadFormat;

    Publisher(Connection connection, @Nullable Rewriting rewriting) {
        this.connection = connection;
        this.rewriting = rewriting;
        this.shared = connection.loop().shared();
        this.events = new PublishEvents(connection);
        this.answers = new PublishAnswers(connection, events);
        this.checksPayloadFormat = shared.settings().mqtt5().checkPayloadFormat();
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
        session.countOfClass(Counters.CLASS_PUBLISHED, 1);
        Tracing.PublishTrace trace = begin(packet);
        Rewriting.To to = rewriting == null ? null : rewriting.published(packet.topic());
        String topic = to == null ? packet.topic() : to.topic();
        String wrong = to == null ? null : to.wrong();
        Authorizer.Denied denied = wrong == null ? connection.access().publish(topic) : null;
        if (denied != null) {
            deny(packet, topic, session, trace, denied.rule());
            return;
        }
        if (checksPayloadFormat && packet.isBrokenText()) {
            refuse(packet, topic, session, trace);
            return;
        }
        PayloadChecks payloads = loop.rules().payloads();
        String mismatch =
                payloads.isNeeded() && wrong == null
                        ? mismatch(packet, topic, trace, payloads)
                        : null;
        if (mismatch != null) {
            refuse(packet, session, trace, mismatch);
            return;
        }
        if (trace != null) {
            trace.step(Tracing.Step.AUTHORIZE, connection.readNanos(), System.nanoTime());
        }
        Publication publication =
                loop.publication().of(packet, session, connection.readNanos(), trace);
        try {
            if (to != null) {
                publication.rewritten(to.topic(), to.utf8());
            }
            if (wrong != null) {
                int code = ReasonCode.TOPIC_NAME_INVALID;
                reject(publication, packet.packetId(), session, code, wrong);
            } else if (topic.startsWith(Delayed.PREFIX)) {
                delay(publication, packet.packetId(), session);
            } else {
                publish(publication, packet.packetId(), session);
            }
        } finally {
            publication.done();
        }
    }

    /** Null if it may be published, which may have been reported all the same. */
    private @Nullable String mismatch(
            PublishPacket packet,
            String topic,
            Tracing.@Nullable PublishTrace trace,
            PayloadChecks payloads) {
        List<PayloadSchema> schemas = payloads.schemas(topic);
        if (schemas.isEmpty() || PayloadChecks.isRemoval(packet.retain(), packet.payloadLength())) {
            return null;
        }
        byte[] payload = ByteBufUtil.getBytes(packet.payload());
        return payloads.refusal(schemas, connection.peer(), topic, payload, trace);
    }

    private void publish(Publication publication, int packetId, Session session) {
        Loop loop = connection.loop();
        int qos = publication.qos();
        Tracing.PublishTrace trace = publication.trace();
        long began = trace == null ? 0 : System.nanoTime();
        Route route = loop.router().routeOf(publication, session.clientId());
        boolean changesRetained = loop.retaining().flag(publication) != 0;
        // behind one that waits for the log it comes from there too: or else in another order
        boolean kept =
                qos > 0
                        && (changesRetained
                                || !route.kept().targets().isEmpty()
                                || route.size() > 0 && !session.answers().isEmpty()
                                || qos == 2 && session.backlog() != null);
        if (kept) {
            if (trace != null) {
                trace.step(Tracing.Step.ROUTE, began, System.nanoTime());
            }
            keep(publication, route, packetId, session);
            return;
        }
        if (qos == 2) {
            session.received().add(packetId);
        }
        if (changesRetained) {
            keepRetained(publication);
        }
        int deliveries = route(publication, route, loop);
        if (qos > 0) {
            answers.known(session, qos, packetId, PublishAnswers.code(deliveries));
        }
        events.published(publication, deliveries);
    }

    /** QoS 1 or 2: answered when it is in the log. */
    private void keep(Publication publication, Route route, int packetId, Session session) {
        Logged logged = connection.loop().logged();
        PublishAnswers.InLog answer =
                answers.inLog(publication, packetId, session, route.sizeFor(session));
        MessageRecord.Effects effects = MessageRecord.Effects.from(session, packetId, publication);
        Logged.Taken taken = logged.publish(publication, effects, route, connection.peer(), answer);
        if (taken == Logged.Taken.RETAINED_FULL && !isTold()) {
            taken = logged.publishUnretained(publication, effects, route, answer);
        }
        switch (taken) {
            case YES -> {
                if (publication.qos() == 2) {
                    session.received().add(packetId);
                }
                session.answers().add(answer);
            }
            case RETAINED_FULL ->
                    reject(
                            publication,
                            packetId,
                            session,
                            ReasonCode.QUOTA_EXCEEDED,
                            retainedLimits());
            case TOO_LARGE ->
                    reject(
                            publication,
                            packetId,
                            session,
                            ReasonCode.QUOTA_EXCEEDED,
                            StorageFault.tooLarge(publication.payloadLength()));
        }
    }

    /** QoS 0: delivered whether it can be kept or not; retaining reports a store that is full. */
    private void keepRetained(Publication publication) {
        String topic = publication.topic();
        Publishing.Waiting waiting =
                new Publishing.Waiting() {
                    @Override
                    public void committed(long offset) {}

                    @Override
                    public void refused(IOException why) {
                        int code = StorageFault.reasonCode(why);
                        events.rejected(topic, code, StorageFault.detail(why), null);
                    }
                };
        Logged.Taken taken =
                connection
                        .loop()
                        .logged()
                        .publish(
                                publication,
                                MessageRecord.Effects.NONE,
                                Route.nobody(connection.loop().loops()),
                                connection.peer(),
                                waiting);
        if (taken == Logged.Taken.TOO_LARGE) {
            events.rejected(
                    topic,
                    ReasonCode.QUOTA_EXCEEDED,
                    StorageFault.tooLarge(publication.payloadLength()),
                    null);
        }
    }

    private void delay(Publication publication, int packetId, Session session) {
        PublishAnswers.InLog answer = answers.inLog(publication, packetId, session, 1);
        Delayed delayed = connection.loop().delayed();
        Delayed.Outcome outcome =
                delayed.accept(
                        publication,
                        MessageRecord.Effects.from(session, packetId, publication),
                        connection.peer(),
                        answer);
        switch (outcome) {
            case Delayed.Taken() -> {
                if (publication.qos() == 2) {
                    session.received().add(packetId);
                }
                if (publication.qos() > 0) {
                    session.answers().add(answer);
                }
            }
            case Delayed.Refused(int reasonCode, String detail) ->
                    reject(publication, packetId, session, reasonCode, detail);
        }
    }

    /** QoS 2: false if it is a repeat, which is answered, or one too many. */
    private boolean mayReceive(int packetId, Session session) {
        if (session.received().has(packetId)) {
            answers.repeated(session, packetId);
            return false;
        }
        int maximum = shared.settings().limits().receiveMaximum();
        if (isTold() && session.received().count() >= maximum) {
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
                parent = TraceContext.parse(traceparent, packet.userProperty(TRACESTATE));
                if (parent == null) {
                    connection.loop().counters().add(Counters.MALFORMED_CONTEXTS, 1);
                }
            }
        }
        if (parent == null
                && !connection
                        .loop()
                        .samplers()
                        .traces
                        .takes(connection.peer(), packet.topic(), packet.qos())) {
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

    private static int route(Publication publication, Route route, Loop loop) {
        Tracing.PublishTrace trace = publication.trace();
        if (trace == null) {
            return loop.router().publish(publication, route);
        }
        long began = System.nanoTime();
        int deliveries = loop.router().publish(publication, route);
        long ended = System.nanoTime();
        trace.step(Tracing.Step.ROUTE, began, ended);
        trace.routed(deliveries, ended);
        return deliveries;
    }

    // refusals

    /** What is not traced may be because it is refused. */
    private Tracing.@Nullable PublishTrace refused(
            PublishPacket packet, String topic, Tracing.@Nullable PublishTrace trace) {
        return trace != null
                ? trace
                : refused(
                        new Hindsight.Ended(
                                topic,
                                packet.qos(),
                                packet.payloadLength(),
                                packet.forwardedProperties(),
                                connection.readNanos()));
    }

    private Tracing.@Nullable PublishTrace refused(Hindsight.Ended message) {
        return connection.loop().hindsight().refused(message, connection.peer());
    }

    /** Only MQTT 5 clients say what format a payload has. */
    private void refuse(
            PublishPacket packet,
            String topic,
            Session session,
            Tracing.@Nullable PublishTrace trace) {
        int code = ReasonCode.PAYLOAD_FORMAT_INVALID;
        String detail = "the payload is no UTF-8, as its Payload Format Indicator says";
        events.rejected(topic, code, detail, refused(packet, topic, trace));
        if (packet.qos() > 0) {
            answers.known(session, packet.qos(), packet.packetId(), code, detail);
        }
    }

    private void deny(
            PublishPacket packet,
            String topic,
            Session session,
            Tracing.@Nullable PublishTrace begun,
            String rule) {
        Tracing.PublishTrace trace = refused(packet, topic, begun);
        int code = ReasonCode.NOT_AUTHORIZED;
        AuthenticationEvent.PublishDenied denied =
                new AuthenticationEvent.PublishDenied(connection.peer(), topic, code, rule);
        if (trace == null) {
            shared.events().emit(denied);
        } else {
            shared.events().emit(denied, trace.context());
            trace.refused(code, rule, System.nanoTime());
        }
        if (connection.access().endsOnDeniedPublish()) {
            connection.end(Ending.NOT_AUTHORIZED, code);
            return;
        }
        drop(packet, session, code, NOT_ALLOWED);
    }

    /** By a schema, which has been told. */
    private void refuse(
            PublishPacket packet,
            Session session,
            Tracing.@Nullable PublishTrace begun,
            String mismatch) {
        Tracing.PublishTrace trace = refused(packet, packet.topic(), begun);
        int code = ReasonCode.PAYLOAD_FORMAT_INVALID;
        if (trace != null) {
            trace.refused(code, mismatch, System.nanoTime());
        }
        drop(packet, session, code, mismatch);
    }

    /** A 3.1.1 client cannot be told: it gets its acknowledgement all the same [MQTT-3.3.5-2]. */
    private void drop(PublishPacket packet, Session session, int reasonCode, String detail) {
        int qos = packet.qos();
        if (qos == 0) {
            return;
        }
        if (isTold()) {
            answers.known(session, qos, packet.packetId(), reasonCode, detail);
            return;
        }
        if (qos == 2) {
            session.received().add(packet.packetId());
        }
        answers.known(session, qos, packet.packetId(), ReasonCode.SUCCESS);
    }

    /** Not stored, so not routed either: the client may try again. */
    private void reject(
            Publication publication, int packetId, Session session, int reasonCode, String detail) {
        Tracing.PublishTrace trace = publication.trace();
        events.rejected(
                publication.topic(),
                reasonCode,
                detail,
                trace == null ? refused(Hindsight.Ended.of(publication)) : trace);
        if (publication.qos() == 0) {
            return;
        }
        if (isTold()) {
            answers.known(session, publication.qos(), packetId, reasonCode, detail);
        } else {
            connection.end(Ending.STORAGE_UNAVAILABLE, reasonCode);
        }
    }

    private String retainedLimits() {
        BrokerSettings.Retained limits = shared.settings().retained();
        return "retained messages are limited to "
                + limits.maxMessages()
                + " of "
                + TopicLevels.MAX
                + " levels and "
                + limits.maxBytes()
                + " bytes in all";
    }

    /** Only MQTT 5 has reason codes, properties and a Receive Maximum. */
    private boolean isTold() {
        return connection.version() == MqttVersion.V5;
    }
}
